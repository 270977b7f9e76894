"""How replies are read and pages are shown: `v0.2` to the letter, `fc` call by call, `native` with tolerance.

Source of the formats: AgentBench v0.2, `src/server/tasks/webshop/__init__.py`, and AgentBench FC,
`task.py` beside it; spec, section 8. Of several actions in a reply the first counts, in all profiles.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
from harness.protocol import Wording, cut

from .environment import ARGUMENTS, CLICK_ACTION, KEYWORDS, SEARCH_ACTION, VALUE, WORDS

WORDING = Wording("webshop", Path(__file__).parent / "prompts")
TURNS, ROUNDS = 10, 20
TOOLS = (
    Tool(
        SEARCH_ACTION,
        "Search the shop for products.",
        {
            "type": "object",
            "properties": {KEYWORDS: {"type": "string", "description": "What to look for."}},
            "required": [KEYWORDS],
        },
    ),
    Tool(
        CLICK_ACTION,
        "Click a button, a product or an option of the present page.",
        {
            "type": "object",
            "properties": {VALUE: {"type": "string", "description": "Its name, as the page shows it."}},
            "required": [VALUE],
        },
    ),
)
RENAMES = Renames(
    words={
        "Action:": "Move:",
        "search[": "find[",
        "click[": "press[",
        SEARCH_ACTION: "find_articles",
        CLICK_ACTION: "press_button",
    },
    names={KEYWORDS: "words_sought", VALUE: "label_pressed"},
)
_NAMES = {word: name for name, word in WORDS.items()}
_V02 = re.compile(r"[Aa]ction: *+\n*+ *+((?:search|click)\[.+?])")
_ACTION = re.compile(r"\baction\b[ \t*_]*:", re.IGNORECASE)
_INSIDE = r"[^\[\]\n]*(?:\[[^\[\]\n]*\][^\[\]\n]*)*"
_NATIVE = re.compile(
    rf"\b(search|click)(?:_action)?[ \t]*\[({_INSIDE})(?:\]|$)", re.IGNORECASE | re.MULTILINE
)
_FORMAT = "Write one action:\nAction: search[words to look for]\nor\nAction: click[name in brackets]"


def shopping(settings: Settings) -> Rules:
    if settings.profile == "fc":
        return Fc(WORDING.text(settings, "fc"), TOOLS, ROUNDS)
    if settings.profile == "v0.2":
        return V02(WORDING.text(settings, "v0.2"), TURNS, WORDING.turns(settings, "v0.2-example"))
    filled = {"turns": str(TURNS)}
    if settings.protocol == "tools":
        return NativeTools(WORDING.text(settings, "native-tools", **filled), TOOLS, TURNS)
    example = WORDING.turns(settings, "native-example")
    return NativeText(WORDING.text(settings, "native-text", **filled), TURNS, example)


def argument(action: Action) -> str:
    """The words of a search, or what is clicked."""
    return str(action.arguments.get(ARGUMENTS[action.name], ""))


def act(word: str, said: str) -> Action:
    name = _NAMES[word.lower()]
    return Action(name, {ARGUMENTS[name]: said})


def _unquoted(said: str) -> str:
    """Without quotes around all of it; one alone may be an inch mark."""
    paired = len(said) > 1 and (said[0] + said[-1]) in ('""', "''", "``", "“”")
    return said[1:-1].strip() if paired else said


class NativeText(TextRules):
    """Taken too: any case, an action without its line, a missing last bracket, quotes around the words."""

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        marked = _ACTION.search(reply.text)
        found = _NATIVE.search(reply.text, marked.end() if marked else 0) or _NATIVE.search(reply.text)
        if found is None:
            kind = "truncated" if reply.finish == "length" else "no action"
            raise FormatError(self.hint("The reply has no action."), kind)
        said = _unquoted(found[2].strip())
        if not said:
            raise FormatError(self.hint("The brackets are empty."), "bad argument")
        return (act(found[1], said),)

    def write(self, action: Action, thought: str = "") -> Reply:
        before = f"Thought: {thought}\n" if thought else ""
        return Reply(f"{before}Action: {WORDS[action.name]}[{argument(action)}]")

    def hint(self, what: str) -> str:
        return f"{what} {_FORMAT}"


class V02(TextRules):
    """AgentBench's wording and history; a reply without an action ends the episode."""

    def prompt(self, problem: Observation) -> list[Message]:
        first = (Message("user", self.instructions), Message("assistant", "Ok."))
        return [*first, *self.examples, Message("user", problem.text)]

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        found = _V02.search(reply.text)
        if found is None:
            raise FormatError("The reply holds neither search[...] nor click[...] after 'Action:'.")
        word, _, rest = found[1].partition("[")
        return (act(word, rest[:-1]),)

    def write(self, action: Action, thought: str = "") -> Reply:
        before = f"Thought:\n{thought}\n\n" if thought else ""
        return Reply(f"{before}Action:\n{WORDS[action.name]}[{argument(action)}]")

    def mistake(self, error: FormatError) -> Observation:
        return Observation(str(error), error.status)

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return cut(messages)


class NativeTools(ToolRules):
    first_only = True


class Fc(ToolRules):
    """The first argument of a call counts, whatever its name."""

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        if not reply.tool_calls:
            raise FormatError("No tool was called. Every turn has to call a tool.", "no action")
        return (self.read(reply.tool_calls[0]),)

    def read(self, call: ToolCall) -> Action:
        if call.name not in ARGUMENTS:
            raise FormatError(f"There is no tool {call.name!r}; call one of the tools.", "unknown tool")
        try:
            given: Any = json.loads(call.arguments)
        except (ValueError, RecursionError):
            raise FormatError(
                "The call could not be read: its arguments are no JSON.", "bad argument"
            ) from None
        if not isinstance(given, dict) or not given:
            raise FormatError(f"The call could not be read: {call.name} needs an argument.", "bad argument")
        return Action(call.name, {ARGUMENTS[call.name]: str(next(iter(given.values())))}, call.id)
