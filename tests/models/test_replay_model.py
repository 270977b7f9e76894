"""`replay/RUN`: an earlier run, bit for bit, or an error that says where it diverged."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from harness.plugins.models import replay

from harness import ModelOptions, UsageError


def play(folder: Path, model: str, *options: str) -> tuple[Path, list[dict[str, Any]]]:
    """A run of `harness run`, and its episode records without what is timed."""
    command = [sys.executable, "-m", "harness", "run", "--tasks", "db", "--limit", "4", "--model", model]
    done = subprocess.run(
        [*command, "--log-dir", str(folder), "--json", *options], capture_output=True, text=True, timeout=60
    )
    assert done.returncode in (0, 1), done.stderr
    (file,) = folder.rglob("episodes.jsonl")
    records = sorted(
        (json.loads(line) for line in file.read_text().splitlines()), key=lambda r: str(r["sample"])
    )
    for record in records:
        for timed in ("seconds", "started"):
            del record[timed]
        for used in record["usage"].values():
            del used["seconds"]
    return file.parent, records


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    return play(tmp_path_factory.mktemp("earlier"), "random", "--strategy", "multibranch")


def test_a_run_is_repeated_bit_for_bit(earlier: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    run, records = earlier
    _, again = play(tmp_path, f"replay/{run}", "--strategy", "multibranch")
    assert again == records
    assert all(r["error"] is None for r in again)


TIGHT = """
from harness import ContextLimit, hookimpl
from harness.plugins.models import random


class Tight(random.Random):
    name = "tight"

    def bind(self, episode):
        return Player(episode)


class Player(random._Player):
    async def generate(self, request):
        if request.purpose != "act" or request.turn > 1:
            raise ContextLimit("too long")
        return await super().generate(request)


@hookimpl
def harness_model(name, options):
    return Tight() if name == "tight" else None
"""


def test_questions_that_did_not_fit_into_the_model_do_not_fit_again(tmp_path: Path) -> None:
    (tmp_path / "tight.py").write_text(TIGHT)
    strategy = ("--strategy", "decompose,multibranch")
    run, records = play(tmp_path / "first", "tight", *strategy, "--plugin", str(tmp_path / "tight.py"))
    asked = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    assert {"plan", "judge"} <= {line["purpose"] for line in asked if line.get("replies") == []}
    assert "context limit" in {r["status"] for r in records}
    _, again = play(tmp_path / "again", f"replay/{run}", *strategy)
    assert again == records


def test_another_strategy_diverges_and_is_told_where(
    earlier: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    _, again = play(tmp_path, f"replay/{earlier[0]}", "--strategy", "react")
    assert {r["status"] for r in again} == {"error"}
    assert all(r["error"]["side"] == "model" for r in again)
    assert all("diverged from" in r["error"]["what"] and "at call 0" in r["error"]["what"] for r in again)


def test_a_journal_that_ends_early_is_told_with_the_call(
    earlier: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    run = tmp_path / "cut"
    run.mkdir()
    lines = (earlier[0] / "events.jsonl").read_text().splitlines(keepends=True)
    first = {json.loads(line)["episode"]: line for line in reversed(lines) if '"event":"call"' in line}
    (run / "events.jsonl").write_text("".join(first.values()) + lines[0][:20])  # and a torn line
    _, again = play(tmp_path / "runs", f"replay/{run}", "--strategy", "multibranch")
    assert any("made no call 1" in r["error"]["what"] for r in again if r["error"])


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    for name in (f"replay/{tmp_path}", "replay/"):
        with pytest.raises(UsageError, match="no run directory"):
            replay.harness_model(name, ModelOptions())


def test_only_the_latest_attempt_of_an_episode_counts(tmp_path: Path) -> None:
    def line(attempt: int, seq: int, text: str) -> str:
        said = {
            "event": "call",
            "episode": "e",
            "attempt": attempt,
            "seq": seq,
            "key": text,
            "purpose": "act",
        }
        return json.dumps({**said, "replies": [], "usage": {}}) + "\n"

    file = tmp_path / "events.jsonl"
    file.write_text(line(0, 0, "old") + line(0, 1, "old") + line(1, 0, "new"))
    assert {seq: c["key"] for seq, c in replay.journal(file)["e"].items()} == {0: "new"}
