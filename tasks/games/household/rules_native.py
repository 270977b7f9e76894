"""The `native` profile: one `Action:` line, or one call of `take_action`; read with tolerance.

What is tolerated in the text: the case of `Action:`, bold marks, a leading `>`, no `Action:` before a
line that starts with one of the verbs, and failing all that an `Action:` within a line. Of several actions
the first counts, because what follows is as a rule the agent's own invention of what it will see. The house
itself reads commands carefully too; see `repair.respelt`. What cannot be read is answered with a
correction; a turn is spent.
"""

import re
from collections.abc import Sequence

from harness import (
    Action,
    FormatError,
    Message,
    Renames,
    Reply,
    Rules,
    Settings,
    TextRules,
    Tool,
    ToolRules,
)

from . import shown
from .environment import ACT
from .wording import conversation, prompt

TURNS = 35
TOOL = Tool(
    ACT,
    "Do one thing in the house and see what happens.",
    {
        "type": "object",
        "properties": {"action": {"type": "string", "description": "One of the available actions."}},
        "required": ["action"],
    },
)
RENAMES = Renames(
    words={
        "Action:": "Order:",
        ACT: "give_order",
        "go to": "head for",
        "move to a receptacle": "walk to a receptacle",  # of `help`, where it is no command
        "take": "grab",
        "move": "deliver",
        "examine": "inspect",
        "use": "operate",
        "inventory": "belongings",
    },
    names={"action": "order_text"},
)
_VERBS = "go to|open|close|take|move|put|examine|use|heat|clean|cool|slice|look|inventory|help"
_SAID = r"action\b[ \t*_]*:[ \t*_>]*+([^\n]*\S)"
_ACTION = re.compile(rf"^[ \t>*_]*{_SAID}", re.IGNORECASE | re.MULTILINE)
_WITHIN = re.compile(rf"\b{_SAID}", re.IGNORECASE)
_BARE = re.compile(rf"^[ \t>*`]*((?:{_VERBS})\b[^\n]{{0,200}})$", re.IGNORECASE | re.MULTILINE)


def native(settings: Settings) -> Rules:
    if settings.protocol == "tools":
        return NativeTools(prompt(settings, "native-tools", turns=str(TURNS)), (TOOL,), TURNS)
    instructions = prompt(settings, "native-text", turns=str(TURNS))
    return NativeText(instructions, TURNS, conversation(settings, "native-example"))


class NativeText(TextRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        found = _ACTION.search(reply.text) or _BARE.search(reply.text) or _WITHIN.search(reply.text)
        if found is None:
            kind = "truncated" if reply.finish == "length" else "no action"
            raise FormatError(self.hint("The reply has no line that starts with 'Action:'."), kind)
        return (Action(ACT, {"action": found.group(1).strip()}),)

    def write(self, action: Action, thought: str = "") -> Reply:
        said = f"Thought: {thought}\n" if thought else ""
        return Reply(f"{said}Action: {action.arguments.get('action', '')}")

    def hint(self, what: str) -> str:
        return f"{what} Write one of the available actions as:\nAction: <action>"

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return shown.newest(messages, shown.NATIVE)


class NativeTools(ToolRules):
    def view(self, messages: Sequence[Message]) -> list[Message]:
        return shown.newest(messages, shown.NATIVE)
