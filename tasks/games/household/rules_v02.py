"""The `v0.2` profile: AgentBench's text protocol, in our words.

Source: AgentBench v0.2, `src/server/tasks/alfworld/`; spec, sections 1.1 and 7. The text after the first
`ACTION:` of a reply, to the end of its line, is the action; without one the episode ends as invalid
action. The example is one of the problem's own task type, in the grammar of its game. The commands that
are available stand in the newest message only. The rest (closest command, repetition) is in environment.py
and repair.py.
"""

import re
from collections.abc import Sequence
from typing import Any

from harness import Action, FormatError, Message, Observation, Reply, Settings, Status, TextRules
from harness.protocol import cut

from . import shown
from .environment import ACT, fingerprint
from .wording import conversation, in_older, older, prompt, task_type
from .world import TASK_TYPES

STEPS = 35
OK = "OK. I will do the task step by step."
_ACTION = re.compile(r"ACTION:(.*)")


def v02(settings: Settings) -> "V02":
    return V02(settings)


class V02(TextRules):
    def __init__(self, settings: Settings) -> None:
        super().__init__(prompt(settings, "v0.2"), STEPS)
        self.by_type = {kind: conversation(settings, f"v0.2-{kind}") for kind in TASK_TYPES}

    def prompt(self, problem: Observation) -> list[Message]:
        example = self.by_type[task_type(problem.text)]
        first, *others = in_older(example) if older(problem.text) else example
        return [
            Message("user", self.instructions),
            Message("assistant", OK),
            Message("user", f"Here is one example.\n{first.content}"),
            *others,
            Message("user", f"Here is your task. {problem.text}"),
        ]

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        found = _ACTION.search(reply.text)
        said = found.group(1).strip().lower() if found else ""
        if not said:
            raise FormatError("The reply holds no ACTION.", "no action", Status.INVALID_ACTION)
        return (Action(ACT, {"action": said}, call_id=fingerprint(reply.text)),)

    def write(self, action: Action, thought: str = "") -> Reply:
        said = f"THOUGHT: {thought}\n" if thought else ""
        return Reply(f"{said}ACTION: {action.arguments.get('action', '')}")

    def mistake(self, error: FormatError) -> Observation:
        return Observation(str(error), error.status)

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return cut(shown.newest(messages, shown.V02))

    def describe(self) -> dict[str, Any]:
        examples, others = (
            {kind: [m.to_json() for m in form(said)] for kind, said in self.by_type.items()}
            for form in (tuple, in_older)
        )
        return {**super().describe(), "prompt": [self.instructions, OK, examples, others]}
