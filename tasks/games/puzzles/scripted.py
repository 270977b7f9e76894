"""The scripted host: the same verdict for the same question, offline.

Our own puzzles have patterns. AgentBench's have none: there a question hits the key that shares most
words with it, which is an approximation for trying things out.
"""

from collections.abc import Set
from dataclasses import dataclass

from .questions import NEGATIONS, content, fits, negated, words, wrong
from .samples import Fact, PuzzleSample

MOST_FACTS = 2
"""A question that touches more facts than this is a list of words."""
OVERLAP = 0.8
"""The share of an official key's words that a question must have."""


@dataclass(frozen=True, slots=True)
class Verdict:
    answer: str
    """yes, no or irrelevant."""
    fact: int | None = None
    """The fact that is uncovered by it."""
    readable: bool = True


def verdict(sample: PuzzleSample, question: str, found: Set[int]) -> Verdict:
    """What is no question is irrelevant to this host under every profile."""
    if wrong(question, sample.official):
        return Verdict("irrelevant")
    return (_by_overlap if sample.official else _by_pattern)(sample, question, found)


def _by_pattern(sample: PuzzleSample, question: str, found: Set[int]) -> Verdict:
    said = words(question)
    if any(fits(said, p) for p in sample.denials):
        return _said(False, question)
    hits = [(i, true) for i, f in enumerate(sample.facts) if (true := _asks(f, question)) is not None]
    if len(hits) > MOST_FACTS:
        return Verdict("irrelevant")
    new = [hit for hit in hits if hit[0] not in found]
    if hits:
        fact, true = (new or hits)[0]
        return Verdict("yes" if true else "no", fact if new else None)
    return _said(True, question) if any(fits(said, p) for p in sample.truths) else Verdict("irrelevant")


def _asks(fact: Fact, question: str) -> bool | None:
    """Whether a question that touches the fact is to be affirmed; None where it does not touch it.

    A negation that the pattern needs is none of the question's own. Opposites come first: of "Does the sun
    set at night?" the night alone would be affirmed.
    """
    said = words(question)
    bare = [word for word in said if word not in NEGATIONS]
    for patterns, true in ((fact.opposites, False), (fact.patterns, True)):
        for each in patterns:
            if fits(said, each):
                return true != (negated(question) and fits(bare, each))
    return None


def _said(true: bool, question: str) -> Verdict:
    return Verdict("yes" if true != negated(question) else "no")


def _by_overlap(sample: PuzzleSample, question: str, found: Set[int]) -> Verdict:
    said = content(question)
    shares = [(len(said & key) / len(key), i) for i, f in enumerate(sample.facts) if (key := content(f.text))]
    hits = [(share, -i) for share, i in shares if share >= OVERLAP]
    if not hits:
        return Verdict("irrelevant")
    left = [hit for hit in hits if -hit[1] not in found]
    return Verdict("yes", -max(left)[1] if left else None)
