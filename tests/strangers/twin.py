"""Offers a task of the name that good.py's task has."""

from harness import Task, hookimpl


class Parrot(Task):
    name = "parrot"
    samples = rules = open = solve = None


@hookimpl
def harness_tasks():
    return [Parrot()]
