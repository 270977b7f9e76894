"""The texts an agent reads: files in `prompts/`, or the user's own of the same name."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness import Message
from harness.protocol import Wording

from .shown import V02
from .world import TASK_TYPES

WORDING = Wording("household", Path(__file__).parent / "prompts")
prompt = WORDING.text
conversation = WORDING.turns

_PLACE, _LIGHT, _CLEAN, _HEAT, _COOL, _TWO = TASK_TYPES
_SIGNS = (
    (_LIGHT, r"look at|examine"),
    (_TWO, r"two"),
    (_CLEAN, r"clean"),
    (_HEAT, r"hot|heat"),
    (_COOL, r"cool|cold"),
)


def task_type(problem: str) -> str:
    """The task type that a problem's last line is about.

    >>> task_type("You see a shelf 1.\\nYour task is to: put a hot egg in shelf. AVAILABLE ACTIONS: look")
    'pick_heat_then_place_in_recep'
    """
    asked = problem.rpartition("Your task is to: ")[2].partition(".")[0]
    return next((kind for kind, sign in _SIGNS if re.search(rf"\b({sign})\b", asked)), _PLACE)


def older(problem: str) -> bool:
    """Whether a problem's list of commands is in the grammar "put" (`Game.wording`), which has no `help`."""
    commands = problem.partition(V02)[2]
    return bool(commands) and "help" not in commands.splitlines()


_OLDER = (
    (r"^ACTION: move (.+) to (.+)$", r"ACTION: put \1 in/on \2"),
    (r"^You move (.+) to (.+)\.$", r"You put \1 in/on \2."),
    (r"^You arrive at [^.]*\. ", ""),
)


def in_older(example: Sequence[Message]) -> tuple[Message, ...]:
    """An example in the grammar "put", whose arrivals v0.2 does not show."""
    return tuple(replace(m, content=_rewritten(m.content)) for m in example)


def _rewritten(text: str) -> str:
    for form, other in _OLDER:
        text = re.sub(form, other, text, flags=re.MULTILINE)
    return text
