"""What one question is."""

from dataclasses import dataclass

from harness import Sample


@dataclass(frozen=True, slots=True)
class KgSample(Sample):
    question: str
    entities: tuple[tuple[str, str], ...]
    """Name and id of the entities that the question names."""
    actions: tuple[tuple[str, ...], ...]
    """The gold trajectory: name of the tool, then its arguments; without the final answer."""
    gold: tuple[str, ...]
    """Ids without namespace, or texts of literals; of a count, the number."""
    kind: str
    """`set`, `count` or `extreme`: what the last step of the gold program does."""
