"""How a task is played under one profile and protocol: prompt, reading of replies, turns."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.errors import FormatError
from harness.types import Action, Message, Observation, Reply


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the agent may call; `parameters` is a JSON schema of type object."""

    name: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def to_openai(self) -> dict[str, Any]:
        function = {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}
        return {"type": "function", "function": function}


class Rules(ABC):
    """One way to play a task. `harness.protocol` has a base for each protocol."""

    protocol: str
    turns: int = 0
    """Replies an agent gets on one path before it ends as `task limit`; 0 means no limit."""
    tools: tuple[Tool, ...] = ()
    stop: tuple[str, ...] = ()
    """Strings at which generation stops."""

    @abstractmethod
    def prompt(self, problem: Observation) -> list[Message]:
        """The messages before the agent's first turn: instructions, examples, the problem."""

    @abstractmethod
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        """The actions of one turn, at least one. Raises `FormatError` for anything else."""

    def parse_last(self, reply: Reply) -> tuple[Action, ...]:
        """`parse` for the last reply that `turns` allows, for rules that read it otherwise."""
        return self.parse(reply)

    @abstractmethod
    def write(self, action: Action, thought: str = "") -> Reply:
        """The reply an expert would give for `action`: the inverse of `parse`."""

    @abstractmethod
    def feedback(self, reply: Reply, seen: Sequence[tuple[Action | None, Observation]]) -> list[Message]:
        """The messages that show the agent what its turn led to.

        `seen` pairs each executed action with its observation; the action is None where the
        reply could not be read.
        """

    def mistake(self, error: FormatError) -> Observation:
        """What an unreadable reply leads to: a correction (a turn is spent), or the end."""
        return Observation(f"{error}", error.status)

    def view(self, messages: Sequence[Message]) -> list[Message]:
        """The part of the history that is sent to the model; the whole of it unless cut."""
        return list(messages)

    def describe(self) -> dict[str, Any]:
        """What scores depend on; hashed into the task's content hash."""
        example = self.prompt(Observation("PROBLEM"))
        return {
            "prompt": [m.to_json() for m in example],
            "tools": [t.to_openai() for t in self.tools],
            "turns": self.turns,
            "stop": list(self.stop),
        }
