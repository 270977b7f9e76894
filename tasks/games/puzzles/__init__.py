"""The task `puzzles`: lateral-thinking puzzles, uncovered by yes/no questions. See README.md."""

from collections.abc import Iterable

from harness import Task, hookimpl


@hookimpl
def harness_tasks() -> Iterable[Task]:
    from .task import PuzzlesTask

    return [PuzzlesTask()]
