"""The tools protocol: FC's three functions, and ours; both lead to the same three actions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness import Action, FormatError, Message, Observation, Reply, Settings, Tool, ToolCall, ToolRules

from .prompts import WORDING
from .rules_text import shown


def _tool(name: str, description: str, argument: str, meaning: str, needed: bool = True) -> Tool:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {argument: {"type": "string", "description": meaning}},
        "required": [argument] if needed else [],
        "additionalProperties": False,
    }
    return Tool(name, description, schema)


NATIVE = (
    _tool("bash", "Run commands in the shell and see what they print.", "script", "The commands."),
    _tool("answer", "Answer the question; this ends the work.", "text", "Only the number or the name."),
    _tool("finish", "Say that the change is made; this ends the work.", "thought", "A remark.", needed=False),
)

FC = (
    _tool("bash_action", "Run bash code on the computer and see its output.", "script", "The bash code."),
    _tool("finish_action", "End the work: the requested change is made.", "thought", "Why it is done."),
    _tool("answer_action", "End the work: answer the question.", "answer", "The exact answer."),
)

_ACTIONS: Mapping[str, tuple[str, str, str]] = {
    "bash_action": ("bash", "script", "script"),
    "finish_action": ("finish", "thought", "thought"),
    "answer_action": ("answer", "answer", "text"),
}
"""FC's function: our action, its argument there and here."""


class NativeTools(ToolRules):
    """The profile `native`: several calls in a turn are executed in order; remarks are not kept."""

    def __init__(self, settings: Settings, turns: int = 8) -> None:
        super().__init__(WORDING.text(settings, "native-tools"), NATIVE, turns)

    def read(self, call: ToolCall) -> Action:
        action = super().read(replace(call, arguments=_as_text(call.arguments)))
        return replace(action, arguments={"thought": ""}) if action.name == "finish" else action

    def feedback(self, reply: Reply, seen: Sequence[tuple[Action | None, Observation]]) -> list[Message]:
        worded = [(a, o if a is None else replace(o, text=shown(o.text))) for a, o in seen]
        return super().feedback(reply, worded)


class PublishedTools(NativeTools):
    """The profile `fc`: only the first call of a turn is executed, and the others are told so."""

    first_only = True

    def __init__(self, settings: Settings, turns: int = 8) -> None:
        ToolRules.__init__(self, WORDING.text(settings, "fc"), FC, turns)

    def read(self, call: ToolCall) -> Action:
        called = super().read(call)
        name, theirs, ours = _ACTIONS[called.name]
        return Action(name, {ours: called.arguments[theirs]}, call.id)

    def write(self, action: Action, thought: str = "") -> Reply:
        for called, (name, theirs, ours) in _ACTIONS.items():
            if name == action.name:
                given = {theirs: action.arguments.get(ours, "")}
                return super().write(Action(called, given, action.call_id), thought)
        raise FormatError(f"fc has no action {action.name!r}", "unknown tool")

    def feedback(self, reply: Reply, seen: Sequence[tuple[Action | None, Observation]]) -> list[Message]:
        first, *others = super().feedback(reply, seen)
        ignored = "Not executed: only the first tool call of a turn is carried out."
        return [first, *(replace(m, content=ignored) for m in others)]


def _as_text(arguments: str) -> str:
    """A number or truth value where text is wanted is that value's text; the rest is left to the schema."""
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return arguments
    if not isinstance(given, dict):
        return arguments
    return json.dumps(
        {k: json.dumps(v) if isinstance(v, bool | int | float) else v for k, v in given.items()}
    )
