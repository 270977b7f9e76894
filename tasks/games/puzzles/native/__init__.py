"""Our own puzzles: `test.txt` and `train.txt`, paragraphs of `key: value` lines.

    id: lighthouse
    story: What the agent is told.
    truth: What really happened.
    fact: One thing to uncover.
    ask: A question that uncovers it?
    yes: word|beginning* + word of the second group
    not: a pattern of questions that uncover it by being denied
    also: a pattern of questions that are true, but uncover nothing
    no: a pattern of questions that are to be denied

`ask`, `yes` and `not` belong to the fact above them; a fact may have several `yes` and `not` lines.
"""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from ..samples import Fact, Pattern, PuzzleSample

SPLITS = ("test", "train")


@cache
def bundled(split: str) -> tuple[PuzzleSample, ...]:
    text = (Path(__file__).parent / f"{split}.txt").read_text(encoding="utf-8")
    return tuple(read(block, split) for block in text.strip().split("\n\n"))


def read(block: str, split: str) -> PuzzleSample:
    """One paragraph. Raises `ValueError` where a line is not known."""
    said: dict[str, str] = {}
    facts: list[Fact] = []
    patterns: dict[str, list[Pattern]] = {"no": [], "also": []}
    for line in block.splitlines():
        key, _, value = line.partition(": ")
        if key in ("id", "story", "truth"):
            said[key] = value
        elif key == "fact":
            facts.append(Fact(value, ""))
        elif key in ("ask", "yes", "not"):
            facts[-1] = _with(facts[-1], key, value)
        elif key in patterns:
            patterns[key].append(pattern(value))
        else:
            raise ValueError(f"{split}.txt: unknown line {line!r}")
    return PuzzleSample(
        f"{split}-{said['id']}",
        split,
        said["story"],
        said["truth"],
        tuple(facts),
        tuple(patterns["no"]),
        tuple(patterns["also"]),
        tuple(re.split(r"(?<=[.,]) ", said["story"])),
    )


def _with(fact: Fact, key: str, value: str) -> Fact:
    if key == "ask":
        return replace(fact, question=value)
    if key == "yes":
        return replace(fact, patterns=(*fact.patterns, pattern(value)))
    return replace(fact, opposites=(*fact.opposites, pattern(value)))


def pattern(text: str) -> Pattern:
    """
    >>> pattern("dog|cat* + sleep*")
    (('dog', 'cat*'), ('sleep*',))
    """
    return tuple(tuple(w.strip() for w in group.split("|")) for group in text.split(" + "))
