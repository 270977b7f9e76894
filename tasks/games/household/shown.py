"""How commands are listed for the agent, and taken out of the history again."""

from collections.abc import Sequence
from dataclasses import replace

from harness import Message

NATIVE = "\n\nAvailable actions: "
V02 = " AVAILABLE ACTIONS: "


def native(text: str, commands: Sequence[str]) -> str:
    return text + NATIVE + ", ".join(commands)


def v02(text: str, commands: Sequence[str]) -> str:
    """AgentBench's form; its marker is also what its history is cut at."""
    return text + V02 + "\n".join(commands) + "\n"


def newest(messages: Sequence[Message], marker: str) -> list[Message]:
    """The messages with the list of commands in the last of them that has one only.

    What the agent wrote stays as it is, whatever it says.
    """
    having = [i for i, m in enumerate(messages) if m.role in ("user", "tool") and marker in m.content]
    old = set(having[:-1])
    return [
        replace(m, content=m.content.partition(marker)[0]) if i in old else m for i, m in enumerate(messages)
    ]
