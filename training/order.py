"""The order in which an epoch reads its rows.

Rows that are computed at once are of one kind and of similar length, so that little of it is padding. An
update takes such groups from agent and general data in the measure of their numbers, so that it is a sample
of the mixture: an update of one kind alone would weigh as much as any other, however few its tokens are.

The order comes from the seed and the epoch alone, and the rows of an update are the same however many
processes share them. (The sampler of transformers draws from the global generator, which dropout moves on,
differently in each process.)
"""

from collections.abc import Sequence
from random import Random

SORTED_AT_ONCE = 50
"""Groups whose rows are sorted by length together; more would make epochs alike."""

FILL = ""
"""The kind of rows that only fill up the last group."""


def order(
    lengths: Sequence[int], kinds: Sequence[str], size: int, together: int, chance: Random
) -> list[int]:
    """Places of rows, each once: groups of `size` rows, of which `together // size` make an update.

    Where an update is one group, it is mixed row by row.
    """
    if together <= size and len({*kinds} - {FILL}) > 1:
        size = 1
    spread: list[tuple[float, list[int]]] = []
    rest: list[int] = []
    for kind in sorted({*kinds} - {FILL}):
        groups = _groups([i for i, k in enumerate(kinds) if k == kind], lengths, size, chance)
        if groups and len(groups[-1]) < size:
            rest += groups.pop()
        chance.shuffle(groups)
        start = chance.random()
        spread += [((n + start) / len(groups), group) for n, group in enumerate(groups)]
    rest.sort(key=lambda i: -lengths[i])
    rest += [i for i, kind in enumerate(kinds) if kind == FILL]
    listed = [group for _, group in sorted(spread)]
    listed += [rest[n : n + size] for n in range(0, len(rest), size)]
    most = max(1, together // size)
    updates = [listed[n : n + most] for n in range(0, len(listed), most)]
    return [i for update in updates for group in _longest_first(update, lengths, size) for i in group]


def _groups(rows: list[int], lengths: Sequence[int], size: int, chance: Random) -> list[list[int]]:
    chance.shuffle(rows)
    found = []
    for n in range(0, len(rows), size * SORTED_AT_ONCE):
        alike = sorted(rows[n : n + size * SORTED_AT_ONCE], key=lambda i: -lengths[i])
        found += [alike[m : m + size] for m in range(0, len(alike), size)]
    return found


def _longest_first(update: list[list[int]], lengths: Sequence[int], size: int) -> list[list[int]]:
    """So that what several processes compute at one time is of similar length; a group that is not full
    stays last, where no row of another group is taken for one of its."""
    return sorted(update, key=lambda group: (len(group) < size, -max(lengths[i] for i in group)))
