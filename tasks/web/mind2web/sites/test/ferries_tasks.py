"""What one can be asked to do at Skerryline Ferries."""

from collections.abc import Iterator
from random import Random

from ..site import Errand, Move, click, pick, write
from .ferries import FerriesPages
from .sailings import DAYS, Sailing


class Ferries(FerriesPages):
    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._cheapest(dice)
            yield self._alert(dice)
            yield self._earliest(dice)
            yield self._lost_thing(dice)
            yield self._plan(dice)
            yield self._route(dice)

    def _searched(self, start: str, end: str, day: str) -> list[Sailing]:
        return [s for s in self.sailings if (s.start, s.end, s.day) == (start, end, day)]

    def _cheapest(self, dice: Random) -> Errand:
        words = self.texts()
        (start, end), day, cabin = (
            dice.sample(words["ports"], 2),
            dice.choice(DAYS[1:]),
            dice.choice(words["cabins"][1:]),
        )
        best = min(self._searched(start, end, day), key=lambda s: (s.price, s.number))
        name = f"{dice.choice(words['given'])} {dice.choice(words['family'])}"
        said = (f"Book the cheapest sailing from {start} to {end} on {day} for {name}, with the cabin "
                f"'{cabin}' and no meal.")  # fmt: skip
        return Errand(said, (
            *self._search(start, end, day), click(f"/sailing/{best.number}"),
            pick("cabin", cabin), write("traveller", name), click("book"),
        ))  # fmt: skip

    def _search(self, start: str, end: str, day: str) -> tuple[Move, ...]:
        chosen = {"from": (start, 0), "to": (end, 1)}
        ports = self.texts()["ports"]
        moves = [pick(k, port) for k, (port, usual) in chosen.items() if ports[usual] != port]
        return (*moves, pick("day", day), click("search"))

    def _earliest(self, dice: Random) -> Errand:
        words = self.texts()
        (start, end), day, meal = (
            dice.sample(words["ports"], 2),
            dice.choice(DAYS[1:]),
            dice.choice(words["meals"][1:]),
        )
        first = self._searched(start, end, day)[0]
        name = f"{dice.choice(words['given'])} {dice.choice(words['family'])}"
        said = (
            f"{name} needs the first boat of {day} from {start} to {end}, without a cabin but with the meal "
            f"'{meal}', and brings a bicycle. Make the booking."
        )
        return Errand(said, (
            *self._search(start, end, day), click(f"/sailing/{first.number}"), pick("meal", meal),
            click("bike"), write("traveller", name), click("book"),
        ))  # fmt: skip

    def _alert(self, dice: Random) -> Errand:
        words = self.texts()
        port = dice.choice(words["ports"][1:])
        email = f"{dice.choice(words['given']).lower()}@{dice.choice(['quaymail', 'islepost'])}.example"
        way, said = dice.choice([("how-daily", "a message a day"), ("how-weekly", "a message a week")])
        return Errand(
            f"Have travel alerts for {port} sent to {email}, as {said}.",
            (
                click("/alerts"),
                pick("alert-port", port),
                write("alert-email", email),
                click(way),
                click("alert-go"),
            ),
        )

    def _lost_thing(self, dice: Random) -> Errand:
        words = self.texts()
        ship, item = dice.choice(words["ships"][1:]), dice.choice(words["lost"])
        name = f"{dice.choice(words['given'])} {dice.choice(words['family'])}"
        return Errand(
            f"Report that {name} lost a {item} on board the {ship}. Write only '{item}' as the item.",
            (
                click("/lost"),
                pick("lost-ship", ship),
                write("lost-item", item),
                write("lost-name", name),
                click("lost-go"),
            ),
        )

    def _plan(self, dice: Random) -> Errand:
        ships = self.texts()["ships"]
        number, (plan, said) = dice.randrange(len(ships)), dice.choice(
            [("car-deck", "car deck"), ("cabin-deck", "cabin deck"), ("sun-deck", "sun deck")])  # fmt: skip
        return Errand(f"Open the plan of the {said} of the ship {ships[number]}.", (
            click("/ships"), click(f"/ship/{number}"), click(f"/ship/{number}/{plan}"),
        ))  # fmt: skip

    def _route(self, dice: Random) -> Errand:
        words = self.texts()
        i, j = dice.sample(range(len(words["ports"])), 2)
        start, end = words["ports"][i], words["ports"][j]
        last = max((s for s in self.sailings if (s.start, s.end, s.day) == (start, end, DAYS[-1])),
                   key=lambda s: s.leaves)  # fmt: skip
        return Errand(
            f"In the timetable of the route {start} - {end}, find the last boat of {DAYS[-1]} "
            "and open its booking page.",
            (click("/timetables"), click(f"/timetable/{i}/{j}"), click(f"/sailing/{last.number}")),
        )
