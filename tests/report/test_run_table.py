"""The final table: narrow, piped, and with text that others wrote in it."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.records import EpisodeRecord, RunRecord
from harness.report import demo
from harness.report.summary import summarise
from harness.report.table import render, to_json
from harness.types import Score, Status, Usage


def shown(run: RunRecord, episodes: Sequence[EpisodeRecord], width: int = 80, terminal: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file, width=width, force_terminal=terminal, color_system="standard" if terminal else None
    )
    render(summarise(run, episodes, where=Path("logs/2026-run")), console)
    return file.getvalue()


def crowded() -> tuple[RunRecord, list[EpisodeRecord]]:
    """The widest numbers that a table is likely to see."""
    task = demo.task("household", 300, "v0.2", "agentbench-std")
    usage = {"act": Usage(20, 70_000, 900)}
    episodes = [
        demo.episode("household", s, 1.0, started=60.0 * i, seconds=60.0, usage=usage)
        for i, s in enumerate(task.samples)
    ]
    return demo.run(task), episodes


def test_it_says_score_interval_denominator_statuses_and_where_the_records_are() -> None:
    said = shown(*demo.run_with_trouble())
    assert re.search(r"db +26\.3 11\.8–48\.8 19/20 +15 +0 +1 +2 +1 +1 +4\.0 +54k +42\.0s", said)
    assert re.search(r"os +37\.5 18\.5–61\.4 16/20", said)
    for head in ("CLE", "IF", "IA", "TLE", "err", "turns", "tokens", "time"):
        assert head in said
    assert "not defined" in said
    assert "act 85k in 152 calls, judge 3.0k in 4 calls" in said
    assert "Records  logs/2026-run" in said


def test_it_tells_what_is_left_out_why_and_how_to_go_on() -> None:
    said = shown(*demo.run_with_trouble())
    assert "db: 19 of 20 episodes scored; 1 error and 0 not played are left out, not counted as zeros" in said
    assert "1 × environment error, first db/test-003#1:\n    mariadbd went away" in said
    assert "harness run --tasks db,os --model smollm2 --strategy multibranch --resume logs/2026-run\n" in said


def test_a_complete_run_needs_no_resuming() -> None:
    said = shown(*crowded())
    assert "Resume" not in said
    assert "left out" not in said


@pytest.mark.parametrize("terminal", [True, False])
def test_it_fits_eighty_columns(terminal: bool) -> None:
    said = re.sub("\x1b[^m]*m", "", shown(*crowded(), terminal=terminal))
    table = said.split("Overall")[0].splitlines()
    assert max(map(len, table)) <= 80
    assert re.search(r"household +100\.0 98\.7–100\.0 300/300 +300 +0 +0 +0 +0 +0 +4\.0 +21M +5h00m", said)


@pytest.mark.parametrize("width", [20, 40, 60])
def test_no_number_is_cut_short_where_the_console_is_too_narrow(width: int) -> None:
    said = shown(*crowded(), width=width)
    assert "98.7–100.0" in said
    assert "300/300" in said
    assert "…" not in said


def test_a_pipe_gets_no_colour_and_a_terminal_does() -> None:
    assert "\x1b" not in shown(*demo.run_with_trouble())
    assert "\x1b" in shown(*demo.run_with_trouble(), terminal=True)


def test_messages_are_not_wrapped_in_a_pipe() -> None:
    run, episodes = demo.run_with_trouble()
    error = {"side": "model", "what": "word " * 60 + "end"}
    episodes = [replace(e, error=error) if e.status is Status.ERROR else e for e in episodes]
    assert "word word end\n" in shown(run, episodes)


def test_markup_and_control_characters_of_others_are_shown_as_they_are() -> None:
    run, episodes = demo.run_with_trouble()
    error = {"side": "model", "what": "[bold]boom[/bold]\x1b[2J\x07"}
    episodes = [replace(e, error=error) if e.status is Status.ERROR else e for e in episodes]
    said = shown(replace(run, model="[red]x[/red]"), episodes)
    assert "[red]x[/red] · multibranch" in said
    assert "[bold]boom[/bold]\\x1b[2J\\x07" in said


def test_an_oracle_carries_a_dagger_and_its_footnote() -> None:
    task = demo.task("db", 1)
    run = demo.run(task, strategy="best-of-n", oracle=True)
    said = shown(run, [demo.episode("db", task.samples[0], 1.0)])
    assert "best-of-n †" in said
    assert "† looks at the true score" in said


def test_samples_that_cannot_be_played_are_listed_with_their_reason() -> None:
    skipped = {"std-7": "needs npm", "std-8": "needs npm", "std-9": "its script is missing"}
    task = replace(demo.task("os", 1), skipped=skipped)
    said = shown(demo.run(task), [demo.episode("os", task.samples[0], 1.0)])
    assert "2 samples of test cannot be played here (std-7, std-8): needs npm" in said
    assert "1 sample of test cannot be played here (std-9): its script is missing" in said


def test_raw_and_corrected_scores_and_progress_are_shown() -> None:
    task = demo.task("db", 1)
    scored = replace(
        demo.episode("db", task.samples[0], 1.0), score=Score(1.0, {"raw": 0.0, "corrected": 1.0}, 0.25)
    )
    said = shown(demo.run(task), [scored])
    assert "Errata   db raw 0.0, corrected 100.0" in said
    assert "db 25.0 (n 1)" in said


def test_json_has_the_documented_shape() -> None:
    summary = summarise(*demo.run_with_trouble(), where=Path("logs/2026-run"))
    said = json.loads(json.dumps(to_json(summary)))
    assert said["format"] == 1
    assert said["run"] == "logs/2026-run"
    assert said["overall"] is None
    assert "not defined" in said["overall_why"]
    db = said["tasks"][0]
    assert (db["task"], db["n"], db["planned"], db["errors"], db["missing"]) == ("db", 19, 20, 1, 0)
    assert db["score"] == pytest.approx(5 / 19)
    assert db["low"] < db["score"] < db["high"]
    assert db["statuses"]["completed"] == 15
    assert set(db["statuses"]) == {str(s) for s in Status}
    assert db["usage"]["judge"]["calls"] == 4
    assert said["tasks"][1]["missing"] == 4


def test_json_of_an_unscored_task_says_null() -> None:
    said = to_json(summarise(demo.run(demo.task("db", 2)), []))
    assert said["tasks"][0]["score"] is None
    assert said["complete"] is False


def test_what_the_environment_asked_is_told_beside_the_agents_tokens() -> None:
    usage = {"act": Usage(1, 200, 12), "host": Usage(3, 70_000, 900)}
    task = demo.task("puzzles", 1)
    episodes = [demo.episode("puzzles", task.samples[0], 1.0, usage=usage)]
    said = shown(demo.run(task), episodes, width=120)
    (row,) = (line for line in said.splitlines() if line.startswith("puzzles"))
    assert " 212 " in row
    assert "Tokens   act 212 in 1 call, host 71k in 3 calls" in said
    (told,) = to_json(summarise(demo.run(task), episodes))["tasks"]
    assert told["tokens"] == 212 and told["usage"]["host"]["prompt_tokens"] == 70_000
