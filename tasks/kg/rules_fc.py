"""The `fc` profile: AgentBench's function calling, in our words.

Source: AgentBench FC, `src/server/tasks/knowledgegraph/{task,const}.py`; spec, sections 1.5 and 4. All
calls of a turn are carried out. The final answer is text, `Final Answer: #n`, in a reply without calls; one
that names no variable ends the sample. A reply with neither is answered with a correction. Fifteen rounds.
"""

import json
from typing import Any

from harness import Action, FormatError, Reply, Settings, ToolCall, ToolRules

from .calls import ANSWER, PARAMETERS, UNREADABLE, call, given
from .rules_native import MEANINGS, tools_of
from .rules_v02 import FINAL, ROUNDS, heard, said
from .wording import prompt

NO_CALL = "No valid function calls found! Need to recheck the function calls."


def fc(settings: Settings) -> "Fc":
    return Fc(prompt(settings, "fc", turns=str(ROUNDS)), tools_of(MEANINGS), ROUNDS)


class Fc(ToolRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        if not reply.tool_calls:
            final = FINAL.search(heard(reply.text))
            if final is None:
                raise FormatError(NO_CALL, "no action")
            return (call(ANSWER, f"#{final.group(1)}"),)
        actions, error = [], None
        for called in reply.tool_calls:
            try:
                actions.append(self.read(called))
            except FormatError as wrong:
                error = wrong
                actions.append(Action(UNREADABLE, {"why": str(wrong)}, called.id))
        if error is not None and all(a.name == UNREADABLE for a in actions):
            raise error
        return tuple(actions)

    def read(self, called: ToolCall) -> Action:
        if called.name not in PARAMETERS:
            raise FormatError(
                f"Provide an invalid function name. Function {called.name} does not exist", "unknown tool"
            )
        try:
            said: Any = json.loads(called.arguments)
            arguments = [said[name] for name in PARAMETERS[called.name]]
        except (ValueError, RecursionError):
            raise FormatError(
                "Error processing tool call: the arguments are not valid JSON", "bad argument"
            ) from None
        except (KeyError, TypeError):
            raise FormatError(
                "Arguments do not match the function signature. "
                f"Error processing arguments for {called.name}",
                "bad argument",
            ) from None
        texts = [a if isinstance(a, str) else json.dumps(a) for a in arguments]
        return Action(called.name, {"arguments": texts}, called.id)

    def write(self, action: Action, thought: str = "") -> Reply:
        if action.name == ANSWER:
            return Reply(said(action, thought))
        named = dict(zip(PARAMETERS.get(action.name, ()), given(action), strict=False))
        return super().write(Action(action.name, named, action.call_id), thought)
