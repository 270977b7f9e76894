"""Agent and general data in a stated proportion, by interleaving: nothing is repeated, the rest is counted.

λ is the share of agent data in what is trained on: per `row`, or per `token` that is trained on. Equation 1
of the paper weighs the two losses by it; its published sets counted rows (λ against 1,800 general ones).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, TypeVar

from harness import UsageError

SWEEP: Final = (0.1, 0.3, 0.5, 0.8)
"""The paper's Table 4."""
UNITS: Final = ("row", "token")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mix:
    """What was taken of each side."""

    target: float | None
    unit: str
    agent_rows: int = 0
    general_rows: int = 0
    agent_tokens: int = 0
    """Trained tokens."""
    general_tokens: int = 0

    @property
    def rows(self) -> float | None:
        """λ as achieved, by rows; None where nothing was taken."""
        return _share(self.agent_rows, self.general_rows)

    @property
    def tokens(self) -> float | None:
        """λ as achieved, by trained tokens."""
        return _share(self.agent_tokens, self.general_tokens)


def _share(agent: int, general: int) -> float | None:
    return agent / (agent + general) if agent + general else None


def check(lam: float | None, unit: str) -> None:
    """Raises `UsageError` for a λ or a unit that is none."""
    if unit not in UNITS:
        raise UsageError(f"unit: {unit!r} is none of {', '.join(UNITS)}")
    if lam is not None and not 0 <= lam <= 1:
        raise UsageError(f"lambda: {lam} is no share of agent data; expected 0 to 1, such as 0.2")


def shuffled(things: Sequence[T], seed: int, name: str) -> list[T]:
    """In an order that depends on the seed and this name only."""
    order = list(things)
    Random(f"{seed} {name}").shuffle(order)
    return order


def interleave(
    agent: Iterable[T], general: Iterable[T], lam: float, weight: Callable[[T], int]
) -> Iterator[T]:
    """Take from the side that is behind λ, until that side has no more.

    After every one, the agent's weight differs from λ of the whole by no more than the heaviest thing.
    """
    sides = {True: iter(agent), False: iter(general)}
    ours = total = 0
    while True:
        ahead = ours > lam * total
        side = lam > 0 and not ahead
        thing = next(sides[side], None)
        if thing is None:
            return
        total += weight(thing)
        ours += weight(thing) if side else 0
        yield thing
