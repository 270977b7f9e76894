"""The games: opponent, seat, the order of both sides' fish and the opponent's seed.

In many games a weak opponent kills its own fish, so that even moves by chance win. Ours are chosen among
those where they do not: `seeds.json` has a seed for each, as `python -m harness.tasks.games.cards.choose`
finds them.
"""

import json
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from pathlib import Path
from random import Random
from typing import Final

from harness import Sample

from .engine import FISH
from .opponents import OPPONENTS

REPEATS: Final = {"test": 6, "train": 50, "agentbench-dev": 3, "agentbench-std": 5}
"""Games of each opponent and seat; AgentBench's `test_time`."""
FIRST: Final = {"agentbench-dev": 42_000, "agentbench-std": 43_000}
"""Seeds count up from here. AgentBench's own games differ by dice that it does not seed."""
SEEDS: Final = Path(__file__).parent / "seeds.json"
Orders = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CardsSample(Sample):
    opponent: str
    seat: int
    """0 moves first."""
    own: tuple[str, ...]
    """The agent's fish by position."""
    enemy: tuple[str, ...]
    seed: int


def games(split: str) -> list[CardsSample]:
    """A split, in AgentBench's order: opponent, seat, repetition."""
    count = REPEATS[split] * 2 * len(OPPONENTS)
    seeds = range(FIRST[split], FIRST[split] + count) if split in FIRST else _seeds()[split]
    return [game(split, number, seed) for number, seed in enumerate(seeds)]


def game(split: str, number: int, seed: int) -> CardsSample:
    opponent, seat, again = list(product(OPPONENTS, (0, 1), range(REPEATS[split])))[number]
    own, enemy = _fish(split, number)
    name = f"{split.removeprefix('agentbench-')}-{opponent}-seat{seat}-{again}"
    return CardsSample(name, split, opponent, seat, own, enemy, seed)


@cache
def _seeds() -> dict[str, list[int]]:
    found: dict[str, list[int]] = json.loads(SEEDS.read_text(encoding="utf-8"))
    return found


def _fish(split: str, number: int) -> Orders:
    """AgentBench never shuffles, so there identities are no secret. No two of our games share both orders."""
    if split in FIRST:
        return FISH, FISH
    return _orders()[number if split == "test" else 4 * REPEATS["test"] + number]


@cache
def _orders() -> list[Orders]:
    orders = [(own, enemy) for own, enemy in product(permutations(FISH), repeat=2)]
    Random(1600).shuffle(orders)
    return orders
