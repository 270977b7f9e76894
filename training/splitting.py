"""Training and validation: every problem is on one side only, with all its rows."""

from collections.abc import Sequence
from hashlib import sha256

from .conversation import Conversation


def split(
    rows: Sequence[Conversation], validation: float, seed: int
) -> tuple[list[Conversation], list[Conversation]]:
    """(training rows, validation rows), in the order given; `validation` is the share of problems.

    Problems are chosen by a hash of their name and the seed, so that the choice for one does not depend on
    which others there are, but for the last few that round the share. A share above 0 keeps at least
    one problem for each side, where there are two.
    """
    problems = sorted({row.problem for row in rows}, key=lambda p: _place(seed, p))
    wanted = round(len(problems) * validation)
    if validation > 0 and len(problems) > 1:
        wanted = min(max(wanted, 1), len(problems) - 1)
    held = set(problems[:wanted])
    return [r for r in rows if r.problem not in held], [r for r in rows if r.problem in held]


def _place(seed: int, problem: str) -> bytes:
    return sha256(f"{seed} {problem}".encode("utf-8", "surrogatepass")).digest()
