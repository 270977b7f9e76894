"""What one can be asked to do at Hallbeck Libraries."""

from collections.abc import Iterator
from random import Random

from ..site import Errand, Move, click, pick, write
from .library import DAYS, ORDERS, LibraryPages


class Library(LibraryPages):
    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._hold(dice)
            yield self._room(dice)
            yield self._newest(dice)
            yield self._wish(dice)
            yield self._hours(dice)
            yield self._by_author(dice)

    def _hold(self, dice: Random) -> Errand:
        words, b = self.texts(), dice.choice(self.books)
        card, branch = f"HB-{dice.randint(10000, 99999)}", dice.choice(words["branches"][1:])
        said = f"Place a hold on '{b.title}' with the card {card}, to be collected at {branch}."
        return Errand(
            said, (write("q", b.title), click("find"), click(f"/book/{b.number}"), *held(card, branch))
        )

    def _by_author(self, dice: Random) -> Errand:
        words, author = self.texts(), dice.choice(self.texts()["authors"])
        kind = dice.choice(sorted({b.form for b in self.books if b.author == author}))
        found = sorted((b.year, b.number) for b in self.books if (b.author, b.form) == (author, kind))
        if len(found) < 3 or kind == words["forms"][0] or found[0][0] == found[1][0]:
            return self._by_author(dice)
        oldest = self.books[found[0][1]]
        card, branch = f"HB-{dice.randint(10000, 99999)}", dice.choice(words["branches"][1:])
        said = (
            f"I would like the oldest {kind.lower()} by {author} that you have. Reserve it for card {card}; "
            f"I will pick it up at {branch}."
        )
        return Errand(said, (
            pick("author", author), pick("format", kind), click("find"), pick("by-order", ORDERS[2]),
            click("refine"), click(f"/book/{oldest.number}"), *held(card, branch),
        ))  # fmt: skip

    def _newest(self, dice: Random) -> Errand:
        word, kind = dice.choice(self.texts()["seconds"]), dice.choice(self.texts()["kinds"])
        found = sorted((-b.year, b.number) for b in self.books if word in b.title.split() and b.kind == kind)
        if len(found) < 2 or found[0][0] == found[1][0] or kind == self.texts()["kinds"][0]:
            return self._newest(dice)
        best = self.books[found[0][1]]
        said = (
            f"Search the catalogue for the word {word} and open the page of the newest title "
            f"on the subject {kind}."
        )
        return Errand(
            said,
            (
                write("q", word),
                click("find"),
                pick("by-kind", kind),
                pick("by-order", ORDERS[1]),
                click("refine"),
                click(f"/book/{best.number}"),
            ),
        )

    def _room(self, dice: Random) -> Errand:
        words, day, hours = self.texts(), dice.choice(DAYS[1:]), dice.choice(self.texts()["hours"])
        room, reader = dice.choice(words["rooms"][1:]), dice.choice(words["readers"])
        return Errand(f"Reserve the {room} on {day} from {hours} for {reader}.", (
            click("/rooms"), pick("room", room), pick("room-day", day), click(f"at-{hours.split()[0]}"),
            write("reader", reader), click("book-room"),
        ))  # fmt: skip

    def _wish(self, dice: Random) -> Errand:
        words = self.texts()
        title = f"{dice.choice(words['seconds'])} and {dice.choice(words['seconds'])}"
        author, kind = dice.choice(words["readers"]), dice.choice(words["forms"][1:])
        return Errand(
            f"Suggest that the library buys '{title}' by {author} as {kind.lower()}.",
            (
                click("/suggest"),
                write("wish-title", title),
                write("wish-author", author),
                pick("wish-format", kind),
                click("wish-go"),
            ),
        )

    def _hours(self, dice: Random) -> Errand:
        branches = self.texts()["branches"]
        number, day = dice.randrange(len(branches)), dice.choice(DAYS)
        return Errand(f"Show in detail when the branch {branches[number]} is open on {day}.", (
            click("/branches"), click(f"/branch/{number}"), click(f"/branch/{number}/{day.lower()}"),
        ))  # fmt: skip


def held(card: str, branch: str) -> tuple[Move, ...]:
    return (write("card", card), pick("pickup", branch), click("hold"))
