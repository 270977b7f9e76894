"""The task `household`: everyday chores in a house described in words. See README.md."""

from collections.abc import Iterable

from harness import Task, hookimpl


@hookimpl
def harness_tasks() -> Iterable[Task]:
    from .task import HouseholdTask

    return [HouseholdTask()]
