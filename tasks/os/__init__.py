"""The task `os`: problems to be solved in the shell of a private Linux machine."""

from collections.abc import Iterable

from harness import Task, hookimpl

from .task import OsTask


@hookimpl
def harness_tasks() -> Iterable[Task]:
    return (OsTask(),)
