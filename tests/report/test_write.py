"""A leaderboard as a table, Markdown, CSV and JSON; names are others' text."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from harness.errors import UsageError
from harness.report import demo
from harness.report.board import Board
from harness.report.leaderboard import leaderboard
from harness.report.write import escape, to_csv, to_json, to_markdown, write


def board(model: str = "smollm2", profile: str = "v0.2", oracle: bool = False) -> Board:
    task = demo.task("db", 4, profile, "agentbench-std")
    record = demo.run(task, model=model, oracle=oracle)
    episodes = [demo.episode("db", s, float(i == 0)) for i, s in enumerate(task.samples[:3])]
    return leaderboard([(record, episodes)], published=profile != "native")


def written(b: Board, form: str, width: int = 80) -> str:
    file = io.StringIO()
    write(b, form, Console(file=file, width=width))
    return file.getvalue()


def test_the_table_shows_score_interval_and_denominator() -> None:
    said = written(board(oracle=True), "table")
    lines = said.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("smollm2"))
    assert re.search(r"smollm2 +react † +33\.3", lines[at])
    assert "6.1–79.2" in lines[at + 1]
    assert "3/4" in lines[at + 2]
    assert re.search(r"gpt-4-0613 +\(published\) +32\.0 +4\.01", said)
    assert "† looks at the true score" in said
    assert max(len(line) for line in lines[:20]) <= 80


def test_a_table_wider_than_the_console_loses_no_number() -> None:
    said = written(leaderboard([], published=True), "table", width=60)
    assert re.search(r"gpt-4-0613 .*42\.4 +32\.0 +58\.8 +74\.5 +16\.6 +78\.0 +61\.1 +29\.0 .*4\.01", said)
    assert "…" not in said


@pytest.mark.parametrize("form", ["table", "md"])
def test_markup_in_a_model_name_is_shown_not_obeyed(form: str) -> None:
    said = written(board("[red]x[/red]|<b>y\x1b[2J\nz"), form, width=200)
    assert "\x1b" not in said
    assert "red" in said
    assert ("[red]x[/red]|<b>y" in said) == (form == "table")


def test_a_pipe_in_a_model_name_opens_no_markdown_cell() -> None:
    lines = to_markdown(board("a|b")).splitlines()
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in lines if line.startswith("|")]
    assert set(cells) == {5}
    assert lines[0].startswith("| model | strategy | db (v0.2, agentbench-std) |")


def test_markdown_cells_say_interval_and_denominator() -> None:
    assert "| smollm2 | react | 33.3 [6.1–79.2] 3/4 | – |" in to_markdown(board())
    assert "| gpt-4-0613 | (published) | 32.0 | 4.01 |" in to_markdown(board())


@given(st.text(max_size=30))
def test_an_escaped_name_stays_in_one_line_and_one_cell(name: str) -> None:
    said = escape(name)
    assert len(said.splitlines()) <= 1
    bare = re.sub(r"\\.", "", said)
    assert not set(bare) & set("|<>[]`*_&")


def test_csv_has_a_line_a_row_and_full_numbers() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(board('a,"b"')))))
    assert len(rows) == 28
    mine = next(r for r in rows if r["published"] == "0")
    assert (mine["model"], mine["db n"], mine["db planned"]) == ('a,"b"', "3", "4")
    assert float(mine["db"]) == pytest.approx(1 / 3)
    gpt4 = next(r for r in rows if r["model"] == "gpt-4-0613")
    assert (gpt4["db"], gpt4["db n"], gpt4["overall v0.2"]) == ("0.32", "", "4.01")
    assert "leaderboard.png" in gpt4["source"]


def test_csv_says_of_each_column_what_was_mixed_in_it() -> None:
    one, other = demo.task("db", 2), demo.task("db", 2, split="train", grader="f" * 16)
    played = [
        (demo.run(t, strategy=s), [demo.episode("db", t.samples[0], 1.0)])
        for t, s in ((one, "a"), (other, "b"))
    ]
    rows = list(csv.DictReader(io.StringIO(to_csv(leaderboard(played, force=True)))))
    assert [(r["db splits"], r["db mixed"]) for r in rows] == [("test train", "split grader")] * 2
    (mine,) = csv.DictReader(io.StringIO(to_csv(board(profile="native"))))
    assert (mine["db splits"], mine["db mixed"]) == ("agentbench-std", "")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_model_name_is_no_formula_in_a_spreadsheet(name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(board(name, "native")))))
    assert rows[0]["model"] == "'" + name


def test_json_has_the_documented_shape() -> None:
    said = json.loads(written(board("[red]x[/red]"), "json"))
    assert said["format"] == 1
    assert {"model", "strategy", "published", "scores", "overall"} <= set(said["rows"][0])
    mine = next(r for r in said["rows"] if not r["published"])
    assert mine["model"] == "[red]x[/red]"
    assert mine["scores"] == {"db": pytest.approx(1 / 3)}
    assert mine["overall"] is None
    assert (mine["cells"]["db"]["n"], mine["cells"]["db"]["planned"]) == (3, 4)
    gpt4 = next(r for r in said["rows"] if r["model"] == "gpt-4-0613")
    assert (gpt4["published"], gpt4["scores"], gpt4["overall"]) == (True, {"db": 0.32}, 4.01)


def test_json_names_a_task_with_its_profile_where_it_has_several() -> None:
    native, fc = demo.task("db", 1), demo.task("db", 1, "fc")
    runs = [(demo.run(t), [demo.episode("db", t.samples[0], 1.0)]) for t in (native, fc)]
    runs[1] = (replace(runs[1][0], created="later"), runs[1][1])
    said = to_json(leaderboard(runs))
    assert [set(r["scores"]) for r in said["rows"]] == [{"db (native)", "db (fc)"}]
    assert [c["profile"] for c in said["columns"]] == ["native", "fc"]


def test_an_unknown_format_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--format xml: expected one of table, md, csv, json"):
        written(board(), "xml")
