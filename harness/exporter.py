"""A writer of finished runs into another format."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.records import EpisodeRecord
    from harness.store import RunStore


@dataclass(frozen=True, slots=True)
class Picked:
    """A run, and those of its episodes that are to be written."""

    run: "RunStore"
    episodes: "Sequence[EpisodeRecord]"


class Exporter(ABC):
    """Made once for each `harness export --format`."""

    @abstractmethod
    def write(self, runs: Sequence[Picked], target: Path) -> str:
        """Write `target`, whole or not at all; the answer is one line that says what was written.

        Raises `UsageError` where the episodes cannot be written in this format.
        """
