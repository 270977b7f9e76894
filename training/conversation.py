"""What is trained on: conversations whose messages say, one by one, whether they are learnt.

A file of them is JSONL, one conversation a line:

    {"id": "db/train-003#1", "problem": "db/train-003", "source": {"reward": 1.0, ...},
     "messages": [{"role": "user", "content": "..."}, {"role": "assistant", "content": "...", "train": true}],
     "tools": []}
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import Message, ToolCall, UsageError
from harness.whole import whole

ROLES = ("system", "user", "assistant", "tool")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message, and whether its tokens are trained on. Only the agent's own may be."""

    message: Message
    train: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """One row of training data."""

    id: str
    problem: str
    """What it is about: rows of one problem are never split between training and validation."""
    turns: tuple[Turn, ...]
    tools: tuple[Mapping[str, Any], ...] = ()
    """Function schemas that the agent was shown, as OpenAI writes them."""
    source: Mapping[str, Any] = field(default_factory=dict)
    """Where it comes from, and what is known of it: run, task, reward, kind (agent or general) ..."""

    @property
    def trained(self) -> int:
        """How many messages are learnt."""
        return sum(t.train for t in self.turns)


def write(rows: Iterable[Conversation], file: Path) -> int:
    """Write a JSONL file, whole or not at all. Returns the number of rows."""
    count = 0
    with whole(file) as lines:
        for row in rows:
            lines.write(json.dumps(to_json(row), ensure_ascii=False) + "\n")
            count += 1
    return count


def read(file: Path) -> Iterator[Conversation]:
    """The conversations of a JSONL file. Raises `UsageError` with file and line for anything else."""
    with file.open(encoding="utf-8", errors="surrogatepass") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield from_json(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as e:
                raise UsageError(
                    f"{file}:{number}: not a conversation ({type(e).__name__}: {e}); expected one JSON "
                    "object a line with id, problem and messages (role, content, train)"
                ) from None


def to_json(row: Conversation) -> dict[str, Any]:
    messages = [t.message.to_json() | ({"train": True} if t.train else {}) for t in row.turns]
    said: dict[str, Any] = {"id": row.id, "problem": row.problem, "messages": messages}
    if row.tools:
        said["tools"] = [dict(t) for t in row.tools]
    return said | {"source": dict(row.source)}


def from_json(said: Mapping[str, Any]) -> Conversation:
    """Raises `ValueError` and its like for what is no conversation."""
    turns = tuple(map(_turn, said["messages"]))
    if not turns:
        raise ValueError("it has no messages")
    tools = tuple(said.get("tools", ()))
    return Conversation(str(said["id"]), str(said["problem"]), turns, tools, dict(said.get("source", {})))


def _turn(said: Mapping[str, Any]) -> Turn:
    role, content = said["role"], said.get("content") or ""
    if role not in ROLES:
        raise ValueError(f"role {role!r} is none of {', '.join(ROLES)}")
    if not isinstance(content, str):
        raise ValueError(f"content is {type(content).__name__}, not text")
    train = said.get("train", False)
    if train and role != "assistant":
        raise ValueError(f"a message of role {role!r} cannot be trained on")
    calls = tuple(
        ToolCall(str(c["id"]), str(c["name"]), str(c["arguments"])) for c in said.get("tool_calls", ())
    )
    return Turn(Message(role, content, calls, said.get("tool_call_id")), bool(train))
