"""The `v0.2` profile: AgentBench's text protocol to the letter, in our words.

Source: AgentBench v0.2, `src/server/tasks/dbbench/__init__.py`; spec, sections 1.1 and 3. The first
`Action: X` that a newline follows decides; only exactly `Operation` is an operation. Fifteen
operations are carried out, and the reply after the fifteenth can still answer: without an answer it
ends the episode as task limit. Before that a reply that fits nothing ends it as invalid format.
"""

import re
from collections.abc import Sequence

from harness import Action, FormatError, Message, Observation, Reply, Settings, Status, TextRules
from harness.protocol import cut

from .answers import v02_answers
from .rules_native import ANSWER, SQL, said
from .wording import prompt

OPERATIONS = 15
_ACTION = re.compile(r"Action: (.*?)\n")
_SQL = re.compile(r"```sql\n([\s\S]*?)\n```")
_FINAL = re.compile(r"\nFinal Answer:(.*)")


def _answer(reply: Reply, otherwise: str, ends: Status = Status.INVALID_FORMAT) -> tuple[Action, ...]:
    final = _FINAL.search(reply.text)
    if final is None or (ends is Status.TASK_LIMIT and not final.group(1)):
        raise FormatError(otherwise, "no action", ends)
    return (Action(ANSWER, {"answers": v02_answers(final.group(1))}),)


def v02(settings: Settings) -> "V02":
    return V02(prompt(settings, "v0.2"), OPERATIONS + 1)


class V02(TextRules):
    def prompt(self, problem: Observation) -> list[Message]:
        return [
            Message("user", self.instructions),
            Message("assistant", "Ok."),
            Message("user", problem.text),
        ]

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        action = _ACTION.search(reply.text)
        if action is not None and action.group(1) == "Operation":
            block = _SQL.search(reply.text)
            if block is None:
                raise FormatError("The operation has no sql block.", "unparseable")
            # Joined to one line, as AgentBench does: a `--` comment swallows what follows it.
            return (Action(SQL, {"query": block.group(1).strip().replace("\n", " ")}),)
        return _answer(reply, "The reply is neither an operation nor a final answer.")

    def parse_last(self, reply: Reply) -> tuple[Action, ...]:
        """After the fifteenth operation only an answer counts, also beside an operation."""
        return _answer(reply, "No operation is left, and the reply has no final answer.", Status.TASK_LIMIT)

    def write(self, action: Action, thought: str = "") -> Reply:
        return Reply(said(action, thought))

    def mistake(self, error: FormatError) -> Observation:
        return Observation(str(error), error.status)

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return cut(messages)
