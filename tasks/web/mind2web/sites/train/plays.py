"""The plays and evenings of the Garnet Playhouse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Evening:
    """One performance."""

    number: int
    play: int
    date: str
    begins: str
    price: int
    """Of a seat in row A, in pence."""


@dataclass(frozen=True, slots=True)
class Play:
    number: int
    title: str
    author: str
    kind: str
    stage: str
    minutes: int
    cast: tuple[str, ...]


def plays(words: Mapping[str, Any], stages: Sequence[str]) -> tuple[Play, ...]:
    dice = Random("garnet plays")
    return tuple(
        Play(n, title, dice.choice(words["authors"]), dice.choice(words["kinds"]), dice.choice(stages),
             dice.randrange(70, 190, 5), tuple(dice.sample(words["actors"], 5)))
        for n, title in enumerate(words["plays"])
    )  # fmt: skip


def evenings(of: Sequence[Play]) -> tuple[Evening, ...]:
    """Nine evenings for every play."""
    dice, found = Random("garnet evenings"), list[Evening]()
    for play in of:
        for day in sorted(dice.sample(range(1, 31), 9)):
            begins = dice.choice(("2.30 pm", "7 pm", "7.45 pm", "8.15 pm"))
            price = dice.randrange(1200, 5200, 50)
            found.append(Evening(len(found), play.number, f"{day} November", begins, price))
    return tuple(found)
