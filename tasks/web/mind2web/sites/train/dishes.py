"""The dishes of Sprig & Salt."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Dish:
    number: int
    name: str
    course: str
    diets: tuple[str, ...]
    minutes: int
    liked: int
    """Percent."""
    needs: tuple[str, ...]

    @property
    def text(self) -> str:
        """What a search looks at."""
        return f"{self.name} {' '.join(self.needs)}".casefold()


def dishes(words: Mapping[str, Any]) -> tuple[Dish, ...]:
    """One dish for each main ingredient and way to prepare it."""
    dice, found = Random("sprig dishes"), list[Dish]()
    for main in words["mains"]:
        for course, ways in words["ways"].items():
            name = f"{main} {dice.choice(ways)}"
            diets = tuple(sorted(dice.sample(words["diets"], dice.randint(1, 2))))
            needs = (
                main.casefold(),
                *(p.casefold() for p in dice.sample(words["pantry"], dice.randint(3, 9))),
            )
            found.append(
                Dish(len(found), name, course, diets, dice.randint(9, 140), dice.randint(31, 99), needs)
            )
    return tuple(found)
