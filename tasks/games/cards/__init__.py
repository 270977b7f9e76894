"""The task `cards`: Aquawar, AgentBench's digital card game."""

from collections.abc import Iterable

from harness import Task, hookimpl


@hookimpl
def harness_tasks() -> Iterable[Task]:
    from .task import CardsTask

    return [CardsTask()]
