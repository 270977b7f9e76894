"""Comparators: does a list of answers equal the gold one? One for each profile.

`v02` and `fc` follow AgentBench to the letter, holes included, so that scores can be compared with
published ones (v0.2 `src/server/tasks/dbbench/__init__.py`, FC `result_processor.py`; the test vectors
of the spec, section 3, are tests). `native` is FC's tolerant reading without the holes:

- FC turns none, null, undefined, nan, inf and the empty string into "0", so saying nothing is right
  wherever the answer is 0. Here none/null/undefined are one value of their own, equal only to
  themselves; the rest is text like any other.
- FC compares numbers to within 0.01 whatever they are, so 0.005 is 0 and 7.01 is 7. Here a gold
  integer must be met exactly (to 1e-6), any other number to within 0.01.
- FC sees an answer list of floats as equal by counting matches; `nan` and `inf` count as floats there.
  Here only finite numbers are numbers.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from .answers import literal

TOLERANCE = 0.01
_NOTHING = frozenset({"none", "null", "undefined"})
_ZEROS = frozenset({"none", "null", "undefined", "nan", "inf", "infinity", "-inf", "-infinity", ""})
_ABSENT = "\0absent"


def v02(answers: Sequence[Any], gold: Sequence[str]) -> bool:
    """Equal as floats, else as they stand, if both are single; otherwise equal as sets."""
    if len(answers) == 1 and len(gold) == 1:
        try:
            return float(answers[0]) == float(gold[0])
        except (TypeError, ValueError, OverflowError):
            return bool(answers[0] == gold[0])
    try:
        return set(answers) == set(gold)
    except TypeError:
        return False


def fc(answers: Sequence[Any], gold: Sequence[str]) -> bool:
    """After FC's normalisation: numbers to within 0.01, each matched once; otherwise sets of text."""
    said, right = [_fc_text(a) for a in answers], [_fc_text(g) for g in gold]
    if len(said) == len(right) == 1 and said != right:
        return _number(said[0]) and _number(right[0]) and _near(said[0], right[0])
    if all(map(_number, said)) and all(map(_number, right)):
        return _matched(said, right, _near)
    return set(said) == set(right)


def native(answers: Sequence[Any], gold: Sequence[str]) -> bool:
    """FC's tolerance with its holes closed; see above."""
    said, right = [_native_text(a) for a in answers], [_native_text(g) for g in gold]
    if not said:
        return False
    if all(map(_finite, said)) and all(map(_finite, right)):
        return _matched(said, right, _equal)
    return set(said) == set(right)


COMPARATORS: dict[str, Callable[[Sequence[Any], Sequence[str]], bool]] = {
    "native": native,
    "v0.2": v02,
    "fc": fc,
}


def fc_answers(said: Any) -> list[Any]:
    """The list FC sees in the argument of commit_final_answer, whatever its type."""
    if isinstance(said, list | tuple):
        return list(said)
    text = str(said).strip()
    if text.startswith("[") and text.endswith("]"):
        try:
            value = literal(text)
        except ValueError:
            value = [part.strip() for part in text[1:-1].split(",") if part.strip()]
        if isinstance(value, list):
            return value
    return [text]


def _bare(value: Any) -> str:
    """Without the blanks, quotes, percent sign and thousands commas around a value."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    text = str(value).strip().strip("'\"").strip()
    if text.endswith("%"):
        return text[:-1].strip()
    if "," in text and not text.startswith("[") and not text.endswith("]"):
        return text.replace(",", "")
    return text


def _fc_text(value: Any) -> str:
    text = _bare(value)
    return "0" if text.lower() in _ZEROS else text


def _native_text(value: Any) -> str:
    text = _bare(value)
    return _ABSENT if text.lower() in _NOTHING else text


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _finite(text: str) -> bool:
    return _number(text) and math.isfinite(float(text))


def _near(one: str, two: str) -> bool:
    return abs(float(one) - float(two)) <= TOLERANCE


def _equal(said: str, gold: str) -> bool:
    wanted = float(gold)
    return abs(float(said) - wanted) <= (1e-6 if wanted.is_integer() else TOLERANCE)


def _matched(said: list[str], right: list[str], same: Callable[[str, str], bool]) -> bool:
    """Each answer takes one gold value that is still free."""
    if len(said) != len(right):
        return False
    free = list(right)
    for answer in said:
        found = next((i for i, g in enumerate(free) if same(answer, g)), None)
        if found is None:
            return False
        free.pop(found)
    return True
