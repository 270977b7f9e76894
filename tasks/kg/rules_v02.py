"""The `v0.2` profile: AgentBench's text protocol, in our words.

Source: AgentBench v0.2, `src/server/tasks/knowledgegraph/task.py`; spec, sections 1.1 and 4. A reply is
cut at "Observation:", also in the history. `Final Answer: #n` anywhere in it decides; otherwise the first
line that begins with `Action...:`, where several calls are tried until one works. Fifteen replies.
Not as AgentBench: names with commas or brackets in them can be written (see README.md).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from harness import Action, FormatError, Message, Observation, Reply, Settings, TextRules
from harness.protocol import cut

from .calls import ANSWER, FIRST_OF, PARAMETERS, call, find, given, split, written
from .wording import conversation, prompt

ROUNDS = 15
NO_ACTION = "No executable function found! Need to recheck the action."
NOT_EXECUTED = "Function is not executed!"
FINAL = re.compile(r"(?:Find|Final) Answer: #(\d+)")
_ACTION = re.compile(r"^Action.*?:.*$", re.MULTILINE)


def v02(settings: Settings) -> "V02":
    return V02(prompt(settings, "v0.2"), ROUNDS, conversation(settings, "v0.2-example"))


class V02(TextRules):
    def prompt(self, problem: Observation) -> list[Message]:
        return [
            Message("user", self.instructions),
            Message("assistant", "I understand. Please begin."),
            *self.examples,
            Message("user", problem.text),
        ]

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        text = heard(reply.text)
        if (final := FINAL.search(text)) is not None:
            return (call(ANSWER, f"#{final.group(1)}"),)
        if (action := _ACTION.search(text)) is None:
            raise FormatError(NO_ACTION, "no action")
        return (self._calls(action.group()),)

    def _calls(self, line: str) -> Action:
        names = [str(n) for n in re.findall(r"(?<!\w)(\w+)\(", line)]
        inner = {n: find(n, line) for n in dict.fromkeys(names) if n in PARAMETERS}
        calls = [(n, split(n, text)) for n, text in inner.items() if text]
        if not calls:
            if not names:
                raise FormatError(NOT_EXECUTED, "no action")
            why = "unparseable" if inner else "unknown tool"
            raise FormatError(
                f"I may make a syntax error when calling {names[-1]} (e.g., unmatched parenthesis). "
                "I need to fix it and reuse the tool",
                why,
            )
        if len(calls) == 1:
            return call(calls[0][0], *calls[0][1])
        return Action(FIRST_OF, {"calls": [written(n, arguments) for n, arguments in calls]})

    def write(self, action: Action, thought: str = "") -> Reply:
        return Reply(said(action, thought))

    def view(self, messages: Sequence[Message]) -> list[Message]:
        kept = [replace(m, content=heard(m.content)) if m.role == "assistant" else m for m in messages]
        return cut(kept)


def heard(text: str) -> str:
    """What of a reply counts: not the observations that a model makes up."""
    return text.split("Observation:")[0].replace("\\_", "_")


def said(action: Action, thought: str = "") -> str:
    """An action in AgentBench's text format."""
    before = f"Thought: {thought}\n" if thought else ""
    if action.name == ANSWER:
        return f"{before}Final Answer: {' '.join(given(action))}"
    if action.name == FIRST_OF:
        return f"{before}Action: {' '.join(str(c) for c in action.arguments.get('calls', ()))}"
    return f"{before}Action: {written(action.name, given(action))}"
