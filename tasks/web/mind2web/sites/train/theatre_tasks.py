"""What one can be asked to do at the Garnet Playhouse."""

from collections.abc import Iterator
from random import Random

from ..site import Errand, click, pick, write
from .theatre import ROWS, SEATS, STAGES, TheatrePages


class Theatre(TheatrePages):
    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._seats(dice)
            yield self._gift(dice)
            yield self._about(dice)
            yield self._bargain(dice)
            yield self._tour(dice)
            yield self._school(dice)

    def _seats(self, dice: Random) -> Errand:
        evening, row, seats = dice.choice(self.evenings), dice.choice(ROWS[1:]), dice.choice(SEATS[1:])
        play, holder = self.plays[evening.play], dice.choice(self.texts()["holders"])
        return Errand(
            f"{holder} would like {seats} in row {row} to see '{play.title}' on {evening.date}, "
            "with a printed programme.",
            (
                click("/plays"), click(f"/play/{play.number}"), click(f"/evening/{evening.number}"),
                pick("row", row), pick("seats", seats), click("programme"), write("holder", holder),
                click("hold"),
            ),
        )  # fmt: skip

    def _bargain(self, dice: Random) -> Errand:
        first, second = dice.sample(dice.choice(self.plays).cast, 2)
        plays = self.found(f"{first} {second}", STAGES[0], "Any kind")
        if len(plays) != 1:
            return self._bargain(dice)
        nights = sorted(self.of(plays[0].number), key=lambda e: e.price)
        if nights[0].price == nights[1].price:
            return self._bargain(dice)
        holder, seats = dice.choice(self.texts()["holders"]), dice.choice(SEATS[1:])
        return Errand(
            f"Look up the play that {first} and {second} are both in. On the night when row A costs least, "
            f"take {seats} in row A, in the name of {holder}.",
            (
                write("seek", f"{first} {second}"),
                click("seek-go"),
                click(f"/play/{plays[0].number}"),
                click(f"/evening/{nights[0].number}"),
                pick("seats", seats),
                write("holder", holder),
                click("hold"),
            ),
        )

    def _gift(self, dice: Random) -> Errand:
        words = self.texts()
        number, variant = dice.randrange(len(words["gifts"])), dice.choice(words["variants"][1:])
        receiver, (wrap, said) = dice.choice(words["holders"]), dice.choice(
            [("wrap-plain", "brown paper"), ("wrap-red", "a red velvet bag")])  # fmt: skip
        return Errand(
            f"Send {receiver} the gift '{words['gifts'][number]}' from the shop, variant '{variant}', "
            f"in {said}.",
            (
                click("/gifts"),
                click(f"/gift/{number}"),
                pick("variant", variant),
                click("put"),
                click("/till"),
                write("receiver", receiver),
                click(wrap),
                click("pay-gifts"),
            ),
        )

    def _about(self, dice: Random) -> Errand:
        stage, kind = dice.choice(STAGES[1:]), dice.choice(self.texts()["kinds"])
        tab = dice.choice(self.texts()["tabs"]).lower()
        found = self.found("", stage, kind)
        if len(found) != 1:
            return self._about(dice)
        return Errand(
            f"Only one {kind.lower()} is given on the stage called '{stage}'. Show the {tab} of it.",
            (
                click("/plays"), pick("stage", stage), pick("kind", kind), click("only"),
                click(f"/play/{found[0].number}"), click(f"/play/{found[0].number}/{tab}"),
            ),
        )  # fmt: skip

    def _tour(self, dice: Random) -> Errand:
        words, date = self.texts(), f"{dice.randrange(8, 29, 5)} November"
        tour, tongue = dice.choice(words["tours"][1:]), dice.randrange(len(words["tongues"]))
        group = f"{dice.choice(words['schools'])} alumni"
        return Errand(
            f"Sign up the group '{group}' for the tour '{tour}' {words['tongues'][tongue]} on {date}.",
            (
                click("/tours"), pick("tour", tour), pick("tour-date", date), click(f"tour-in-{tongue}"),
                write("tour-holder", group), click("tour-go"),
            ),
        )  # fmt: skip

    def _school(self, dice: Random) -> Errand:
        words = self.texts()
        school, age, play = (dice.choice(words[k][1:]) for k in ("schools", "classes", "plays"))
        return Errand(
            f"{school} wants the Playhouse to come with '{play}' for its pupils of {age.lower()}. "
            "Invite them.",
            (
                click("/schools"),
                pick("class", age),
                pick("school-play", play),
                write("school", school),
                click("school-go"),
            ),
        )
