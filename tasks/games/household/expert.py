"""The expert: a short way to the goal by one who knows where everything is."""

from collections.abc import Iterator, Sequence
from itertools import islice, product

from .engine import NOTHING, House
from .goals import candidates, treated
from .world import Game, Item, Receptacle

TRIES = 400
"""Ways that are tried; the shortest that reaches the goal is taken."""


class Stuck(Exception):
    """This way cannot be gone."""


def solve(game: Game) -> tuple[str, ...]:
    """Commands that reach the goal; empty where none were found."""
    ways = _lights(game) if game.goal.light else _placements(game)
    found: list[tuple[str, ...]] = []
    for way in islice(ways, TRIES):
        try:
            found.append(way.done())
        except Stuck:
            continue
    return min(found, key=len, default=())


class Way:
    """One plan, tried out in a house while it is made."""

    def __init__(
        self, game: Game, items: Sequence[Item], target: Receptacle | None, lamp: Item | None
    ) -> None:
        self.house = House(game)
        self.items, self.target, self.lamp = items, target, lamp
        self.said: list[str] = []

    def done(self) -> tuple[str, ...]:
        """The commands. Raises `Stuck` where one of them does nothing, or the goal is not reached."""
        for item in self.items:
            if self.target is not None:
                self.bring(item, self.target)
            elif self.lamp is not None:
                self.take(item)
                self.go(self.place(self.lamp))
                self.do(f"use {self.lamp.name}")
        if not self.house.won:
            raise Stuck
        return tuple(self.said)

    def do(self, command: str) -> None:
        if self.house.step(command) == NOTHING:
            raise Stuck
        self.said.append(command)

    def go(self, receptacle: Receptacle) -> None:
        if receptacle.location != self.house.location:
            self.do(f"go to {receptacle.name}")

    def open(self, receptacle: Receptacle) -> None:
        self.go(receptacle)
        if not self.house.accessible(receptacle):
            self.do(f"open {receptacle.name}")

    def place(self, item: Item) -> Receptacle:
        inside = self.house.inside[item.uid]
        for receptacle in self.house.plan.reachable:
            if receptacle.uid in inside:
                return receptacle
        raise Stuck

    def take(self, item: Item) -> None:
        place = self.place(item)
        self.open(place)
        self.do(f"take {item.name} from {place.name}")

    def bring(self, item: Item, target: Receptacle) -> None:
        house, game = self.house, self.house.game
        if target.uid in house.inside[item.uid] and treated(house, item):
            return
        if game.goal.sliced and item.uid not in house.sliced:
            self.slice(item)
        self.take(item)
        if not treated(house, item):
            verb, kinds = {
                "clean": ("clean", game.sinks),
                "hot": ("heat", game.heaters),
                "cool": ("cool", game.coolers),
            }[game.goal.treatment]
            appliance = next((r for r in house.plan.reachable if r.kind in kinds), None)
            if appliance is None:
                raise Stuck
            self.go(appliance)
            self.do(f"{verb} {item.name} with {appliance.name}")
        self.put(item, target)

    def put(self, item: Item, target: Receptacle) -> None:
        self.open(target)
        if self.house.game.wording == "move":
            self.do(f"move {item.name} to {target.name}")
        else:
            self.do(f"put {item.name} in/on {target.name}")

    def slice(self, item: Item) -> None:
        """With the first knife that can be had, which goes back to where it was."""
        house = self.house
        knife = next((i for i in house.plan.items if i.kind in house.game.knives and i.pickupable), None)
        if knife is None:
            raise Stuck
        home = self.place(knife)
        self.take(knife)
        self.go(self.place(item))
        self.do(f"slice {item.name} with {knife.name}")
        self.put(knife, home)


def _lights(game: Game) -> Iterator[Way]:
    house = House(game)
    lamps = [i for i in house.plan.items if i.kind == game.goal.light and i.toggleable]
    for item, lamp in product(candidates(house), lamps):
        yield Way(game, (item,), None, lamp)


def _placements(game: Game) -> Iterator[Way]:
    house = House(game)
    targets = [r for r in house.plan.reachable if r.kind == game.goal.receptacle]
    wanted = list(candidates(house))
    for target in targets:
        for items in product(wanted, repeat=game.goal.count):
            if len(set(items)) == len(items):
                yield Way(game, items, target, None)
