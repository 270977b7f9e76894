"""Progress of long work: a bar on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from harness.task import Tell

PAUSE: Final = 5.0
"""Seconds between two lines in a log."""


@contextmanager
def telling() -> Iterator["Tell"]:
    """`tell(what, done, total)` for the length of the work; everything goes to standard error."""
    if not sys.stderr.isatty():
        yield _Log()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task("", total=None)

        def tell(what: str, done: int = 0, total: int | None = None) -> None:
            bar.update(row, description=what, completed=done, total=total)

        yield tell


class _Log:
    def __init__(self) -> None:
        self.what = ""
        self.last = 0.0

    def __call__(self, what: str, done: int = 0, total: int | None = None) -> None:
        if what == self.what and time.monotonic() - self.last < PAUSE:
            return
        self.what, self.last = what, time.monotonic()
        of = f" of {total}" if total else ""
        click.echo(f"{what} {done}{of}" if done else what, err=True)
