"""Its hooks raise: the listener at the first event, the tasks when they are asked for."""

from harness import hookimpl


@hookimpl
def harness_tasks():
    raise KeyError("pile")


@hookimpl
def harness_event(event):
    raise RuntimeError("no ear")
