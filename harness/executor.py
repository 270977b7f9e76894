"""Where episodes run: in this process, or somewhere an executor plug-in takes them."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")


class Executor(ABC):
    """Runs jobs with bounded concurrency and yields each result as it comes."""

    @abstractmethod
    def run(
        self, jobs: Sequence[J], play: Callable[[J], Awaitable[R]], at_once: int
    ) -> AsyncGenerator[R, None]:
        """Start at most `at_once` jobs together, in order; yield results as they finish."""
