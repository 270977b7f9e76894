"""A puzzle: the story told, the truth behind it, and the facts to uncover."""

from dataclasses import dataclass

from harness import Sample

Pattern = tuple[tuple[str, ...], ...]
"""Groups of word beginnings; a question fits if it has a word of every group."""


@dataclass(frozen=True, slots=True)
class Fact:
    text: str
    question: str
    """A question that uncovers it; the expert's."""
    patterns: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class PuzzleSample(Sample):
    story: str
    truth: str
    facts: tuple[Fact, ...]
    denials: tuple[Pattern, ...] = ()
    """Questions whose answer is no."""
    official: bool = False
    """One of AgentBench's, without patterns."""
