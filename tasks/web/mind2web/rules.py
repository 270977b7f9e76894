"""How the questions are answered: as text under `native` and `v0.2`, or with the tool `answer`.

Source of the v0.2 format: AgentBench v0.2, `src/server/tasks/mind2web/`; spec, section 9. What cannot be
read there is the choice A; `native` corrects, and a turn is spent.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness import (
    Action,
    FormatError,
    Message,
    Observation,
    Renames,
    Reply,
    Rules,
    Settings,
    TextRules,
    Tool,
    ToolCall,
    ToolRules,
)
from harness.protocol import Wording

from .choices import ANSWER, HEAD, NONE, OPERATIONS

TURNS = 100
"""Replies for a whole task; a step takes three at most."""
QUESTIONS = 10
"""Replies for one step under v0.2, which takes three at most."""
WORDING = Wording("mind2web", Path(__file__).parent / "prompts")
_LETTER = {"type": "string", "enum": list("ABCDEF"), "description": "A for none, or the element's letter."}
TOOL = Tool(
    ANSWER,
    "Choose the element to use next and say what to do with it.",
    {
        "type": "object",
        "properties": {
            "choice": _LETTER,
            "action": {"type": "string", "enum": list(OPERATIONS), "description": "Not needed for A."},
            "value": {"type": "string", "description": "Text to type, or option to select."},
        },
        "required": ["choice"],
    },
)
RENAMES = Renames(
    words={"Answer:": "Pick:", "Action:": "Deed:", "Value:": "Entry:"},
    names={ANSWER: "pick_element", "choice": "letter_picked", "action": "deed", "value": "entry_text"},
)
_CHOICE = re.compile(r"\banswer\b[ \t*_]*:[ \t*_`(\[]*([A-F])\b", re.IGNORECASE)
_ACTION = re.compile(r"\baction\b[ \t*_]*:[ \t*_`]*(CLICK|SELECT|TYPE)\b", re.IGNORECASE)
_VALUE = re.compile(r"\bvalue\b[ \t*_]*:[ \t*_]*(.*)$", re.IGNORECASE | re.MULTILINE)
_FORMAT = "Write:\nAnswer: <letter>.\nAction: CLICK, SELECT or TYPE\nValue: <text>"


def questions(settings: Settings) -> Rules:
    if settings.protocol == "tools":
        return NativeTools(WORDING.text(settings, "native-tools"), (TOOL,), TURNS)
    if settings.profile == "v0.2":
        return V02(WORDING.text(settings, "v0.2"), QUESTIONS, WORDING.turns(settings, "v0.2-examples"))
    return NativeText(WORDING.text(settings, "native-text"), TURNS, WORDING.turns(settings, "native-example"))


def newest(messages: Sequence[Message], head: int) -> list[Message]:
    """The first `head` messages, and the newest question with what was said after it."""
    asked = [n for n, m in enumerate(messages) if m.role != "assistant" and m.content.startswith(HEAD)]
    if not asked or asked[-1] <= head:
        return list(messages)
    # The call that a tool message answers is not sent any more, so the question becomes the user's.
    question = replace(messages[asked[-1]], role="user", tool_call_id=None)
    rest = list(messages[asked[-1] + 1 :])
    while rest and rest[0].role == "tool":
        rest = rest[1:]
    return [*messages[:head], question, *rest]


class AnswerText(TextRules):
    def write(self, action: Action, thought: str = "") -> Reply:
        said = action.arguments
        lines = [f"Thought: {thought}"] if thought else []
        lines.append(f"Answer: {said.get('choice', NONE)}.")
        if said.get("action"):
            lines.append(f"Action: {said['action']}")
        if said.get("value"):
            lines.append(f"Value: {said['value']}")
        return Reply("\n".join(lines))

    def view(self, messages: Sequence[Message]) -> list[Message]:
        """Without examples the instructions stand in the first question, and move to the newest."""
        sent = newest(messages, len(self.examples))
        if self.examples or sent[:1] == list(messages[:1]):
            return sent
        return [*self.prompt(Observation(sent[0].content)), *sent[1:]]


class NativeText(AnswerText):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        choice = _CHOICE.search(reply.text)
        if choice is None:
            kind = "truncated" if reply.finish == "length" else "no action"
            raise FormatError(self.hint("The reply has no line 'Answer:' with a letter from A to F."), kind)
        letter = choice[1].upper()
        action, value = (
            p.search(reply.text, choice.end()) or p.search(reply.text) for p in (_ACTION, _VALUE)
        )
        if letter != NONE and action is None:
            raise FormatError(self.hint("The reply has no action CLICK, SELECT or TYPE."), "unparseable")
        text = value[1].rstrip(" \t\r*_") if value else ""
        return (_answer(letter, action[1].upper() if action else "", text),)

    def hint(self, what: str) -> str:
        return f"{what} {_FORMAT}"


class V02(AnswerText):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        choice = re.search(r"Answer: (A|B|C|D|E|F)", reply.text)
        action = re.search(r"Action: (CLICK|SELECT|TYPE)", reply.text)
        value = re.search(r"Value: (.*)$", reply.text, re.MULTILINE)
        letter = choice[1] if choice else NONE
        return (_answer(letter, action[1] if action else "", value[1] if value else ""),)


class NativeTools(ToolRules):
    first_only = True

    def read(self, call: ToolCall) -> Action:
        action = super().read(call)
        said = {k: str(action.arguments.get(k, "")).strip() for k in ("choice", "action", "value")}
        said["choice"], said["action"] = said["choice"].upper().rstrip("."), said["action"].upper()
        if said["choice"] != NONE and said["action"] not in OPERATIONS:
            raise FormatError(f"The action is one of {', '.join(OPERATIONS)}.", "bad argument")
        return replace(action, arguments=_tidy(said))

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return newest(messages, 1)


def _answer(choice: str, action: str, value: str) -> Action:
    return Action(ANSWER, _tidy({"choice": choice, "action": action, "value": value.strip()}))


def _tidy(said: dict[str, str]) -> dict[str, str]:
    """The choice A takes nothing with it."""
    return said if said["choice"] != NONE else {"choice": NONE, "action": "", "value": ""}
