"""Training and validation: every problem is on one side only, with all its rows."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from .conversation import Conversation


def split(
    rows: Sequence[Conversation], validation: float, seed: int
) -> tuple[list[Conversation], list[Conversation]]:
    """(training rows, validation rows), in the order given.

    `validation` is the share of problems that are held back, of agent and of general data alike. Which,
    is decided by a hash of their name and the seed. A share above 0 keeps at least one problem of a kind
    for each side, where there are two; an only one is trained on.
    """
    held: set[str] = set()
    seen: set[str] = set()
    for kind in sorted({_kind(row) for row in rows}):
        problems = {row.problem for row in rows if _kind(row) == kind} - seen
        held |= held_back(problems, validation, seed)
        seen |= problems
    return [r for r in rows if r.problem not in held], [r for r in rows if r.problem in held]


def held_back(problems: Iterable[str], share: float, seed: int) -> set[str]:
    """The problems of one kind that are validated on."""
    order = sorted(problems, key=lambda p: sha256(f"{seed} {p}".encode("utf-8", "surrogatepass")).digest())
    wanted = max(round(len(order) * share), int(share > 0))
    return set(order[: max(0, min(wanted, len(order) - 1))])


def _kind(row: Conversation) -> str:
    return str(row.source.get("kind", "agent"))
