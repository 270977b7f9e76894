"""`harness data add` and `make` for data that a task takes or makes: whole or not at all."""

import json
from pathlib import Path

import pytest

from harness.registry import registered
from harness.testing import harness

RIDDLE = ("--plugin", Path(__file__).parent / "plugins" / "riddle.py")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_what_the_task_converts_is_registered(tmp_path: Path, home: Path) -> None:
    (tmp_path / "list").write_text("b a")
    done = harness("data", "add", "words", tmp_path / "list", *RIDDLE)
    assert done.code == 0, done.err
    assert "2 words" in done.out and "reading words 1 of 2" in done.err
    assert (registered()["words"] / "words.txt").read_text() == "a\nb"
    assert registered()["words"] == home / "data" / "words"


def test_what_can_be_used_as_it_is_stays_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("one")
    assert harness("data", "add", "words", tmp_path / "list", *RIDDLE).code == 0
    assert registered()["words"] == tmp_path / "list"


def test_a_failed_conversion_leaves_what_was_there(tmp_path: Path, home: Path) -> None:
    (tmp_path / "list").write_text("b a")
    harness("data", "add", "words", tmp_path / "list", *RIDDLE)
    (tmp_path / "empty").write_text("")
    done = harness("data", "add", "words", tmp_path / "empty", *RIDDLE)
    assert done.code == 2 and f"{tmp_path / 'empty'}:1" in done.err
    assert (registered()["words"] / "words.txt").exists()
    assert [p.name for p in (home / "data").iterdir()] == ["words"]


def test_what_is_not_there_is_described(tmp_path: Path) -> None:
    done = harness("data", "add", "words", tmp_path / "none", *RIDDLE)
    assert done.code == 2
    assert "does not exist; words is a text file, one word a line" in done.err


def test_made_data_is_registered_under_the_name_of_the_task() -> None:
    for count in ("2", "3"):
        assert harness("data", "make", "riddle", "-T", f"count={count}", *RIDDLE).code == 0
    assert (registered()["riddle"] / "words.txt").read_text() == "made\n" * 3
    (row,) = json.loads(harness("data", "list", "--json").out)["data"]
    assert row["name"] == "riddle" and row["there"]


def test_a_task_without_data_to_make_says_so() -> None:
    done = harness("data", "make", "db")
    assert done.code == 2
    assert "has no data to make" in done.err


def test_an_option_with_a_prefix_is_for_one_task_of_the_run(tmp_path: Path) -> None:
    asked = ("run", "--tasks", "riddle", "--model", "oracle", *RIDDLE, "--dry-run", "-o", tmp_path)
    assert harness(*asked, "-T", "riddle.engine=x").code == 0
    done = harness(*asked, "-T", "db.engine=sqlite")
    assert done.code == 2
    assert "-T db.engine: 'db' is not played" in done.err
