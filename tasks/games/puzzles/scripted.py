"""The scripted host: the same verdict for the same question, offline.

Our own puzzles have patterns. AgentBench's have none: there a question hits the key that shares most
words with it, which is an approximation for trying things out.
"""

from collections.abc import Set
from dataclasses import dataclass

from .questions import content, fits, negated, words
from .samples import PuzzleSample

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
    return _by_overlap(sample, question, found) if sample.official else _by_pattern(sample, question, found)


def _by_pattern(sample: PuzzleSample, question: str, found: Set[int]) -> Verdict:
    said = words(question)
    hits = [i for i, f in enumerate(sample.facts) if any(fits(said, p) for p in f.patterns)]
    if not hits or len(hits) > MOST_FACTS:
        denied = not hits and any(fits(said, p) for p in sample.denials)
        return Verdict("no" if denied else "irrelevant")
    fact = next((i for i in hits if i not in found), None)
    return Verdict("no" if negated(question) else "yes", fact)


def _by_overlap(sample: PuzzleSample, question: str, found: Set[int]) -> Verdict:
    said = content(question)
    shares = [(len(said & key) / len(key), i) for i, f in enumerate(sample.facts) if (key := content(f.text))]
    hits = [(share, -i) for share, i in shares if share >= OVERLAP]
    if not hits:
        return Verdict("irrelevant")
    left = [hit for hit in hits if -hit[1] not in found]
    return Verdict("yes", -max(left)[1] if left else None)
