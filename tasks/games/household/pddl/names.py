"""What ALFWorld calls the things of a PDDL problem: `sink_bar_.._bar_sinkbasin` is "sinkbasin 1".

Follows alfworld's Demangler without shuffling: of one kind, the name that sorts last is number 1.
"""

from collections import Counter
from collections.abc import Iterable


def kind(uid: str) -> str:
    """The noun in a PDDL name. A basin is called after its sink, doubled if the name says it already."""
    noun, bar, _ = uid.partition("_bar_")
    return f"{noun}basin" if bar and "basin" in uid else noun


def names(uids: Iterable[str]) -> dict[str, str]:
    """A name to show for each PDDL name.

    >>> names(["mug_bar_1", "mug_bar_2", "agent1"])["mug_bar_2"]
    'mug 1'
    """
    shown: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for uid in sorted(uids, reverse=True):
        noun = kind(uid)
        seen[noun] += "_bar_" in uid
        shown[uid] = f"{noun} {seen[noun]}" if "_bar_" in uid else f"{uid} "
    return shown
