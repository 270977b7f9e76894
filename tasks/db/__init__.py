"""The task `db`: questions about and changes to a database, by SQL. See README.md."""

from collections.abc import Iterable

from harness import Task, hookimpl


@hookimpl
def harness_tasks() -> Iterable[Task]:
    from .task import DbTask

    return [DbTask()]
