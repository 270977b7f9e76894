"""Data that a task converts or makes itself: who takes it, and where it is kept."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cli._telling import telling
from harness.errors import PluginError, UsageError, blame
from harness.registry import home, register

if TYPE_CHECKING:
    from harness.host import Plugins
    from harness.task import Task, Tell

Fill = Callable[[Path, "Tell"], list[str]]
"""Fills an empty folder and says what with."""


def taker(plugins: "Plugins", name: str) -> "Task | None":
    """The task that takes data called `name`, if one does."""
    for task in plugins.names("tasks"):
        try:
            found = plugins.task(task)
        except PluginError:
            continue  # `harness plugins` tells of it
        if name in found.datasets:
            return found
    return None


def adopt(task: "Task", name: str, source: Path) -> tuple[Path, list[str]]:
    """Register what `task` makes of `source`. Returns where it is, and what was found."""
    if not source.exists():
        raise UsageError(f"{source} does not exist; {name} is {task.datasets[name]}")

    def fill(target: Path, tell: "Tell") -> list[str]:
        with blame(task.name, "adopt"):
            return task.adopt(name, source, target, tell)

    return _keep(name, fill, source)


def make(task: "Task", options: dict[str, str]) -> tuple[Path, list[str]]:
    """Register data that `task` generates."""

    def fill(target: Path, tell: "Tell") -> list[str]:
        with blame(task.name, "make"):
            return task.make(target, options, tell)

    return _keep(task.name, fill, None)


def _keep(name: str, fill: Fill, source: Path | None) -> tuple[Path, list[str]]:
    """Whole or not at all: what was there before stays until the new is complete."""
    data = home() / "data"
    data.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=data))
    try:
        with telling() as tell:
            lines = fill(new, tell)
        if source is not None and not any(new.iterdir()):
            folder = source
        else:
            folder = data / name
            shutil.rmtree(folder, ignore_errors=True)
            new.chmod(0o755)
            new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    register(name, folder)
    return folder.resolve(), lines
