"""The task `mind2web`: what to do next on a web page, one step after the other. See README.md."""

from collections.abc import Iterable

from harness import Task, hookimpl


@hookimpl
def harness_tasks() -> Iterable[Task]:
    from .task import Mind2WebTask

    return [Mind2WebTask()]
