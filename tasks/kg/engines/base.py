"""What every engine does."""

from abc import ABC, abstractmethod
from collections.abc import Sequence


def any_of(entities: Sequence[str]) -> str:
    """The query that finds one of these IRIs, if the graph has any of them."""
    return f"SELECT ?s WHERE {{ VALUES ?s {{ {' '.join(entities)} }} ?s ?p ?o }} LIMIT 1"


class TooSlow(Exception):
    """A query reached its limit of time or memory, while the engine itself is well."""


class Engine(ABC):
    @abstractmethod
    def select(self, query: str) -> list[str]:
        """The first column of a SELECT: IRIs without angle brackets, literals as their text.

        Called from several threads at once. Raises `TooSlow`, or `EnvironmentFailure` where the engine
        does not answer.
        """

    @abstractmethod
    def facts(self) -> dict[str, str]:
        """What scores depend on."""

    def close(self) -> None:  # noqa: B027  (a store in this process holds nothing)
        """Give back what the engine holds."""
