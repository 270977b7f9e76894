"""What one can be asked to do at Holmwick Town Hall."""

from collections.abc import Iterator
from random import Random

from ..site import Errand, Move, click, pick, write
from .townhall import BINS, SPANS, ZONES, TownHallPages


class TownHall(TownHallPages):
    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._counter(dice)
            yield self._defect(dice)
            yield self._permit(dice)
            yield self._bin(dice)
            yield self._copy(dice)
            yield self._sign(dice)
            yield self._dog(dice)

    def _counter(self, dice: Random) -> Errand:
        words = self.texts()
        matter, office = dice.randrange(len(words["matters"])), dice.choice(words["offices"])
        free = [s for s in self.of(matter) if s.office == office]
        if not free:
            return self._counter(dice)
        citizen = dice.choice(words["citizens"])
        return Errand(
            f"{citizen} needs an interpreter and a time at the {office} because of this matter: "
            f"{words['matters'][matter].lower()}. The soonest one will do.",
            (
                click("/matters"),
                click(f"/matter/{matter}"),
                pick("office", office),
                click("there"),
                click(f"/slot/{free[0].number}"),
                write("citizen", citizen),
                click("interpreter"),
                click("come"),
            ),
        )

    def _defect(self, dice: Random) -> Errand:
        words, hurry = self.texts(), dice.randrange(3)
        what, street = dice.choice(words["defects"][1:]), dice.choice(words["streets"][1:])
        detail = dice.choice(words["details"])
        said = ("which can wait", "to be mended this week", "where someone may get hurt")[hurry]
        return Errand(
            f"Tell the works yard of a {what.lower()} in {street}, {said}. The description reads: {detail}",
            (
                click("/defects"), pick("what", what), pick("in-street", street), click(f"hurry-{hurry}"),
                write("detail", detail), click("tell-us"),
            ),
        )  # fmt: skip

    def _permit(self, dice: Random) -> Errand:
        zone, span, citizen = dice.choice(ZONES[1:]), dice.randrange(3), dice.choice(self.texts()["citizens"])
        plate = f"HW {dice.choice('ABCDEFG')}{dice.choice('KLMNPRS')} {dice.randint(100, 9999)}"
        return Errand(
            f"Apply for {citizen}'s permit to park the car {plate} in {zone} during {SPANS[span]}.",
            (
                click("/permits"), pick("zone", zone), write("plate", plate), click(f"span-{span}"),
                write("permit-name", citizen), click("apply"),
            ),
        )  # fmt: skip

    def _bin(self, dice: Random) -> Errand:
        streets, bin_ = self.texts()["streets"], dice.choice(BINS).lower()
        street = dice.randrange(len(streets))
        return Errand(
            f"On which days is {bin_} refuse taken away from {streets[street]}? Bring up that list alone.",
            (click("/refuse"), click(f"/street/{street}"), click(f"/street/{street}/{bin_}")),
        )

    def _copy(self, dice: Random) -> Errand:
        words = self.texts()
        record, street = dice.choice(words["registers"][1:]), dice.choice(words["streets"][1:])
        year, stamp, citizen = (
            str(dice.randint(1951, 2024)),
            dice.randrange(3),
            dice.choice(words["citizens"]),
        )
        moves: tuple[Move, ...] = (
            click("/records"), pick("record", record), pick("year", year), click("copy"),
            write("to-name", citizen), pick("to-street", street), click(f"stamp-{stamp}"), click("send"),
        )  # fmt: skip
        return Errand(
            f"Order a copy of the {record.lower()} of {year}, {words['stamps'][stamp].lower()}, "
            f"to be sent to {citizen} in {street}.",
            moves,
        )

    def _sign(self, dice: Random) -> Errand:
        petitions, citizen = self.texts()["petitions"], dice.choice(self.texts()["citizens"])
        number = dice.randrange(len(petitions))
        return Errand(
            f"{citizen} supports the petition '{petitions[number]}' but does not want to be named in print. "
            "Sign it.",
            (
                click("/petitions"),
                click(f"/petition/{number}"),
                write("signer", citizen),
                click("no-name"),
                click("sign"),
            ),
        )

    def _dog(self, dice: Random) -> Errand:
        words = self.texts()
        dog, breed, citizen = (
            dice.choice(words["dogs"]),
            dice.choice(words["breeds"][1:]),
            dice.choice(words["citizens"]),
        )
        return Errand(
            f"Enter {dog} into the dog book, a {breed.lower()} that belongs to {citizen}.",
            (
                click("/dogs"), write("dog", dog), pick("breed", breed), write("owner", citizen),
                click("dog-go"),
            ),
        )  # fmt: skip
