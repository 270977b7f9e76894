"""A small kitchen, and how tests play `household`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.tasks.games.household.engine import House
from harness.tasks.games.household.environment import HouseholdEnvironment
from harness.tasks.games.household.samples import HouseholdSample
from harness.tasks.games.household.world import Game, Goal, Item, Receptacle

from harness import Settings

FRIDGE = Receptacle("fridge 1", "fridge", "fridge_bar_0", "loc 1", openable=True)
MICROWAVE = Receptacle("microwave 1", "microwave", "microwave_bar_0", "loc 2", openable=True)
SINK = Receptacle("sinkbasin 1", "sinkbasin", "sinkbasin_bar_0", "loc 3")
SHELF = Receptacle("shelf 1", "shelf", "shelf_bar_0", "loc 4")
DESK = Receptacle("desk 1", "desk", "desk_bar_0", "loc 5")
DRAWER = Receptacle("drawer 1", "drawer", "drawer_bar_0", "loc 5", openable=True)
FOOD = Item(
    "apple 1", "apple", "apple_bar_1", ("fridge_bar_0",), "loc 1",
    heatable=True, coolable=True, cleanable=True, sliceable=True,
)  # fmt: skip
APPLE = replace(FOOD, name="apple 2", uid="apple_bar_0", inside=("desk_bar_0",), location="loc 5")
KNIFE = Item("knife 1", "knife", "knife_bar_0", ("sinkbasin_bar_0",), "loc 3", cleanable=True)
BOWL = Item("bowl 1", "bowl", "bowl_bar_0", ("shelf_bar_0",), "loc 4", is_vessel=True)
LAMP = Item(
    "desklamp 1", "desklamp", "desklamp_bar_0", ("desk_bar_0",), "loc 5", pickupable=False, toggleable=True
)
EVERYTHING = ("apple", "bowl", "knife")
KITCHEN = Game(
    task_type="pick_heat_then_place_in_recep",
    goal=Goal("apple", "shelf", treatment="hot"),
    description="put a hot apple in shelf.",
    receptacles=(FRIDGE, MICROWAVE, SINK, SHELF, DESK, DRAWER),
    items=(FOOD, APPLE, KNIFE, BOWL, LAMP),
    start="loc 0",
    fits=tuple(
        (kind, EVERYTHING) for kind in ("desk", "drawer", "fridge", "microwave", "shelf", "sinkbasin")
    ),
)


class TestHost:
    __test__ = False
    judge = None

    def __init__(self, settings: Settings, folder: Path, **data: Path) -> None:
        self.settings, self.scratch, self.cache, self.folders = settings, folder, folder, data

    def data(self, name: str) -> Path | None:
        return self.folders.get(name)

    def sandbox(self, spec: str) -> Any:
        raise NotImplementedError

    def model(self, name: str) -> Any:
        raise NotImplementedError


@pytest.fixture
def kitchen() -> Game:
    return KITCHEN


@pytest.fixture
def house() -> House:
    made = House(KITCHEN)
    made.reset()
    return made


@pytest.fixture
def play() -> Callable[..., HouseholdEnvironment]:
    """Builds an environment that was reset: `play("v0.2")`."""

    def build(profile: str = "native", game: Game = KITCHEN) -> HouseholdEnvironment:
        made = HouseholdEnvironment(HouseholdSample("one", "test", game), profile, House(game))
        made.reset()
        return made

    return build
