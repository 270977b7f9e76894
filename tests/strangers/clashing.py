"""Offers a task of a name that is taken by a built-in one."""

from harness import Task, hookimpl


class Db(Task):
    name = "db"
    samples = rules = open = solve = None


@hookimpl
def harness_tasks():
    return [Db()]
