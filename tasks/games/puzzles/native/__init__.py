"""Our own puzzles: `test.txt` and `train.txt`, paragraphs of `key: value` lines.

    id: lighthouse
    story: What the agent is told.
    truth: What really happened.
    fact: One thing to uncover.
    ask: A question that uncovers it?
    yes: word|other word beginning + word of the second group
    no: a pattern of questions that are to be denied

`ask` and `yes` belong to the fact above them; a fact may have several `yes` lines.
"""

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
    denials: list[Pattern] = []
    for line in block.splitlines():
        key, _, value = line.partition(": ")
        if key in ("id", "story", "truth"):
            said[key] = value
        elif key == "fact":
            facts.append(Fact(value, ""))
        elif key == "ask":
            facts[-1] = Fact(facts[-1].text, value, facts[-1].patterns)
        elif key == "yes":
            facts[-1] = Fact(facts[-1].text, facts[-1].question, (*facts[-1].patterns, pattern(value)))
        elif key == "no":
            denials.append(pattern(value))
        else:
            raise ValueError(f"{split}.txt: unknown line {line!r}")
    return PuzzleSample(said["id"], split, said["story"], said["truth"], tuple(facts), tuple(denials))


def pattern(text: str) -> Pattern:
    """
    >>> pattern("dog|cat + sleep")
    (('dog', 'cat'), ('sleep',))
    """
    return tuple(tuple(w.strip() for w in group.split("|")) for group in text.split(" + "))
