"""How the game is played: JSON in the text (native, v0.2) or two tools (native)."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from harness import Action, FormatError, Message, Reply, Rules, Settings, TextRules, Tool, ToolRules
from harness.protocol import Wording, cut

from .engine import FISH
from .environment import UNREADABLE

WORDING = Wording("cards", Path(__file__).parent / "prompts")
TURNS = 200
_OBJECT = re.compile(r"\{.*?\}", re.DOTALL)
_PLACE = {"type": "string", "enum": ["0", "1", "2", "3"]}
_KIND = {"type": "string", "enum": list(FISH)}
_HOW = {"type": "string", "enum": ["normal", "active"]}


def _tool(name: str, what: str, **properties: object) -> Tool:
    return Tool(name, what, {"type": "object", "properties": properties, "required": list(properties)})


TOOLS = (
    _tool("guess", "Guess which fish is at a place of the enemy.", guess_type=_KIND, target_position=_PLACE),
    _tool("act", "Let one fish act.", pick_fish=_KIND, action=_HOW, target_position=_PLACE),
)


def rules(settings: Settings) -> Rules:
    said = WORDING.text(settings, "rules")
    if settings.protocol == "tools":
        return ToolRules(said, TOOLS, TURNS)
    said = f"{said}\n\n{WORDING.text(settings, 'text')}"
    return V02(said, 0) if settings.profile == "v0.2" else CardsText(said, TURNS)


class CardsText(TextRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        for found in _OBJECT.findall(reply.text):
            try:
                given = json.loads(found.replace("'", '"'))
            except (ValueError, RecursionError):
                continue
            fields = {key: str(value) for key, value in given.items()}
            return (Action("guess" if "guess_type" in fields else "act", fields),)
        raise FormatError(
            'Write one JSON object, such as {"guess_type": "eel", "target_position": 2}.', "no action"
        )

    def write(self, action: Action, thought: str = "") -> Reply:
        fields = dict(action.arguments)
        if str(fields.get("target_position")) in ("0", "1", "2", "3"):
            fields["target_position"] = int(fields["target_position"])
        return Reply(f"{thought}\n{json.dumps(fields)}".strip())


class V02(CardsText):
    """An unreadable reply is one of the five attempts at a decision, which the environment counts."""

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        try:
            return super().parse(reply)
        except FormatError:
            return (Action(UNREADABLE),)

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return cut(messages)
