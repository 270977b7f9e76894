"""Hallbeck Libraries: search the catalogue, place holds, book a study room, suggest a title."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

from ..markup import (
    Html, area, bare_choice, button, choice, el, field, form, hidden, joined, link, links, many, picture, table, tick,
)  # fmt: skip
from ..site import SENT, Deed, Errand, Move, Request, Session, Site, click, pick, write

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
ORDERS = ("Best match", "Newest first", "Oldest first", "Author A-Z")


@dataclass(frozen=True, slots=True)
class Book:
    number: int
    title: str
    author: str
    kind: str
    form: str
    year: int
    branch: str
    free: bool


class Library(Site):
    name = "hallbeck"
    domain = "Service"
    words = "test/library.toml"
    style = (
        ".page{max-width:70em;margin:auto;font-family:Georgia,serif}.top{border-bottom:4px solid #6b2d5c;padding:1em}"
        ".tabs li{display:inline-block;margin-right:1em}.hit{border-top:1px dotted #888;padding:.7em 0}"
        ".facets{float:left;width:15em}.hits{margin-left:16em}.cookies{border:2px solid #6b2d5c;padding:1em}"
        ".badge{background:#eee;border-radius:3px;padding:0 .4em}.end{clear:both;background:#f4eef2;padding:1em}"
    )
    deeds: ClassVar[Mapping[str, Deed]] = {
        "hold": Deed(SENT, ("book", "card", "branch")),
        "room": Deed(SENT, ("room", "day", "hours", "reader")),
        "suggest": Deed(SENT, ("title", "author", "format")),
        "ask": Deed(SENT, ("question",)),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.home,
            "search": self.search,
            "shelves": self.shelves,
            "book": self.book,
            "branches": self.branches,
            "branch": self.branch,
            "rooms": self.rooms,
            "suggest": self.suggest,
            "account": self.account,
            "page": self.page,
            "thanks": self.thanks,
        }

    @cached_property
    def books(self) -> tuple[Book, ...]:
        words, dice = self.texts(), Random("hallbeck shelves")
        titles = [f"{a} {b}" for a in words["firsts"] for b in words["seconds"]]
        return tuple(
            Book(n, t, dice.choice(words["authors"]), dice.choice(words["kinds"]), dice.choice(words["forms"]),
                 dice.randint(1948, 2023), dice.choice(words["branches"]), dice.random() < 0.5)
            for n, t in enumerate(titles)
        )  # fmt: skip

    def around(self, main: Html, request: Request, session: Session) -> Html:
        return el("div", self._top, main, self._end, class_="page")

    @cached_property
    def _top(self) -> Html:
        words = self.texts()
        site_search = form(
            "/page/found",
            el("input", type="text", id="site-q", name="q", value="", aria_label="Search this website"),
            button("site-go", "Search website"),
            role="search",
        )
        return el("div", link("Hallbeck Libraries", "/"), site_search, links(words["menu"], class_="tabs"), class_="top")

    @cached_property
    def _end(self) -> Html:
        words = self.texts()
        new = [(f"{b.title} ({b.form})", f"/book/{b.number}") for b in sorted(self.books, key=lambda b: -b.year)[:24]]
        index = [(f"{k} by {a}", f"/search?author={a.replace(' ', '+')}&kind={k}") for a in words["authors"]
                 for k in words["kinds"]]  # fmt: skip
        ask = form("/do/ask", field("ask-us", "Ask a librarian", "question"), button("ask-go", "Send question"))
        open_ = [(b, *["10-18" if (n + d) % 4 else "closed" for d in range(6)]) for n, b in enumerate(words["branches"])]
        return el(
            "div", el("h4", "New on the shelves"), links(new), table(("Branch", *DAYS), open_), ask,
            links(words["footer"]), links(index, class_="index"), many("p", words["notes"]), class_="end",
        )  # fmt: skip

    def home(self, request: Request, session: Session) -> Html:
        words = self.texts()
        loved = Random("hallbeck loved").sample(self.books, 18)
        tiles = [el("figure", picture(b.title, b.number), el("figcaption", link(b.title, f"/book/{b.number}"), " ",
                 b.author, el("span", b.form, class_="badge"))) for b in loved]  # fmt: skip
        return el("div", el("h1", "What would you like to read?"), self._asks("", ""), el("h2", "Readers loved"),
                  *tiles, el("h2", "From the desk"), many("p", words["notes"]))  # fmt: skip

    def _asks(self, query: str, author: str) -> Html:
        words = self.texts()
        return form(
            "/search",
            field("q", "Words in the title", value=query),
            choice("author", "Author", ("Anyone", *words["authors"]), chosen=author),
            choice("format", "Format", ("Any", *words["forms"])),
            button("find", "Search catalogue"),
        )

    def _hits(self, request: Request) -> list[Book]:
        query = request.get("q").casefold().split()
        author, form_, kind = request.get("author", "Anyone"), request.get("format", "Any"), request.get("kind", "Any")
        found = [b for b in self.books if all(w in b.title.casefold().split() for w in query)
                 and author in ("Anyone", b.author) and form_ in ("Any", b.form) and kind in ("Any", b.kind)]  # fmt: skip
        order = request.get("order", ORDERS[0])
        if order in ORDERS[1:3]:
            return sorted(found, key=lambda b: (-b.year if order == ORDERS[1] else b.year, b.number))
        return sorted(found, key=lambda b: b.author) if order == ORDERS[3] else found

    def search(self, request: Request, session: Session) -> Html:
        words, found = self.texts(), self._hits(request)
        kept = [hidden(n, request.get(n)) for n in ("q", "author") if request.get(n)]
        facets = form(
            "/search",
            *kept,
            choice("by-format", "Format", ("Any", *words["forms"]), "format", request.get("format")),
            choice("by-kind", "Subject", ("Any", *words["kinds"]), "kind", request.get("kind")),
            bare_choice("by-order", ORDERS, "order", request.get("order"), aria_label="Sort by"),
            button("refine", "Refine"),
            class_="facets",
        )
        hits = el("div", el("h1", f"{len(found)} titles"), *map(self._hit, found), class_="hits")
        return el("div", self._asks(request.get("q"), request.get("author")), facets, hits)

    def _hit(self, b: Book) -> Html:
        words = self.texts()
        stock = "on the shelf" if b.free else "on loan"
        return el(
            "div", picture(b.title, b.number), el("h3", link(b.title, f"/book/{b.number}")),
            el("p", f"{b.author}, {b.year}"), el("span", b.form, class_="badge"), el("span", b.kind, class_="badge"),
            el("p", words["blurbs"][b.number % 10]), el("small", f"{b.branch}: {stock}"), class_="hit",
        )  # fmt: skip

    def shelves(self, request: Request, session: Session) -> Html:
        rows = [(link(b.title, f"/book/{b.number}"), b.author, b.kind, b.form, str(b.year)) for b in self.books]
        return el("div", el("h1", "All shelves"), table(("Title", "Author", "Subject", "Format", "Year"), rows))

    def book(self, request: Request, session: Session) -> Html | None:
        number, words = request.number(1, len(self.books)), self.texts()
        if number is None:
            return None
        b = self.books[number]
        hold = form(
            "/do/hold",
            el("h2", "Place a hold"),
            hidden("book", str(number)),
            hidden("back", request.address),
            field("card", "Library card number"),
            choice("pickup", "Collect at", words["branches"], "branch"),
            button("hold", "Place hold"),
        )
        facts = [("Author", b.author), ("Format", b.form), ("Subject", b.kind), ("Year", str(b.year)), ("Home", b.branch)]
        near = [o for o in self.books if o.author == b.author or o.kind == b.kind][:30]
        return el("div", el("h1", b.title), el("p", words["blurbs"][number % 10]), table(("", ""), facts), hold,
                  el("h2", "You may also like"), *map(self._hit, near))  # fmt: skip

    def branches(self, request: Request, session: Session) -> Html:
        parts = [el("section", picture(b, n), el("h2", b), many("p", self.texts()["notes"]),
                    link(f"Opening hours of {b}", f"/branch/{n}")) for n, b in enumerate(self.texts()["branches"])]  # fmt: skip
        return el("div", el("h1", "Branches"), *parts)

    def branch(self, request: Request, session: Session) -> Html | None:
        branches = self.texts()["branches"]
        number = request.number(1, len(branches))
        if number is None:
            return None
        days = [(d, link(f"{d} in detail", f"/branch/{number}/{d.lower()}")) for d in DAYS]
        shelf = [self._hit(b) for b in self.books if b.branch == branches[number]]
        shown = el("p", f"{request.part(2)}: doors open at ten, desk staffed from eleven" if request.part(2) else "")
        return el("div", el("h1", branches[number]), shown, table(("Day", ""), days), el("h2", "Kept here"), *shelf)

    def rooms(self, request: Request, session: Session) -> Html:
        words = self.texts()
        booking = form(
            "/do/room",
            hidden("back", "/rooms"),
            choice("room", "Room", words["rooms"]),
            choice("room-day", "Day", DAYS, "day"),
            *[tick("radio", f"at-{h.split()[0]}", h, "hours", h) for h in words["hours"]],
            field("reader", "Name of the reader"),
            button("book-room", "Reserve room"),
        )
        plan = [(r, d, h, "taken" if (i * j + k) % 3 else "free") for i, r in enumerate(words["rooms"])
                for j, d in enumerate(DAYS) for k, h in enumerate(words["hours"])]  # fmt: skip
        return el("div", el("h1", "Study rooms"), booking, table(("Room", "Day", "Hours", "State"), plan))

    def suggest(self, request: Request, session: Session) -> Html:
        words = self.texts()
        wish = form(
            "/do/suggest",
            hidden("back", "/suggest"),
            field("wish-title", "Title", "title"),
            field("wish-author", "Author", "author"),
            choice("wish-format", "Format", words["forms"], "format"),
            area("wish-why", "Why should we buy it?", "why"),
            button("wish-go", "Suggest"),
        )
        recent = [(b.title, b.author, b.form, "bought" if b.free else "not bought") for b in self.books[::2]]
        return el("div", el("h1", "Suggest a title"), wish, table(("Title", "Author", "Format", "Decision"), recent))

    def account(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", "Reader account"), many("p", session.done or ("No holds yet.",)),
                  many("p", self.texts()["notes"] * 3))  # fmt: skip

    def page(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", request.part(1).capitalize()), many("p", self.texts()["notes"] * 5))

    def thanks(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", "Done"), many("p", session.done[-1:]), many("p", self.texts()["notes"]))

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
        return Errand(said, (write("q", b.title), click("find"), click(f"/book/{b.number}"), *_held(card, branch)))

    def _by_author(self, dice: Random) -> Errand:
        words, author = self.texts(), dice.choice(self.texts()["authors"])
        kind = dice.choice(sorted({b.form for b in self.books if b.author == author}))
        found = sorted((b.year, b.number) for b in self.books if (b.author, b.form) == (author, kind))
        if len(found) < 3 or kind == words["forms"][0] or found[0][0] == found[1][0]:
            return self._by_author(dice)
        oldest = self.books[found[0][1]]
        card, branch = f"HB-{dice.randint(10000, 99999)}", dice.choice(words["branches"][1:])
        said = (f"I would like the oldest {kind.lower()} by {author} that you have. Reserve it for card {card}; "
                f"I will pick it up at {branch}.")  # fmt: skip
        return Errand(said, (
            pick("author", author), pick("format", kind), click("find"), pick("by-order", ORDERS[2]),
            click("refine"), click(f"/book/{oldest.number}"), *_held(card, branch),
        ))  # fmt: skip

    def _newest(self, dice: Random) -> Errand:
        word, kind = dice.choice(self.texts()["seconds"]), dice.choice(self.texts()["kinds"])
        found = sorted((-b.year, b.number) for b in self.books if word in b.title.split() and b.kind == kind)
        if len(found) < 2 or found[0][0] == found[1][0] or kind == self.texts()["kinds"][0]:
            return self._newest(dice)
        best = self.books[found[0][1]]
        said = f"Search the catalogue for the word {word} and open the page of the newest title on the subject {kind}."
        return Errand(said, (
            write("q", word), click("find"), pick("by-kind", kind), pick("by-order", ORDERS[1]), click("refine"),
            click(f"/book/{best.number}"),
        ))  # fmt: skip

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
        return Errand(f"Suggest that the library buys '{title}' by {author} as {kind.lower()}.", (
            click("/suggest"), write("wish-title", title), write("wish-author", author), pick("wish-format", kind),
            click("wish-go"),
        ))  # fmt: skip

    def _hours(self, dice: Random) -> Errand:
        branches = self.texts()["branches"]
        number, day = dice.randrange(len(branches)), dice.choice(DAYS)
        return Errand(f"Show in detail when the branch {branches[number]} is open on {day}.", (
            click("/branches"), click(f"/branch/{number}"), click(f"/branch/{number}/{day.lower()}"),
        ))  # fmt: skip


def _held(card: str, branch: str) -> tuple[Move, ...]:
    return (write("card", card), pick("pickup", branch), click("hold"))
