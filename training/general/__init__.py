"""General data that comes along: short instructions with answers, correct by construction.

Made on demand from a seed, in our own words; a recipe names it `path: bundled` (or `bundled:900`).
It keeps a small model answering ordinary requests in ordinary form while it learns to act; it is no
replacement for a large set such as ShareGPT where one can be had.

    python -m harness.training.general 5
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from harness import Message

from ..conversation import Conversation, Turn
from .families import FAMILIES, meaning

MOST: Final = 5000
"""Beyond it, the smaller families have nothing new to ask and the mix would be sums and lists alone."""


def conversations(count: int, seed: int = 0) -> Iterator[Conversation]:
    """`count` distinct conversations; the first n of a seed are the same for every count above n.

    Families take turns. One that asks what was asked before is passed over.
    """
    if count > MOST:
        raise ValueError(f"there are at most {MOST} general rows, {count} were asked for")
    random = Random(f"general {seed}")
    seen: set[str] = set()
    made = rounds = 0
    while made < count:
        rounds += 1
        family = FAMILIES[rounds % len(FAMILIES)]
        turns = family(random)
        if turns[0][0] in seen:
            continue
        seen.add(turns[0][0])
        name = family.__name__
        said = [
            turn
            for asked, answer in turns
            for turn in (Turn(Message("user", asked)), Turn(Message("assistant", answer), train=True))
        ]
        about = {"kind": "general", "family": name, "licence": "Apache-2.0"}
        subject = turns[0][1 if family is meaning else 0]  # one term is asked for in several ways
        yield Conversation(f"bundled/{name}-{made:04d}", f"general:{name}:{subject}", tuple(said), (), about)
        made += 1
