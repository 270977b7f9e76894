"""AgentBench v0.2's history cut: what of a long conversation is sent to the model.

Source: `Session.filter_messages` of AgentBench v0.2, as specified in `spec/agentbench.md` 1.1.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from harness.types import Message

BUDGET = 3500
"""Segments that the kept tail must stay below."""


def segments(text: str) -> int:
    """A rough token count: words cut every 7 letters, every other visible character counts one.

    >>> segments("SELECT name"), segments("internationalisation"), segments("a, b\\n")
    (2, 3, 3)
    """
    words = re.findall(r"[a-zA-Z]+", text)
    others = re.sub(r"[a-zA-Z \n]", "", text)
    return sum(-(-len(w) // 7) for w in words) + len(others)


def cut(messages: Sequence[Message], budget: int = BUDGET) -> list[Message]:
    """Keep the first message and the newest ones within `budget` segments; say how many went.

    The kept tail starts with an assistant message, and the first message ends with a notice
    where something was left out.
    """
    first, rest = messages[0], list(messages[1:])
    room, kept = budget - segments(first.content), len(rest)
    while kept > 0 and (room := room - segments(rest[kept - 1].content)) > 0:
        kept -= 1
    tail = rest[kept:]
    if tail and tail[0].role == "user" and len(tail) < len(rest):
        tail = tail[1:]
    gone = len(rest) - len(tail)
    if not gone:
        return list(messages)
    return [replace(first, content=f"{first.content}\n\n[NOTICE] {gone} messages are omitted."), *tail]
