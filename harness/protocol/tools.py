"""The tools protocol: an action is a function call, an observation is the tool's message."""

import json
from collections.abc import Sequence
from typing import Any

from harness.errors import FormatError
from harness.rules import Rules, Tool
from harness.types import Action, Message, Observation, Reply, ToolCall

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


class ToolRules(Rules):
    """A system message with the instructions, then the problem; every turn calls tools."""

    protocol = "tools"
    first_only = False
    """Of several calls in a reply only the first counts, whatever the others are."""

    def __init__(self, instructions: str, tools: Sequence[Tool], turns: int = 10) -> None:
        self.instructions = instructions
        self.tools = tuple(tools)
        self.turns = turns

    def prompt(self, problem: Observation) -> list[Message]:
        return [Message("system", self.instructions), Message("user", problem.text)]

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        if not reply.tool_calls:
            names = ", ".join(t.name for t in self.tools)
            raise FormatError(f"No tool was called. Call one of: {names}.", "no action")
        return tuple(self._read(n, reply) for n in range(1 if self.first_only else len(reply.tool_calls)))

    def _read(self, n: int, reply: Reply) -> Action:
        """The `n`th call; what is wrong with one of several is told in the answer to each of them."""
        try:
            return self.read(reply.tool_calls[n])
        except FormatError as error:
            if (count := len(reply.tool_calls)) == 1:
                raise
            said = f"Call {n + 1} of {count} cannot be read, so none was carried out: {error}"
            raise FormatError(said, error.kind, error.status) from None

    def read(self, call: ToolCall) -> Action:
        """One call, checked against its schema. Raises `FormatError`."""
        tool = next((t for t in self.tools if t.name == call.name), None)
        if tool is None:
            names = ", ".join(t.name for t in self.tools)
            raise FormatError(f"There is no tool {call.name!r}; the tools are: {names}.", "unknown tool")
        try:
            given = json.loads(call.arguments or "{}", parse_constant=_not_json)
        except (ValueError, RecursionError):
            raise FormatError(f"The arguments of {call.name} are not valid JSON.", "bad argument") from None
        if not isinstance(given, dict):
            raise FormatError(f"The arguments of {call.name} are not a JSON object.", "bad argument")
        return Action(tool.name, arguments(tool, given), call.id)

    def write(self, action: Action, thought: str = "") -> Reply:
        text = json.dumps(dict(action.arguments), ensure_ascii=False)
        call = ToolCall(action.call_id or "call_0", action.name, text)
        return Reply(thought, (call,), "tool_calls")

    def mistake(self, error: FormatError) -> Observation:
        """A correction; a turn is spent."""
        return Observation(str(error))

    def feedback(self, reply: Reply, seen: Sequence[tuple[Action | None, Observation]]) -> list[Message]:
        """One tool message for each call of the reply, also for those that were not executed.

        Calls of one id, as some servers send them, take the results in their order.
        """
        if not reply.tool_calls:
            return [Message("user", "\n".join(o.text for _, o in seen))]
        by_id: dict[str | None, list[str]] = {}
        for action, observation in seen:
            by_id.setdefault(action.call_id if action else None, []).append(observation.text)
        common = by_id.get(None, ["Not executed."])[0]
        told = ((c.id, by_id[c.id].pop(0) if by_id.get(c.id) else common) for c in reply.tool_calls)
        return [Message("tool", text, tool_call_id=id) for id, text in told]


def arguments(tool: Tool, given: dict[str, Any]) -> dict[str, Any]:
    """The arguments that the schema knows, each of its type. Raises `FormatError`."""
    known: dict[str, Any] = dict(tool.parameters.get("properties", {}))
    for name in tool.parameters.get("required", ()):
        if name not in given:
            raise FormatError(f"{tool.name} needs the argument {name!r}.", "bad argument")
    for name, schema in known.items():
        kinds = _TYPES.get(schema.get("type", ""), ())
        if name in given and kinds and not _is(given[name], kinds):
            raise FormatError(
                f"The argument {name!r} of {tool.name} is not a {schema['type']}.", "bad argument"
            )
    return {k: v for k, v in given.items() if k in known}


def _is(value: Any, kinds: tuple[type, ...]) -> bool:
    """Whether `value` is of one of `kinds`; a truth value is no number, though Python says so."""
    return bool in kinds if isinstance(value, bool) else isinstance(value, kinds)


def _not_json(constant: str) -> Any:
    raise ValueError(constant)
