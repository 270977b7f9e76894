"""Reads a planner's reply as a list of sub-tasks: JSON, numbered or bulleted lines."""

import json
import re

_MARK = re.compile(
    r"^\s*(?:\*\*)?(?:[-*•]|\(?[0-9]{1,2}[.):]|(?:sub-?task|step)\s*[0-9]{1,2}\s*[.):-])(?:\*\*)?\s+(.*)",
    re.IGNORECASE,
)
_BOLD = re.compile(r"\*\*(.+?)\*\*")
ROOM = 300
"""Characters kept of one sub-task."""


def read(text: str, most: int) -> list[str]:
    """At most `most` sub-tasks; none where the reply holds no list.

    >>> read("Plan:\\n1. find the soap\\n2) **take it**\\n", 3)
    ['find the soap', 'take it']
    >>> read('["find", "take", "put"]', 2), read("I cannot plan.", 3)
    (['find', 'take'], [])
    """
    steps = _json(text) or [m[1] for line in text.splitlines() if (m := _MARK.match(line))]
    cleaned = (" ".join(_BOLD.sub(r"\1", s).split())[:ROOM] for s in steps)
    return [s for s in cleaned if re.search(r"[^\W\d_]", s)][:most]  # with a letter in it


def _json(text: str) -> list[str]:
    """The first JSON list in the text, if it holds texts or objects that say one thing each."""
    for start in (m.start() for m in re.finditer(r"\[", text[:5000])):
        try:
            found, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        steps = [_said(item) for item in found]
        if steps and all(steps):
            return steps
    return []


def _said(item: object) -> str:
    """A sub-task as a list may hold it: a text, or an object whose longest text it is."""
    if isinstance(item, dict):
        return max((v for v in item.values() if isinstance(v, str)), key=len, default="")
    return item if isinstance(item, str) else ""
