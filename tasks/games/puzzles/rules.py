"""How a puzzle is played: one question a turn, in text or as a call of `ask`.

`v0.2` (AgentBench v0.2; spec, sections 1.1 and 6) takes the first line of a reply as the question, whatever
it is. `native` takes the first `Action:` line, or else a question after an `Action:` within a line, or else
the first line that ends with a question mark.
"""

import re
from collections.abc import Sequence

from harness import Action, FormatError, Message, Renames, Reply, Rules, Settings, TextRules, Tool, ToolRules
from harness.protocol import cut

from .environment import ASK, ROUNDS
from .wording import prompt

TOOL = Tool(
    ASK,
    "Ask the host one yes/no question.",
    {
        "type": "object",
        "properties": {"question": {"type": "string", "description": "A short yes/no question."}},
        "required": ["question"],
    },
)
RENAMES = Renames(words={"Action:": "Inquiry:"}, names={ASK: "put_question", "question": "inquiry_text"})
_MARK = r"(?:action|question)\b[ \t*_]*:[ \t*_>]*+"
_ACTION = re.compile(rf"^[ \t>*_]*{_MARK}([^\n]*\S)", re.I | re.M)
_WITHIN = re.compile(rf"\b{_MARK}([^\n]*[?\uff1f])[ \t*]*$", re.I | re.M)
_BARE = re.compile(r"^[ \t>*]*+(\S[^\n]*[?\uff1f])[ \t*]*$", re.MULTILINE)


def rules(settings: Settings) -> Rules:
    if settings.profile == "v0.2":
        return V02(prompt(settings, "v0.2", turns=str(ROUNDS)), ROUNDS)
    if settings.protocol == "tools":
        return ToolRules(prompt(settings, "native-tools", turns=str(ROUNDS)), (TOOL,), ROUNDS)
    return NativeText(prompt(settings, "native-text", turns=str(ROUNDS)), ROUNDS)


class NativeText(TextRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        text = reply.text
        found = _ACTION.search(text) or _WITHIN.search(text) or _BARE.search(text)
        if found is None:
            kind = "truncated" if reply.finish == "length" else "no action"
            raise FormatError(self.hint("The reply has no line that starts with 'Action:'."), kind)
        return (Action(ASK, {"question": found.group(1).strip()}),)

    def write(self, action: Action, thought: str = "") -> Reply:
        said = f"Thought: {thought}\n" if thought else ""
        return Reply(f"{said}Action: {action.arguments.get('question', '')}")

    def hint(self, what: str) -> str:
        return f"{what} Write one yes/no question as:\nAction: <question>"


class V02(TextRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        return (Action(ASK, {"question": reply.text.strip().partition("\n")[0].strip()}),)

    def write(self, action: Action, thought: str = "") -> Reply:
        return Reply(str(action.arguments.get("question", "")))

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return cut(messages)
