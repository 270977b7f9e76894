"""The crossings of Skerryline Ferries."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

DAYS = tuple(f"{day} May" for day in range(6, 13))


@dataclass(frozen=True, slots=True)
class Sailing:
    number: int
    start: str
    end: str
    day: str
    leaves: int
    minutes: int
    price: int
    ship: str
    call: str
    """The port it calls at on the way; empty for a direct crossing."""


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def euro(cents: int) -> str:
    return f"€{cents // 100}.{cents % 100:02d}"


def sailings(words: Mapping[str, Any]) -> tuple[Sailing, ...]:
    """Four to six boats a day on every route."""
    dice, found, ports = Random("skerryline sailings"), list[Sailing](), words["ports"]
    for start in ports:
        for end in (p for p in ports if p != start):
            for day in DAYS:
                for leaves in sorted(dice.sample(range(360, 1300, 5), dice.randint(4, 6))):
                    call = dice.choice([p for p in ports if p not in (start, end)] + [""] * 6)
                    minutes, price = dice.randint(40, 190), dice.randint(1900, 8900)
                    ship = dice.choice(words["ships"])
                    found.append(Sailing(len(found), start, end, day, leaves, minutes, price, ship, call))
    return tuple(found)
