"""The task `kg`: questions about a knowledge graph, by seven tools. See README.md."""

from collections.abc import Iterable

from harness import Task, hookimpl


@hookimpl
def harness_tasks() -> Iterable[Task]:
    from .task import KgTask

    return [KgTask()]
