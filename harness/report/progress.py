"""Live progress of a run: bars on a terminal, now and then a line elsewhere. Listens to events.

Shows itself with a made-up run: `python -m harness.report.progress [| cat]`.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.progress import Task as RichTask
from rich.text import Text

from harness.events import Event
from harness.report.form import NOTHING, clock, percent, tame

WINDOW = 60.0
"""Seconds over which tokens per second are taken."""

FRAME = 0.2
"""Seconds between two drawings of a task: a run may tell of a thousand calls a second."""


@dataclass(slots=True)
class _Task:
    """What is known of one task so far."""

    name: str
    total: int
    done: int
    """Also what earlier invocations of the run had finished."""
    scored: int = 0
    earned: float = 0.0
    errors: int = 0
    played: int = 0
    """Finished by this invocation: what the time left is judged by."""
    began: float | None = None
    flying: set[str] = field(default_factory=set)
    calls: deque[tuple[float, int]] = field(default_factory=deque)
    tokens: int = 0
    """Of `calls`, which may be tens of thousands: they are not added up anew for each event."""
    heard: float = float("inf")
    """When the last call was answered or the last episode ended."""
    drawn: float = float("-inf")

    def hear(self, event: Event, now: float) -> None:
        if event.kind in ("call", "result"):
            self.heard = now
        if event.kind == "episode":
            self.flying.add(event.episode)
            self.began = now if self.began is None else self.began
        elif event.kind == "call":
            self.calls.append((now, event.usage.completion_tokens))
            self.tokens += event.usage.completion_tokens
        elif event.kind == "result":
            self._result(event)

    def _result(self, event: Event) -> None:
        if event.value is None:
            self.errors += 1
        else:
            self.scored += 1
            self.earned += event.value
        if event.text != "before":  # a result of an earlier invocation is among the finished already
            self.flying.discard(event.episode)
            self.done += 1
            self.played += 1

    @property
    def score(self) -> str:
        return percent(self.earned / self.scored) if self.scored else NOTHING

    def speed(self, now: float) -> str:
        """Completion tokens a second."""
        while self.calls and self.calls[0][0] < now - WINDOW:
            self.tokens -= self.calls.popleft()[1]
        if not self.calls or self.began is None:
            return NOTHING
        span = min(WINDOW, max(now - self.began, 0.1))
        return f"{self.tokens / span:.0f}"

    def left(self, now: float) -> str:
        if self.done >= self.total:
            return clock(0)
        if self.began is None or not self.played or now - self.heard > WINDOW:
            return NOTHING
        return clock((self.total - self.done) * (now - self.began) / self.played)

    def line(self, now: float) -> str:
        errors = f", {self.errors} error{'s' if self.errors > 1 else ''}" if self.errors else ""
        said = f"{tame(self.name)} {self.done}/{self.total}, score {self.score} %{errors}"
        if self.done >= self.total:
            return said
        return f"{said}, {len(self.flying)} in flight, {self.speed(now)} tok/s, {self.left(now)} left"


class Progress:
    """Use it as a context manager and give it to the runner as a listener.

    Leaving the context, also by Ctrl-C, gives the terminal back as it was. `quiet` leaves only warnings.
    """

    def __init__(
        self,
        console: Console,
        quiet: bool = False,
        every: float = 5.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.console = console
        self.quiet = quiet
        self.every = every
        self.now = now
        self._tasks: dict[str, _Task] = {}
        self._rows: dict[str, TaskID] = {}
        live = console.is_terminal and not console.is_dumb_terminal and not quiet
        self._bars = _bars(console, now) if live else None
        self._told = now()

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, event: Event) -> None:
        if event.kind == "warning":
            self.console.print(Text("warning: " + tame(event.text), "yellow"), soft_wrap=True)
        elif event.kind == "run":
            self._tasks[event.task] = _Task(event.task, event.total, event.finished)
            self._draw(event.task)
        elif event.task in self._tasks:
            self._tasks[event.task].hear(event, self.now())
            self._draw(event.task)
            self._tell(event)

    def _draw(self, name: str) -> None:
        task, now = self._tasks[name], self.now()
        if self._bars is None or (now - task.drawn < FRAME and task.done < task.total):
            return
        task.drawn = now
        if name not in self._rows:
            self._rows[name] = self._bars.add_task(tame(name, 16), total=task.total, **_fields(task, now))
        self._bars.update(self._rows[name], completed=task.done, **_fields(task, now))

    def _tell(self, event: Event) -> None:
        """Off a terminal: a line when a task ends, and otherwise at most one every few seconds."""
        if self._bars is not None or self.quiet or event.text == "before":
            return
        now, task = self.now(), self._tasks[event.task]
        ended = event.kind == "result" and task.done >= task.total
        if not ended and now - self._told < self.every:
            return
        self._told = now
        open_ones = [t for t in self._tasks.values() if t.began is not None and t.done < t.total]
        said = [task] if ended else open_ones
        self.console.print(Text("; ".join(t.line(now) for t in said)), soft_wrap=True)


def _fields(task: _Task, now: float) -> dict[str, Any]:
    return {
        "score": task.score,
        "errors": f" {task.errors} err" if task.errors else "",
        "flying": str(len(task.flying)),
        "speed": task.speed(now),
        "left": task.left(now),
        "heard": task.heard,
    }


class _Fresh(TextColumn):
    """A field that is blank once nothing has come for a minute: events redraw it, and then there are none."""

    def __init__(self, form: str, style: str, now: Callable[[], float]) -> None:
        super().__init__(form, style=style, markup=False)
        self.now = now

    def render(self, task: RichTask) -> Text:
        silent = self.now() - task.fields["heard"] > WINDOW and not task.finished
        return Text("") if silent else super().render(task)


def _bars(console: Console, now: Callable[[], float]) -> Bars:
    def text(form: str, style: str = "none") -> TextColumn:
        return TextColumn(form, style=style, markup=False)

    return Bars(
        text("{task.description}"),
        BarColumn(bar_width=None),
        text("{task.completed:.0f}/{task.total:.0f}"),
        text("{task.fields[score]} %", "bold"),
        text("{task.fields[errors]}", "red"),
        text("{task.fields[flying]} in flight", "dim"),
        _Fresh("{task.fields[speed]} tok/s", "dim", now),
        _Fresh("{task.fields[left]} left", "cyan", now),
        console=console,
        transient=True,
        refresh_per_second=4,
        expand=True,
    )


def _demo() -> None:
    from random import Random

    from harness.types import Status, Usage

    random = Random(0)
    with Progress(Console(stderr=True), every=0.2) as progress:
        for name in ("db", "os"):
            progress(Event("run", name, total=20))
        for name in ("db", "os"):
            for i in range(20):
                progress(Event("episode", name, f"{name}/{i}#1"))
                time.sleep(0.02)
                progress(Event("call", name, f"{name}/{i}#1", usage=Usage(1, 500, 60)))
                value = float(random.random() < 0.4)
                progress(Event("result", name, f"{name}/{i}#1", status=Status.COMPLETED, value=value))
        progress(Event("done"))


if __name__ == "__main__":
    _demo()
