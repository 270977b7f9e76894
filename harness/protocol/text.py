"""The text protocol: an action is a line of the reply, an observation is a user message."""

import re
from collections.abc import Sequence

from harness.errors import FormatError
from harness.rules import Rules
from harness.types import Action, Message, Observation, Reply


class TextRules(Rules):
    """Instructions first, then the problem; `Action: ...` lines are actions.

    The default reading takes the last `Action:` line of a reply as `Action("act", {"input": ...})`.
    Tasks with several kinds of action override `parse` and `write`.
    """

    protocol = "text"

    def __init__(self, instructions: str = "", turns: int = 10, examples: Sequence[Message] = ()) -> None:
        self.instructions = instructions
        self.turns = turns
        self.examples = tuple(examples)
        """Whole example conversations, shown between the instructions and the problem."""

    def prompt(self, problem: Observation) -> list[Message]:
        """The first user turn follows the instructions at once, so that user and assistant alternate."""
        first, *rest = *self.examples, Message("user", problem.text)
        return [Message("user", "\n\n".join(t for t in (self.instructions, first.content) if t)), *rest]

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        found = re.findall(r"^[ \t]*Action:[ \t]*(\S.*)$", reply.text, re.MULTILINE | re.IGNORECASE)
        if not found:
            raise FormatError(self.hint("The reply has no line that starts with 'Action:'."))
        return (Action("act", {"input": found[-1].strip()}),)

    def write(self, action: Action, thought: str = "") -> Reply:
        said = f"Thought: {thought}\n" if thought else ""
        return Reply(f"{said}Action: {action.arguments['input']}")

    def hint(self, what: str) -> str:
        """What went wrong, with the format once more."""
        return f"{what} Write your action as:\nAction: <action>"

    def mistake(self, error: FormatError) -> Observation:
        """Native rules correct the agent; a turn is spent."""
        return Observation(str(error))

    def feedback(self, reply: Reply, seen: Sequence[tuple[Action | None, Observation]]) -> list[Message]:
        text = "\n".join(self.show(o) if a is not None else o.text for a, o in seen)
        return [Message("user", text)]

    def show(self, observation: Observation) -> str:
        """An observation as the agent reads it."""
        return observation.text
