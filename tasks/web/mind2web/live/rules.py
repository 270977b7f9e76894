"""How live pages are played: one action a turn as text, or tools; only the newest page stays in view."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness import (
    Action,
    FormatError,
    Message,
    Reply,
    Rules,
    Settings,
    TextRules,
    Tool,
    ToolCall,
    ToolRules,
    UsageError,
)
from harness.protocol import Wording

from .environment import BACK, PAGE, STOP

TURNS = 20
WORDING = Wording("mind2web", Path(__file__).parent / "prompts")
_SECOND = {"click": "", "type": "text", "select": "option"}
"""What an action has beside the element's number."""


def _tool(name: str, description: str, **properties: str) -> Tool:
    kinds = {
        k: {"type": "integer" if k == "id" else "string", "description": d} for k, d in properties.items()
    }
    return Tool(name, description, {"type": "object", "properties": kinds, "required": list(kinds)})


_ID = "The number in brackets before the element."
TOOLS = (
    _tool("click", "Click a link, a button, a checkbox or a radio button.", id=_ID),
    _tool("type", "Replace the text of a text field.", id=_ID, text="The text."),
    _tool("select", "Choose from a drop-down list.", id=_ID, option="The option, as it is listed."),
    _tool(BACK, "Go back to the page before."),
    _tool(STOP, "End the task, when what it asks for is done."),
)
_ACTION = re.compile(
    r"^[ \t*`>-]*(action[ \t*]*:[ \t*`]*)?(click|type|select|go[ _]back|stop)\b(?![ \t]*:)([^\n]*)$",
    re.I | re.M,
)
_NUMBER = re.compile(r"^[ \t(]*\[?[ \t]*(\d{1,5})[ \t]*\]?[ \t,:]*(.*)$")


def live_rules(settings: Settings) -> Rules:
    """Raises `UsageError` for a profile other than native."""
    if settings.profile != "native":
        raise UsageError(f"mind2web --live is played under the profile native, not {settings.profile!r}")
    if settings.protocol == "tools":
        return LiveTools(WORDING.text(settings, "live-tools", turns=str(TURNS)), TOOLS, TURNS)
    example = WORDING.turns(settings, "live-example")
    return LiveText(WORDING.text(settings, "live-text", turns=str(TURNS)), TURNS, example)


class LiveText(TextRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        """The first `Action:` line, or else the first line that looks like an action."""
        found = list(_ACTION.finditer(reply.text))
        marked = [f for f in found if f[1]] or [
            f for f in found if f[2].lower() in _NAMES or _NUMBER.match(f[3])
        ]
        if not marked:
            kind = "truncated" if reply.finish == "length" else "no action"
            raise FormatError(self.hint("The reply holds no action."), kind)
        name, rest = marked[0][2].lower().replace(" ", "_"), marked[0][3].strip()
        return (self._read(name, rest),)

    def _read(self, name: str, rest: str) -> Action:
        if name not in _SECOND:
            return Action(name)
        number = _NUMBER.match(rest)
        if number is None:
            raise FormatError(self.hint(f"After {name} comes the number of an element."), "bad argument")
        second = _SECOND[name]
        said = {"id": number[1]} | ({second: _bare(number[2])} if second else {})
        return Action(name, said)

    def write(self, action: Action, thought: str = "") -> Reply:
        words = [f"[{' '.join(str(v).split())}]" for v in action.arguments.values()]
        line = " ".join(["Action:", action.name, *words])
        return Reply(f"Thought: {thought}\n{line}" if thought else line)

    def hint(self, what: str) -> str:
        return (
            f"{what} Write one line: Action: click [5], Action: type [5] [text], "
            "Action: select [5] [option], Action: go_back or Action: stop"
        )

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return newest_page(messages)


_NAMES = frozenset({"go_back", "go back", "stop"})


def _bare(text: str) -> str:
    """An argument without its brackets or quotation marks."""
    text = text.strip().removesuffix("`").rstrip()
    if text.startswith("["):
        return text[1 : text.rindex("]") if "]" in text else len(text)].strip()
    if len(text) > 1 and text[0] in "\"'" and text[0] == text.rstrip(")").rstrip()[-1]:
        return text.rstrip(")").rstrip()[1:-1].strip()
    return text


class LiveTools(ToolRules):
    def read(self, call: ToolCall) -> Action:
        """Numbers of elements as text, as the text protocol has them."""
        action = super().read(call)
        return replace(action, arguments={k: str(v) for k, v in action.arguments.items()})

    def write(self, action: Action, thought: str = "") -> Reply:
        said = {k: int(v) if k == "id" and str(v).isdecimal() else v for k, v in action.arguments.items()}
        return super().write(replace(action, arguments=said), thought)

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return newest_page(messages)


def newest_page(messages: Sequence[Message]) -> list[Message]:
    """The messages, with older pages cut down to their first line; examples are kept whole."""
    with_page = [n for n, m in enumerate(messages) if m.role != "assistant" and f"\n{PAGE}" in m.content]
    problems = [n for n in with_page if messages[n].content.startswith("Problem: ")]
    older = set(with_page[:-1]) - set(range(problems[-1] if problems else 0))
    return [_short(m) if n in older else m for n, m in enumerate(messages)]


def _short(message: Message) -> Message:
    before, page = message.content.split(f"\n{PAGE}", 1)
    return replace(message, content=f"{before}\n{PAGE}{page.splitlines()[0]} (no longer shown)")
