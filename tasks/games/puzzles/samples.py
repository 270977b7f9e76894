"""A puzzle: the story told, the truth behind it, and the facts to uncover."""

from dataclasses import dataclass

from harness import Sample

Pattern = tuple[tuple[str, ...], ...]
"""Groups of words; a question fits if it has a word of every group. `paint*` is any word so begun."""


@dataclass(frozen=True, slots=True)
class Fact:
    text: str
    question: str
    """A question that uncovers it; the expert's."""
    patterns: tuple[Pattern, ...] = ()
    """Questions that uncover it."""
    opposites: tuple[Pattern, ...] = ()
    """Questions that ask for the opposite, and uncover it by a no."""


@dataclass(frozen=True, slots=True)
class PuzzleSample(Sample):
    story: str
    truth: str
    facts: tuple[Fact, ...]
    denials: tuple[Pattern, ...] = ()
    """Questions whose answer is no, whatever else is in them."""
    truths: tuple[Pattern, ...] = ()
    """Questions whose answer is yes, though they uncover no fact."""
    told: tuple[str, ...] = ()
    """What the story says, in sentences: AgentBench's "Story keys"."""
    official: bool = False
    """One of AgentBench's, without patterns."""
