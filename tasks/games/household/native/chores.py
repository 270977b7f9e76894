"""The chores of a split: which kind of item, which place, in which room. The splits share none."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..world import TASK_TYPES, Goal
from .kinds import Kind, kinds, rooms

TREATMENTS = {
    "pick_clean_then_place_in_recep": ("c", "clean"),
    "pick_heat_then_place_in_recep": ("h", "hot"),
    "pick_cool_then_place_in_recep": ("k", "cool"),
}
LIGHT, TWO = "look_at_obj_in_light", "pick_two_obj_and_place"
SENTENCES = {
    "pick_and_place_simple": ("put a {item} in {place}.", "put some {item} on {place}."),
    LIGHT: ("look at {item} under the {place}.", "examine the {item} with the {place}."),
    "pick_clean_then_place_in_recep": (
        "put a clean {item} in {place}.",
        "clean some {item} and put it in {place}.",
    ),
    "pick_heat_then_place_in_recep": (
        "put a hot {item} in {place}.",
        "heat some {item} and put it in {place}.",
    ),
    "pick_cool_then_place_in_recep": (
        "put a cool {item} in {place}.",
        "cool some {item} and put it in {place}.",
    ),
    TWO: ("put two {item} in {place}.", "find two {item} and put them in {place}."),
}
"""ALFWorld's sentences for its task types; both splits use them."""


@dataclass(frozen=True, slots=True)
class Chore:
    task_type: str
    room: str
    goal: Goal

    def described(self, way: int) -> str:
        """The task in one of its sentences."""
        place = self.goal.light or self.goal.receptacle
        sentences = SENTENCES[self.task_type]
        return sentences[way % len(sentences)].format(item=self.goal.item, place=place)


@lru_cache(maxsize=2)
def chores(split: str) -> dict[str, tuple[Chore, ...]]:
    """Task type to its chores. A pair of item and place belongs to one split, in every room and type."""
    found: dict[str, tuple[Chore, ...]] = {}
    for task_type in TASK_TYPES:
        every = _lights() if task_type == LIGHT else _placements(task_type)
        found[task_type] = tuple(c for c in every if _split(c.goal) == split)
    return found


def _split(goal: Goal) -> str:
    """A quarter of the pairs is for `test`."""
    names = [k.name for k in kinds()]
    places = sorted({f.kind for furniture in rooms().values() for f in furniture})
    other = 0 if goal.light else places.index(goal.receptacle)
    return "test" if (names.index(goal.item) + other) % 4 == 0 else "train"


def _lights() -> Iterator[Chore]:
    for lamp in kinds():
        for kind in kinds():
            if "l" in lamp.abilities and "l" not in kind.abilities:
                for room in kind.rooms:
                    if room in lamp.rooms:
                        yield Chore(LIGHT, room, Goal(kind.name, light=lamp.name))


def _placements(task_type: str) -> Iterator[Chore]:
    able, treatment = TREATMENTS.get(task_type, ("", ""))
    count = 2 if task_type == TWO else 1
    for kind in kinds():
        if "l" in kind.abilities or able not in kind.abilities:
            continue
        for room in kind.rooms:
            for furniture in rooms()[room]:
                if furniture.kind in kind.goes and _possible(kind, furniture.kind, able):
                    yield Chore(task_type, room, Goal(kind.name, furniture.kind, "", treatment, count))


def _possible(kind: Kind, place: str, able: str) -> bool:
    """Whether it makes sense: what was treated does not stay where it was treated, and the item has
    another place to be found in."""
    return place != {"c": "sinkbasin", "h": "microwave", "k": "fridge"}.get(able) and len(kind.goes) > 1
