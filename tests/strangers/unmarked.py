"""Forgets to mark its hook."""


def harness_tasks():
    return ()
