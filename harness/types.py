"""The nouns that cross a disk or a process: frozen, plain, compared by value."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any


class Status(StrEnum):
    """How an episode ended; exactly one of these (AgentBench's Completed, CLE, IF, IA, TLE)."""

    COMPLETED = "completed"
    CONTEXT_LIMIT = "context limit"
    INVALID_FORMAT = "invalid format"
    INVALID_ACTION = "invalid action"
    TASK_LIMIT = "task limit"
    ERROR = "error"
    """The harness's own failure: never counted as the model's, never scored."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function call as the model wrote it; `arguments` is its raw, untrusted JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message. `role` is system, user, assistant or tool."""

    role: str
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a record keeps it: fields that say nothing are left out."""
        said: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            said["tool_calls"] = [asdict(c) for c in self.tool_calls]
        if self.tool_call_id is not None:
            said["tool_call_id"] = self.tool_call_id
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Message":
        calls = tuple(ToolCall(**c) for c in said.get("tool_calls", ()))
        return cls(said["role"], said["content"], calls, said.get("tool_call_id"))


@dataclass(frozen=True, slots=True)
class Usage:
    """What model calls cost. Tokens as the server counted them; seconds of waiting; US dollars."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.seconds + other.seconds,
            self.cost + other.cost,
        )


HOST = "host"
"""The purpose of calls that an environment makes: `Environment.ask`."""


def of_agent(usage: Mapping[str, Usage]) -> Usage:
    """What the agent spent, of usage by purpose: everything but the environment's own calls."""
    return sum((u for purpose, u in usage.items() if purpose != HOST), Usage())


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a model."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish: str = "stop"
    """Why it ended: stop, length or tool_calls."""

    @property
    def message(self) -> Message:
        return Message("assistant", self.text, self.tool_calls)


@dataclass(frozen=True, slots=True)
class Action:
    """What the agent does, whatever protocol it was written in.

    `arguments` hold text or lists of text; both protocols of a task yield the same actions.

    >>> Action("bash", {"script": "\\nls \\npwd"}).key == Action("bash", {"script": "ls\\npwd"}).key
    True
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    call_id: str | None = field(default=None, compare=False)
    """The tool call it came from, so that its observation can be sent back under that id."""

    @property
    def key(self) -> str:
        """The action normalised: equal keys are duplicates of one another.

        Blanks around a text and at the end of its lines do not count; those inside may be code.
        """
        trimmed = {k: _trimmed(v) if isinstance(v, str) else v for k, v in self.arguments.items()}
        return json.dumps([self.name, trimmed], sort_keys=True, ensure_ascii=False)

    def __str__(self) -> str:
        said = ", ".join(str(v) for v in self.arguments.values())
        return f"{self.name}({said})"


@dataclass(frozen=True, slots=True)
class Observation:
    """What the agent then sees. A status says that the episode's path ends here, and how."""

    text: str
    status: Status | None = None

    @property
    def done(self) -> bool:
        return self.status is not None


@dataclass(frozen=True, slots=True)
class Score:
    """What one episode earned."""

    value: float
    """In [0, 1]; what tables average."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """Named pieces, for the curious (`raw` and `corrected` where a gold answer is known wrong)."""
    progress: float | None = None
    """Share of sub-goals reached, in [0, 1]; None where the task has none."""
    category: str = ""
    """The kind of problem; where the task's score is a mean of category means, these are averaged."""

    @property
    def fault(self) -> str | None:
        """What is wrong with its numbers, or None.

        >>> Score(0.5, progress=7.0).fault
        'progress 7.0, outside [0, 1]'
        """
        shares = {"": self.value} | ({} if self.progress is None else {"progress ": self.progress})
        for name, share in shares.items():
            if not (_finite(share) and 0 <= share <= 1):
                return f"{name}{share}, outside [0, 1]"
        odd = [name for name, part in self.parts.items() if not _finite(part)]
        return f"part {odd[0]!r} {self.parts[odd[0]]}, no finite number" if odd else None


@dataclass(frozen=True, slots=True)
class Sample:
    """One problem. Tasks subclass it with their own frozen, hashable fields (tuples, not lists)."""

    id: str
    split: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets of one episode, enforced by the host; 0 means no limit."""

    steps: int = 0
    """Replies executed, over all branches."""
    tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How a task is to be played: fixed for a whole run."""

    profile: str = "native"
    protocol: str = "text"
    seed: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    """`-T key=value` of the command line, as typed."""
    prompts: Path | None = None
    """A folder whose files replace the task's own prompts of the same name."""


def digest(*things: Any) -> str:
    """A short content hash of plain data (16 hex digits of SHA-256 over canonical JSON)."""
    text = json.dumps(things, sort_keys=True, ensure_ascii=False, default=_plain)
    return sha256(text.encode()).hexdigest()[:16]


def _finite(number: object) -> bool:
    return isinstance(number, int | float) and isfinite(number)


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def _plain(thing: Any) -> Any:
    if hasattr(thing, "__dataclass_fields__"):
        return asdict(thing)
    if isinstance(thing, Mapping):
        return dict(thing)
    return str(thing)
