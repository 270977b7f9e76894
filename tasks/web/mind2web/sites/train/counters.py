"""The free times at the counters of Holmwick Town Hall."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

DATES = tuple(f"{day} March" for day in range(4, 29, 2))


@dataclass(frozen=True, slots=True)
class Slot:
    number: int
    matter: int
    date: str
    time: str
    office: str


def slots(words: Mapping[str, Any]) -> tuple[Slot, ...]:
    """Twenty or so for each matter, the earliest first."""
    dice, found = Random("holmwick counters"), list[Slot]()
    for matter in range(len(words["matters"])):
        for date in DATES:
            for minutes in sorted(dice.sample(range(480, 1020, 20), dice.randint(0, 3))):
                time = f"{minutes // 60}:{minutes % 60:02d}"
                found.append(Slot(len(found), matter, date, time, dice.choice(words["offices"])))
    return tuple(found)
