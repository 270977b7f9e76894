"""Progress: bars on a terminal, few plain lines elsewhere, and the terminal given back afterwards."""

import io
import re

import pytest
from rich.console import Console

from harness.events import Event
from harness.report.progress import Progress
from harness.types import Status, Usage


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def result(task: str, episode: str, value: float | None, text: str = "") -> Event:
    status = Status.ERROR if value is None else Status.COMPLETED
    return Event("result", task, episode, status=status, value=value, text=text)


def play(
    progress: Progress, clock: Clock, task: str, values: list[float | None], seconds: float = 2.0
) -> None:
    """One episode after another, 100 completion tokens each."""
    for i, value in enumerate(values):
        progress(Event("episode", task, f"{task}/{i}#1"))
        clock.time += seconds
        progress(Event("call", task, f"{task}/{i}#1", purpose="act", usage=Usage(1, 500, 100)))
        progress(result(task, f"{task}/{i}#1", value))


def piped(quiet: bool = False) -> tuple[Progress, Clock, io.StringIO]:
    file, clock = io.StringIO(), Clock()
    return Progress(Console(file=file, width=80), quiet, now=clock), clock, file


def test_off_a_terminal_a_line_comes_at_most_every_five_seconds_and_at_the_end_of_a_task() -> None:
    progress, clock, file = piped()
    with progress:
        progress(Event("run", "db", total=20))
        play(progress, clock, "db", [1.0] * 20)  # 40 seconds
    lines = file.getvalue().splitlines()
    assert len(lines) == 7
    assert lines[-1] == "db 20/20, score 100.0 %"
    assert "\x1b" not in file.getvalue()


def test_a_line_says_score_episodes_in_flight_speed_and_time_left() -> None:
    progress, clock, file = piped()
    progress(Event("run", "db", total=10))
    play(progress, clock, "db", [1.0, 0.0])
    progress(Event("episode", "db", "db/7#1"))
    clock.time = 6.0
    progress(Event("call", "db", "db/7#1", usage=Usage(1, 500, 100)))
    assert file.getvalue() == "db 2/10, score 50.0 %, 1 in flight, 50 tok/s, 24.0s left\n"


def test_errors_are_shown_and_left_out_of_the_running_score() -> None:
    progress, clock, file = piped()
    progress(Event("run", "db", total=3))
    play(progress, clock, "db", [1.0, None, 0.0])
    assert file.getvalue().splitlines()[-1] == "db 3/3, score 50.0 %, 1 error"


def test_a_resumed_run_counts_what_was_finished_before_once_and_not_as_speed() -> None:
    progress, clock, file = piped()
    progress(Event("run", "db", total=10, finished=6))
    for i in range(6):
        progress(result("db", f"db/{i}#1", 0.0, text="before"))
    assert file.getvalue() == ""
    play(progress, clock, "db", [1.0, 1.0], seconds=3.0)
    assert file.getvalue() == "db 7/10, score 14.3 %, 1 in flight, 33 tok/s, 18.0s left\n"


def test_speed_forgets_calls_of_long_ago() -> None:
    progress, clock, file = piped()
    progress(Event("run", "db", total=10))
    progress(Event("episode", "db", "db/0#1"))
    progress(Event("call", "db", "db/0#1", usage=Usage(1, 500, 6000)))
    clock.time = 100.0
    progress(Event("call", "db", "db/0#1", usage=Usage(1, 500, 600)))
    assert "10 tok/s" in file.getvalue()


def test_no_time_left_is_told_while_nothing_comes() -> None:
    progress, clock, file = piped()
    progress(Event("run", "db", total=10))
    play(progress, clock, "db", [1.0, 0.0])
    clock.time = 65.0
    progress(Event("episode", "db", "db/7#1"))
    assert file.getvalue() == "db 2/10, score 50.0 %, 1 in flight, – tok/s, – left\n"


def test_a_bar_that_nothing_redraws_tells_no_time_left_either() -> None:
    file, clock = io.StringIO(), Clock()
    with Progress(Console(file=file, width=100, force_terminal=True), now=clock) as progress:
        progress(Event("run", "db", total=10))
        play(progress, clock, "db", [1.0, 0.0])
        assert progress._bars is not None
        progress._bars.refresh()
        assert "s left" in file.getvalue()
        file.truncate(0)
        clock.time = 65.0
        progress._bars.refresh()
        assert "1/10" in file.getvalue() and "left" not in file.getvalue()


def test_tasks_in_play_share_a_line() -> None:
    progress, clock, file = piped()
    for name in ("db", "os"):
        progress(Event("run", name, total=10))
        progress(Event("episode", name, f"{name}/0#1"))
    clock.time = 5.0
    progress(result("db", "db/0#1", 1.0))
    assert re.fullmatch(r"db 1/10, .* left; os 0/10, score – %, 1 in flight, .* left\n", file.getvalue())


def test_quiet_leaves_only_warnings() -> None:
    progress, clock, file = piped(quiet=True)
    progress(Event("run", "db", total=5))
    play(progress, clock, "db", [1.0] * 5)
    progress(Event("warning", text="[red]plug-in[/red] 'nim' is slow"))
    assert file.getvalue() == "warning: [red]plug-in[/red] 'nim' is slow\n"


def test_a_terminal_gets_a_bar_a_task_and_its_cursor_back_even_after_ctrl_c() -> None:
    file, clock = io.StringIO(), Clock()
    console = Console(file=file, width=100, force_terminal=True)
    progress = Progress(console, now=clock)
    with pytest.raises(KeyboardInterrupt), progress:
        progress(Event("run", "[b]db[/b]", total=4))
        play(progress, clock, "[b]db[/b]", [1.0, 0.0, None, 1.0])
        raise KeyboardInterrupt
    said = file.getvalue()
    assert said.count("\x1b[?25l") == said.count("\x1b[?25h") == 1  # cursor hidden, cursor shown
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said)
    assert re.search(r"\[b\]db\[/b\] .* 4/4 +66\.7 % +1 err +0 in flight", plain)
    with Progress(console):
        pass  # rich allows one live display at a time: the first one has ended


def test_events_of_unknown_tasks_and_the_end_of_a_run_say_nothing() -> None:
    progress, _, file = piped()
    progress(Event("step", "nim", "nim/1#1"))
    progress(Event("done"))
    assert file.getvalue() == ""
