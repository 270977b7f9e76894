"""How the game is played: JSON in the text (native, v0.2) or two tools (native).

`v0.2` (spec, section 5): a reply without a JSON object is one of the five attempts at a decision, and of
several objects the first that may be made counts. Native corrects the agent, and a turn is spent.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from harness import Action, FormatError, Message, Renames, Reply, Rules, Settings, TextRules, Tool, ToolRules
from harness.protocol import Wording, cut

from .engine import FISH, PHASES
from .environment import ATTEMPTS
from .moves import ACT, EITHER, FIELDS, GUESS, UNREADABLE, move, objects

WORDING = Wording("cards", Path(__file__).parent / "prompts")
TURNS = 100
"""A game takes an agent at most 64 decisions; the rest is for corrections."""
MOST = (PHASES + 2) // 2 * ATTEMPTS
_PLACE = {"type": "string", "enum": ["0", "1", "2", "3"]}
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


def _tool(name: str, what: str, **properties: object) -> Tool:
    return Tool(name, what, {"type": "object", "properties": properties, "required": list(properties)})


TOOLS = (
    _tool(GUESS, "Guess which fish is at a place of the enemy.", guess_type=_KIND, target_position=_PLACE),
    _tool(ACT, "Let one of your fish act.", pick_fish=_KIND, action=_HOW, target_position=_PLACE),
)


def rules(settings: Settings) -> Rules:
    said = WORDING.text(settings, "rules")
    if settings.protocol == "tools":
        return ToolRules(f"{said}\n\n{WORDING.text(settings, 'native-tools')}", TOOLS, TURNS)
    if settings.profile == "v0.2":
        return V02(f"{said}\n\n{WORDING.text(settings, 'v0.2')}", MOST)
    return CardsText(f"{said}\n\n{WORDING.text(settings, 'native-text')}", TURNS)


class CardsText(TextRules):
    """The last object with the fields of a move counts: thoughts come before it."""

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        moves = [move(each.lower()) for each in objects(reply.text)]
        for each in reversed(moves):
            if all(field in each.arguments for field in FIELDS[each.name][:-1]):
                return (each,)
        if moves:
            raise FormatError(self.hint("The JSON object lacks fields of a move."), "bad argument")
        kind = "truncated" if reply.finish == "length" else "no action"
        raise FormatError(self.hint("The reply has no JSON object."), kind)

    def write(self, action: Action, thought: str = "") -> Reply:
        fields = dict(action.arguments)
        if str(fields.get("target_position")) in ("0", "1", "2", "3"):
            fields["target_position"] = int(fields["target_position"])
        return Reply(f"{thought}\n{json.dumps(fields)}".strip())

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
