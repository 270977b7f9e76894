"""What one can be asked to do at Ostwick Trams."""

from collections.abc import Iterator
from random import Random

from ..site import Errand, Move, click, pick, write
from .tram import HOURS, TramPages


class Tram(TramPages):
    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._quickest(dice)
            yield self._pass(dice)
            yield self._appeal(dice)
            yield self._departures(dice)
            yield self._direct(dice)
            yield self._claim(dice)

    def _asked(self, start: str, end: str, after: str, *more: Move) -> tuple[Move, ...]:
        first = self.texts()["stops"][0]
        ends = [pick(k, stop) for k, stop in (("start", start), ("end", end)) if stop != first]
        return (*ends, pick("after", after), *more, click("plan"))

    def _quickest(self, dice: Random) -> Errand:
        words, after = self.texts(), dice.choice(HOURS[4:])
        start, end = dice.sample(words["stops"], 2)
        found = sorted((r.minutes, r.number) for r in self._found(start, end, after, False))
        if len(found) < 2 or found[0][0] == found[1][0]:
            return self._quickest(dice)
        fare, name = dice.choice(words["fares"][1:]), dice.choice(words["people"])
        said = (
            f"Buy a {fare.lower()} ticket in the name of {name} for the quickest journey "
            f"from {start} to {end} after {after}."
        )
        return Errand(
            said,
            (
                *self._asked(start, end, after),
                click(f"/ride/{found[0][1]}"),
                pick("fare", fare),
                write("name", name),
                click("buy"),
            ),
        )

    def _direct(self, dice: Random) -> Errand:
        words, after = self.texts(), dice.choice(HOURS[1:6])
        start, end = dice.sample(words["stops"], 2)
        first = self._found(start, end, after, True)[0]
        said = (
            f"Search for journeys without changes from {start} to {end} after {after} "
            "and open the ticket page of the first one."
        )
        return Errand(
            said, (*self._asked(start, end, after, click("direct")), click(f"/ride/{first.number}"))
        )

    def _pass(self, dice: Random) -> Errand:
        words = self.texts()
        ticket, zone, fare = (dice.choice(words[k][1:]) for k in ("tickets", "zones", "fares"))
        name, (way, said) = (
            dice.choice(words["people"]),
            dice.choice([("by-post", "by post"), ("by-phone", "on the phone")]),
        )
        return Errand(
            f"Buy for {name}, who travels as {fare.lower()}: {ticket}, {zone}. The ticket is wanted {said}.",
            (
                click("/tickets"),
                pick("ticket", ticket),
                pick("zone", zone),
                pick("fare", fare),
                click("add"),
                write("pay-name", name),
                click(way),
                click("pay"),
            ),
        )

    def _appeal(self, dice: Random) -> Errand:
        notice = f"PF{dice.randint(100000, 999999)}"
        why, said = dice.choice(
            [
                ("why-machine", "the machine was broken"),
                ("why-pass", "the pass was at home"),
                ("why-zone", "the zone had not been left"),
            ]
        )
        return Errand(f"Appeal against the penalty notice {notice}, because {said}.", (
            click("/penalty"), write("notice", notice), click(why), click("appeal"),
        ))  # fmt: skip

    def _departures(self, dice: Random) -> Errand:
        words = self.texts()
        stop, line = dice.randrange(len(words["stops"])), dice.randrange(len(words["lines"]))
        return Errand(
            f"Open the departures of the {words['lines'][line]} at the stop {words['stops'][stop]}.",
            (
                click("/stops"),
                click(f"/stop/{stop}"),
                click(f"/stop/{stop}/{line}"),
            ),
        )

    def _claim(self, dice: Random) -> Errand:
        words = self.texts()
        line, thing, name = (
            dice.choice(words["lines"][1:]),
            dice.choice(words["things"]),
            dice.choice(words["people"]),
        )
        return Errand(
            f"{name} left a {thing} in a tram of the {line}. Send a search request that says just '{thing}'.",
            (
                click("/found"),
                pick("on-line", line),
                write("thing", thing),
                write("owner", name),
                click("claim"),
            ),
        )
