"""What to say to someone who typed a name that is not there."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

MANY: Final = 20


def suggest(typed: str, known: Collection[str]) -> str:
    """The nearest of the known names, or all of them, or the first of many.

    >>> suggest("reacct", ["act", "react"])
    "did you mean 'react'?"
    >>> suggest("tree", ["act", "react"])
    'there are: act, react'
    >>> suggest("tree", [])
    'there are none'
    """
    if near := get_close_matches(typed, known, 1):
        return f"did you mean {near[0]!r}?"
    first, more = list(known)[:MANY], f" ... ({len(known)} in all)" if len(known) > MANY else ""
    return f"there are: {', '.join(first)}{more}" if known else "there are none"
