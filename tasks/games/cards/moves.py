"""Moves as JSON objects, and which of them a player may make.

The forms are AgentBench's: `{"guess_type": name, "target_position": 0-3}` and
`{"pick_fish": name, "action": "normal"|"active", "target_position": 0-3}`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any, Final

from harness import Action

from .engine import AREA, FISH, Game

GUESS, ACT = "guess", "act"
EITHER = "first of"
"""Several objects in one reply: the first that may be made counts."""
UNREADABLE = "unreadable"
FIELDS: Final = {GUESS: ("guess_type", "target_position"), ACT: ("pick_fish", "action", "target_position")}
MOST_BRACKETS = 100
"""Of a reply's opening brackets, so many of the last are read with tolerance."""
_DECODER = json.JSONDecoder()


def objects(text: str) -> list[str]:
    """Every `{...}` of a text that is JSON once its single quotes are doubled (AgentBench v0.2,
    `AI/AI_En.py`: the shortest stretches, so nothing nested).

    >>> objects("first {a} then {'guess_type': 'eel', 'target_position': 2}")
    ['{"guess_type": "eel", "target_position": 2}']
    """
    return [found for each in _stretches(text) if _loaded(found := each.replace("'", '"')) is not None]


def _stretches(text: str) -> Iterator[str]:
    """From each opening bracket to the next closing one. An expression for it would look at all of the text
    again for each bracket that nothing closes."""
    at = 0
    while (start := text.find("{", at)) >= 0 and (end := text.find("}", start)) >= 0:
        at = end + 1
        yield text[start:at]


def _loaded(text: str) -> dict[str, Any] | None:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def move(text: str) -> Action:
    """An object as an action; what is missing or of another kind is left for `refusal` to see.

    >>> move('{"guess_type": "eel", "target_position": 2, "why": []}')
    Action(name='guess', arguments={'guess_type': 'eel', 'target_position': '2'}, call_id=None)
    """
    return _move(_loaded(text) or {})


def _move(given: Mapping[str, Any]) -> Action:
    known = dict.fromkeys(field for fields in FIELDS.values() for field in fields)
    return Action(GUESS if "guess_type" in given else ACT, {k: str(given[k]) for k in known if k in given})


def due(action: Action, wanted: str) -> Action:
    """An object with the fields of both decisions is the one that is due: AgentBench looks at no others."""
    return replace(action, name=wanted) if FIELDS[wanted][0] in action.arguments else action


def whole(action: Action) -> bool:
    """Whether all fields of a decision are there; the position is left for `refusal` to see."""
    return any(all(f in action.arguments for f in fields[:-1]) for fields in FIELDS.values())


def tolerant(text: str) -> list[Action]:
    """The objects of a text: JSON, or else what v0.2 takes for it. In a whole move no other is looked for.

    >>> tolerant('{"so": {"guess_type": "eel", "why": "{2} it is"}}')[-1].arguments
    {'guess_type': 'eel'}
    """
    found: list[Action] = []
    end = 0
    for start in [bracket.start() for bracket in re.finditer(r"\{", text)][-MOST_BRACKETS:]:
        if start < end:
            continue
        given, after = _object(text, start)
        if given is not None:
            found.append(_move(given))
            end = after if whole(found[-1]) else end
    return found


def _object(text: str, start: int) -> tuple[dict[str, Any] | None, int]:
    try:
        given, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        end = text.find("}", start) + 1
        return _loaded(text[start:end].replace("'", '"')), end
    return given, end


def by_chance(dice: Random) -> Action:
    """Any move, whether the rules allow it or not."""
    fish, position = dice.choice(FISH), str(dice.randrange(4))
    if dice.random() < 0.5:
        return Action(GUESS, {"guess_type": fish, "target_position": position})
    how = dice.choice(("normal", "active"))
    return Action(ACT, {"pick_fish": fish, "action": how, "target_position": position})


def place(given: Mapping[str, Any]) -> int | None:
    """The target position, if it is one.

    >>> place({"target_position": "3"}), place({"target_position": "4"}), place({})
    (3, None, None)
    """
    said = str(given.get("target_position", "")).strip()
    return int(said) if said in ("0", "1", "2", "3") else None


def refusal(game: Game, player: int, wanted: str, action: Action, exact: bool) -> str:
    """Why `player` may not make this move now; empty if it may.

    `exact` keeps three things of AgentBench's client: eel and sunfish cannot use their active skill, a fish
    that is known already may be guessed again, which is then no guess, and an area attack needs a number,
    whichever it is.
    """
    if action.name != wanted:
        return f"This decision takes {' and '.join(map(_quoted, FIELDS[wanted]))}."
    given, target = action.arguments, place(action.arguments)
    own, other = game.sides[player], game.sides[1 - player]
    if wanted == GUESS:
        if given.get("guess_type") not in FISH:
            return f"guess_type is one of {', '.join(FISH)}."
        open_to = other.living if exact else other.hidden
        return "" if target in open_to else f"target_position is one of {_listed(open_to)}."
    name, how = given.get("pick_fish"), given.get("action")
    if name not in FISH or not own.alive[own.fish.index(name)]:
        return f"pick_fish is one of {', '.join(own.fish[i] for i in own.living)}."
    if how not in ("normal", "active"):
        return '"action" is normal or active.'
    if how == "active" and exact and name in ("eel", "sunfish"):
        return f"{name} cannot use its active skill here."
    if how == "active" and name in AREA:
        anywhere = not exact or re.fullmatch(r"\s*[+-]?\d+\s*", str(given.get("target_position", "")))
        return "" if anywhere else "target_position is a number."
    open_to = other.living if how == "normal" else [i for i in own.living if own.fish[i] != name]
    whose = "a living enemy" if how == "normal" else "a living teammate"
    there = f": {_listed(open_to)}" if open_to else ", and there is none"
    return "" if target in open_to else f"target_position is that of {whose}{there}."


def _quoted(field: str) -> str:
    return f'"{field}"'


def _listed(places: list[int]) -> str:
    return ", ".join(map(str, places))
