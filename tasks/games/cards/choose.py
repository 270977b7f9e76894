"""Finds the seeds of our games, and writes `seeds.json`: python -m harness.tasks.games.cards.choose

A game is taken if moves by chance win it in none of `PLAYS` plays, and if the expert wins it, both by
native rules and by AgentBench's.
"""

import json
from itertools import count
from random import Random

from .environment import CardsEnvironment
from .expert import solve
from .moves import by_chance
from .opponents import OPPONENTS
from .rules import TURNS
from .samples import REPEATS, SEEDS, CardsSample, game

PLAYS = 60
START = {"test": 1, "train": 1_000_001}


def choose(split: str, number: int) -> int:
    """The first seed of the sample's own thousand that makes a game of skill."""
    first = START[split] + 1000 * number
    return next(s for s in count(first) if of_skill(game(split, number, s)))


def of_skill(sample: CardsSample) -> bool:
    return not any(lucky(sample, exact) for exact in (False, True)) and all(
        solve(sample, exact) for exact in (False, True)
    )


def lucky(sample: CardsSample, exact: bool) -> bool:
    return any(_wins(sample, exact, Random(f"{sample.seed} {n}")) for n in range(PLAYS))


def _wins(sample: CardsSample, exact: bool, dice: Random) -> bool:
    world = CardsEnvironment(sample, exact)
    world.reset()
    for _ in range(TURNS):
        if world.step(by_chance(dice)).done:
            break
    return world.score().parts["win_rate"] == 1


def main() -> None:
    sizes = {split: REPEATS[split] * 2 * len(OPPONENTS) for split in START}
    found = {split: [choose(split, number) for number in range(size)] for split, size in sizes.items()}
    SEEDS.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
