"""How the game is played: JSON in the text (native, v0.2) or two tools (native).

`v0.2` (spec, section 5): a reply without a JSON object is one of the five attempts at a decision, and of
several objects the first that may be made counts. Native corrects the agent, and a turn is spent.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

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
    ToolCall,
    ToolRules,
)
from harness.protocol import Wording, cut

from .engine import FISH, PHASES
from .environment import ATTEMPTS
from .moves import ACT, EITHER, FIELDS, GUESS, UNREADABLE, move, objects, place, tolerant, whole

WORDING = Wording("cards", Path(__file__).parent / "prompts")
TURNS = 100
"""A game takes an agent at most 64 decisions; the rest is for corrections."""
MOST = (PHASES + 2) // 2 * ATTEMPTS
_DIGIT = re.compile(r'("target_position"\s*:\s*)"\s*([0-3])\s*"')
_PLACE = {"type": "integer", "minimum": 0, "maximum": 3}
_KIND = {"type": "string", "enum": list(FISH)}
_HOW = {"type": "string", "enum": ["normal", "active"]}

RENAMES = Renames(
    words={
        "pick_fish": "chosen_fish",
        "guess_type": "supposed_fish",
        "target_position": "slot_number",
        '"action"': '"manner"',
        "'action'": "'manner'",
    },
    names={GUESS: "suppose_fish", ACT: "move_fish", "action": "manner"},
)


def _tool(name: str, what: str, needed: Sequence[str], **properties: object) -> Tool:
    return Tool(name, what, {"type": "object", "properties": properties, "required": list(needed)})


TOOLS = (
    _tool(
        GUESS,
        "Guess which fish is at a place of the enemy.",
        FIELDS[GUESS],
        guess_type=_KIND,
        target_position=_PLACE,
    ),
    _tool(
        ACT,
        "Let one of your fish act.",
        FIELDS[ACT][:-1],
        pick_fish=_KIND,
        action=_HOW,
        target_position=_PLACE,
    ),
)
"""An area attack of `act` needs no position."""


def rules(settings: Settings) -> Rules:
    said = WORDING.text(settings, "rules")
    if settings.protocol == "tools":
        return CardsTools(f"{said}\n\n{WORDING.text(settings, 'native-tools')}", TOOLS, TURNS)
    if settings.profile == "v0.2":
        return V02(f"{said}\n\n{WORDING.text(settings, 'v0.2')}", MOST)
    return CardsText(f"{said}\n\n{WORDING.text(settings, 'native-text')}", TURNS)


def _numbered(action: Action) -> Action:
    """The action with its position, if it is one, as a number."""
    at = place(action.arguments)
    return action if at is None else replace(action, arguments={**action.arguments, "target_position": at})


class CardsTools(ToolRules):
    """Positions are numbers, but taken as text too; actions have them as text."""

    def read(self, call: ToolCall) -> Action:
        action = super().read(replace(call, arguments=_DIGIT.sub(r"\1\2", call.arguments)))
        return replace(action, arguments={k: str(v) for k, v in action.arguments.items()})

    def write(self, action: Action, thought: str = "") -> Reply:
        return super().write(_numbered(action), thought)


class CardsText(TextRules):
    """The last object with the fields of a move counts: thoughts come before it."""

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        found = tolerant(reply.text.lower())
        if moves := [each for each in found if whole(each)]:
            return (moves[-1],)
        if found:
            raise FormatError(self.hint("The JSON object lacks fields of a move."), "bad argument")
        kind = "truncated" if reply.finish == "length" else "no action"
        raise FormatError(self.hint("The reply has no JSON object."), kind)

    def write(self, action: Action, thought: str = "") -> Reply:
        return Reply(f"{thought}\n{json.dumps(dict(_numbered(action).arguments))}".strip())

    def hint(self, what: str) -> str:
        return (
            f'{what} Write one, such as {{"guess_type": "eel", "target_position": 2}} to guess or '
            '{"pick_fish": "spray", "action": "normal", "target_position": 0} to act.'
        )


class V02(CardsText):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        found = objects(reply.text)
        if len(found) > 1:
            return (Action(EITHER, {"moves": found}),)
        return (move(found[0]) if found else Action(UNREADABLE),)

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return cut(messages)
