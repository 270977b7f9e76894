"""The texts an agent reads: files in `prompts/`, or the user's own of the same name."""

import re
from pathlib import Path

from harness.protocol import Wording

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
