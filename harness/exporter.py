"""A writer of finished runs into another format."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.store import RunStore


class Exporter(ABC):
    """Made once for each `harness export --format`."""

    @abstractmethod
    def write(self, runs: "Sequence[RunStore]", target: Path) -> str:
        """Write `target`; the answer is one line that says what was written."""
