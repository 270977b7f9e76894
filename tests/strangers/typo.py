"""Misspells its hook."""

from harness import hookimpl


@hookimpl
def harness_task():
    return ()
