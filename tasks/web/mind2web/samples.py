"""What a sample is: a task in words and its steps."""

from dataclasses import dataclass

from harness import Sample


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a task: the page before it, and what is right."""

    operation: str
    """CLICK, SELECT or TYPE."""
    value: str
    """Text to type, option to select; empty for CLICK."""
    positives: tuple[str, ...]
    """`backend_node_id` of every right element."""
    candidates: tuple[str, ...]
    """`backend_node_id` of all candidate elements, positives included, in document order."""
    page: str
    """Digest of the page's HTML: 16 hex digits of SHA-256."""
    target: str
    """How the list of previous actions calls this one: "[button] Search -> CLICK"."""


@dataclass(frozen=True, slots=True)
class WebSample(Sample):
    """A task on a website."""

    website: str
    domain: str
    question: str
    """The task in words."""
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class RankedSample(WebSample):
    """A task whose candidates were ranked by somebody else's model."""

    ranked: tuple[tuple[str, ...], ...]
    """For every step the candidates, the best first; empty where no scores were given."""


@dataclass(frozen=True, slots=True)
class StepSample(Sample):
    """One step of a task as a problem of its own, as AgentBench v0.2 has it."""

    task: WebSample
    at: int
