"""The bundled splits, generated from seeds: `test` (60 samples) and `train` (600).

A sample is a room of its own, with furniture and items drawn at random, and a chore that can be done in
it. The splits share no room and no pair of item and place.
"""

from functools import lru_cache
from random import Random

from ..expert import solve
from ..samples import HouseholdSample
from ..world import TASK_TYPES, Game, Item, Receptacle
from .chores import Chore, chores
from .kinds import Kind, fits, kinds, rooms

SIZES = {"test": 60, "train": 600}
LEAST = 4
"""Commands that the expert needs at least: what takes fewer could be done by chance."""
SHARED = 0.2
"""Chance that a drawer or a cabinet is reached from where the one before it is."""


@lru_cache(maxsize=2)
def bundled(split: str) -> tuple[HouseholdSample, ...]:
    """The samples of a split, the same on every machine; the task types take turns."""
    return tuple(sample(split, number) for number in range(SIZES[split]))


def sample(split: str, number: int) -> HouseholdSample:
    task_type, turn = TASK_TYPES[number % len(TASK_TYPES)], number // len(TASK_TYPES)
    choices = list(chores(split)[task_type])
    Random(f"household {split} {task_type}").shuffle(choices)
    made = game(choices[turn % len(choices)], Random(f"household {split} {number}"))
    return HouseholdSample(f"{split}-{number:03}", split, made)


def game(chore: Chore, random: Random) -> Game:
    """A room in which the chore is still to be done, and can be."""
    while len(solve(made := _draw(chore, random))) < LEAST:
        pass
    return made


def _draw(chore: Chore, random: Random) -> Game:
    receptacles = _furnish(chore, random)
    items = _scatter(chore, receptacles, random)
    return Game(
        task_type=chore.task_type,
        goal=chore.goal,
        description=chore.described(random.randrange(2)),
        receptacles=receptacles,
        items=items,
        start="loc_0",
        fits=tuple((place, held) for place, held in fits() if any(r.kind == place for r in receptacles)),
    )


def _furnish(chore: Chore, random: Random) -> tuple[Receptacle, ...]:
    made: list[Receptacle] = []
    for furniture in rooms()[chore.room]:
        least = max(furniture.least, furniture.kind == chore.goal.receptacle)
        count = random.randint(least, furniture.most)
        for index in range(count):
            shares = furniture.door and index > 0 and random.random() < SHARED
            location = made[-1].location if shares else f"loc_{len(made) + 1}"
            made.append(
                Receptacle(
                    name=f"{furniture.kind} {count - index}",
                    kind=furniture.kind,
                    uid=f"{furniture.kind}_bar_{index:02}",
                    location=location,
                    openable=furniture.door,
                )
            )
    return tuple(made)


def _scatter(chore: Chore, receptacles: tuple[Receptacle, ...], random: Random) -> tuple[Item, ...]:
    goal, made = chore.goal, list[Item]()
    for kind in kinds():
        if chore.room not in kind.rooms:
            continue
        wanted = kind.name in (goal.item, goal.light)
        count = random.randint(1, kind.most)
        if wanted:
            count = goal.count + random.randint(0, 1) if kind.name == goal.item else 1
        places = [r for r in receptacles if r.kind in kind.goes]
        if wanted:  # not where it is to be in the end
            places = [r for r in places if r.kind != goal.receptacle]
        for index in range(count if places else 0):
            made.append(_item(kind, index, count, random.choice(places)))
    return tuple(made)


def _item(kind: Kind, index: int, count: int, place: Receptacle) -> Item:
    return Item(
        name=f"{kind.name} {count - index}",
        kind=kind.name,
        uid=f"{kind.name}_bar_{index:02}",
        inside=(place.uid,),
        location=place.location,
        pickupable="l" not in kind.abilities,
        heatable="h" in kind.abilities,
        coolable="k" in kind.abilities,
        cleanable="c" in kind.abilities,
        sliceable="s" in kind.abilities,
        toggleable="l" in kind.abilities,
    )
