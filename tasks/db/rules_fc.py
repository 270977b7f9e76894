"""The `fc` profile: AgentBench's function calling, in our words.

Source: AgentBench FC, `src/server/tasks/dbbench/task.py`; spec, sections 1.5 and 3. All calls of a
turn are carried out. A turn without a call, or a call that cannot be read, is answered with a
correction and spends one of fifteen rounds. The first argument of a call counts, whatever its name.
"""

import json
from typing import Any

from harness import Action, FormatError, Observation, Reply, Settings, ToolCall, ToolRules

from .compare import fc_answers
from .rules_native import ANSWER, SQL, TOOLS
from .wording import prompt

ROUNDS = 15
UNREADABLE = "unreadable"
"""An action that does nothing but say what was wrong with one call among several."""


def fc(settings: Settings) -> "Fc":
    return Fc(prompt(settings, "fc"), TOOLS, ROUNDS)


class Fc(ToolRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        if not reply.tool_calls:
            raise FormatError("Internal error: the reply holds no tool call.", "no action")
        actions, error = [], None
        for call in reply.tool_calls:
            try:
                actions.append(self.read(call))
            except FormatError as wrong:
                error = wrong
                actions.append(Action(UNREADABLE, {"why": str(wrong)}, call.id))
        if error is not None and all(a.name == UNREADABLE for a in actions):
            raise error
        return tuple(actions)

    def read(self, call: ToolCall) -> Action:
        if call.name not in (SQL, ANSWER):
            raise FormatError(f"There is no function {call.name!r}; call one of the tools.", "unknown tool")
        try:
            given = json.loads(call.arguments)
        except (ValueError, RecursionError):
            raise FormatError(
                "Error: the arguments of the call are not valid JSON.", "bad argument"
            ) from None
        if not isinstance(given, dict) or not given:
            raise FormatError(f"Error: {call.name} needs an argument.", "bad argument")
        first: Any = next(iter(given.values()))
        if call.name == SQL:
            return Action(SQL, {"query": first if isinstance(first, str) else json.dumps(first)}, call.id)
        return Action(ANSWER, {"answers": fc_answers(first)}, call.id)

    def mistake(self, error: FormatError) -> Observation:
        return Observation(str(error))
