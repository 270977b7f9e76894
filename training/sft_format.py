"""The exporter `sft`: episodes as conversations to be fine-tuned on."""

from collections.abc import Sequence
from pathlib import Path

from harness import Exporter, Picked, hookimpl

from .conversation import write
from .episodes import conversations


class Sft(Exporter):
    def write(self, runs: Sequence[Picked], target: Path) -> str:
        rows = [row for picked in runs for row in conversations(picked)]
        write(rows, target)
        trained = sum(row.trained for row in rows)
        episodes = sum(len(picked.episodes) for picked in runs)
        return f"{target}: {len(rows)} conversations of {episodes} episodes, {trained} replies to train on"


@hookimpl
def harness_exporter(format: str) -> Exporter | None:
    return Sft() if format == "sft" else None
