"""The task `webshop`: find, configure and buy a product in a web shop. See README.md."""

from collections.abc import Iterable

from harness import Task, hookimpl


@hookimpl
def harness_tasks() -> Iterable[Task]:
    from .task import WebShopTask

    return [WebShopTask()]
