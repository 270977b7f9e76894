"""A run that is killed loses at most the step in flight, and its resumed records are an unbroken run's."""

import asyncio
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from harness import ContextLimit, Message, Model, Request, Response
from harness.journal import EpisodeJournal, tries
from harness.meter import Meter
from harness.records import RunRecord, TaskRecord
from harness.store import RunStore

PLUGIN = Path(__file__).parent / "plugins" / "walk.py"
STRATEGY = ["--strategy", "multibranch,backtrack", "-S", "branches=3"]


def command(folder: Path, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "harness", "run", "walk", "--plugin", str(PLUGIN), "-m", "walker",
        "--log-dir", str(folder), "--epochs", "3", "-n", "2", "--json", *STRATEGY, *more,
    ]  # fmt: skip


def run(folder: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run(command(folder, *more), env=env, capture_output=True, text=True, timeout=60)


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    (file,) = folder.glob(f"*/{name}")
    return [json.loads(line) for line in file.read_text().splitlines()]


def measured(folder: Path) -> dict[str, Any]:
    """What an episode measured: all but times."""

    def timeless(thing: Any) -> Any:
        if isinstance(thing, dict):
            return {k: timeless(v) for k, v in thing.items() if k not in ("seconds", "started")}
        return [timeless(x) for x in thing] if isinstance(thing, list) else thing

    return {f"{e['sample']}#{e['epoch']}": timeless(e) for e in lines(folder, "episodes.jsonl")}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("unbroken")
    assert run(folder).returncode == 0
    return measured(folder)


@pytest.mark.parametrize("seed", range(3))
def test_a_run_killed_at_random_moments_resumes_to_the_records_of_an_unbroken_one(
    tmp_path: Path, seed: int, unbroken: dict[str, Any]
) -> None:
    draw = random.Random(seed)
    for _ in range(4):
        killed = subprocess.Popen(
            command(tmp_path),
            env={**os.environ, "WALK_PAUSE": "0.15"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(0.5 + draw.random())
        assert killed.poll() is None, "too fast: it was to be killed"
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    assert run(tmp_path).returncode == 0
    assert len(list(tmp_path.glob("*/run.json"))) == 1, "the same command resumes, it does not start anew"
    assert measured(tmp_path) == unbroken
    calls = [(e["episode"], e["attempt"], e["seq"]) for e in lines(tmp_path, "events.jsonl") if "seq" in e]
    assert len(calls) == len(set(calls)), "no answered call was asked again"
    finished = [e["sample"] + str(e["epoch"]) for e in lines(tmp_path, "episodes.jsonl")]
    assert len(finished) == len(set(finished)), "no finished episode was played again"


def test_ctrl_c_finishes_writing_and_says_how_to_go_on(tmp_path: Path, unbroken: dict[str, Any]) -> None:
    stopped = subprocess.Popen(
        command(tmp_path), env={**os.environ, "WALK_PAUSE": "0.1"}, stderr=subprocess.PIPE, text=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not any(f.stat().st_size for f in tmp_path.glob("*/events.jsonl")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    stopped.send_signal(signal.SIGINT)
    _, said = stopped.communicate(timeout=20)
    hint = said.splitlines()[-1]
    assert hint.startswith("harness run walk --plugin")
    assert " --resume " in hint
    assert stopped.returncode == 1
    resumed = subprocess.run([sys.executable, "-m", *shlex.split(hint)], capture_output=True, timeout=60)
    assert resumed.returncode == 0, "the hint is a command that works"
    assert measured(tmp_path) == unbroken


def test_an_environment_that_breaks_is_an_error_and_the_run_goes_on(tmp_path: Path) -> None:
    broken = run(tmp_path, "--epochs", "1", WALK_BREAKS="2")
    assert broken.returncode == 1
    by_sample = {e["sample"]: e for e in lines(tmp_path, "episodes.jsonl")}
    assert by_sample["from2"]["status"] == "error"
    assert by_sample["from2"]["score"] is None
    assert by_sample["from2"]["error"]["side"] == "environment"
    assert "the floor gave way" in by_sample["from2"]["error"]["what"]
    spent = by_sample["from2"]["usage"]
    assert (spent["act"]["calls"], spent["act"]["completion_tokens"]) == (1, 6), "its tokens were spent"
    assert (by_sample["from2"]["steps"], len(by_sample["from2"]["nodes"])) == (1, 1)
    (task,) = json.loads(broken.stdout)["tasks"]
    assert (task["n"], task["statuses"]["error"]) == (3, 1)
    mended = run(tmp_path, "--epochs", "1")
    assert mended.returncode == 0, "the same command plays what failed again, and only that"
    assert [e["sample"] for e in lines(tmp_path, "episodes.jsonl")].count("from2") == 2
    assert json.loads(mended.stdout)["tasks"][0]["n"] == 4


def test_a_run_goes_on_with_the_weights_it_was_begun_with_or_not_at_all(tmp_path: Path) -> None:
    assert run(tmp_path, "--epochs", "1", WALK_BREAKS="2", WALK_WEIGHTS="first").returncode == 1
    other = run(tmp_path, "--epochs", "1", WALK_WEIGHTS="second")
    assert other.returncode == 2
    assert "sha256 (was first, is second)" in other.stderr
    assert "--new" in other.stderr
    assert len(lines(tmp_path, "episodes.jsonl")) == 4, "nothing was played"
    assert run(tmp_path, "--epochs", "1", "--new", WALK_WEIGHTS="second").returncode == 0
    assert run(tmp_path, "--epochs", "1", WALK_WEIGHTS="first").returncode == 0


def test_other_facts_may_change_and_the_record_says_what_came_after_what(tmp_path: Path) -> None:
    run(tmp_path, "--epochs", "1", WALK_BREAKS="2", WALK_DEVICE="cuda")
    assert run(tmp_path, "--epochs", "1", WALK_DEVICE="cpu").returncode == 0
    (file,) = tmp_path.glob("*/run.json")
    assert json.loads(file.read_text())["model_facts"] == {"sha256": "first", "device": "cuda, then cpu"}


MINE = """
from harness import Strategy, hookimpl

class Mine(Strategy):
    name = "mine"

@hookimpl
def harness_strategy(name):
    return Mine if name == "mine" else None
"""


def test_a_plugin_file_may_be_edited_until_an_episode_counts(tmp_path: Path) -> None:
    file, runs = tmp_path / "mine.py", tmp_path / "runs"
    mine = ("--epochs", "1", "--strategy", "multibranch,mine", "--plugin", str(file))
    file.write_text(MINE)
    assert run(runs, *mine, "--limit", "1", WALK_BREAKS="0").returncode == 1
    file.write_text(MINE + "# mended")
    assert run(runs, *mine, "--limit", "1").returncode == 0
    assert run(runs, *mine, WALK_BREAKS="2").returncode == 1
    file.write_text(MINE + "# another")
    edited = run(runs, *mine)
    assert edited.returncode == 2
    assert "mine (was " in edited.stderr


def test_a_prompt_that_outgrew_the_model_is_not_sent_again(tmp_path: Path) -> None:
    class Small(Model):
        asked = 0

        async def generate(self, request: Request) -> Response:
            self.asked += 1
            raise ContextLimit("too long")

    model = Small()
    task = TaskRecord("t", "native", "text", "test", ("a",), {})
    with RunStore.create(tmp_path, RunRecord("m", "react", False, (task,), 1, 0, "p", "c")) as store:
        for past in ({}, None):
            known = tries(store, {})["t/a#1"][1] if past is None else past
            meter = Meter({"act": model}, journal=EpisodeJournal(store, "t/a#1", 0, known))
            with pytest.raises(ContextLimit):
                asyncio.run(meter.generate([Message("user", "a long story")], purpose="plan"))
    assert model.asked == 1


def test_fail_on_error_stops_the_run(tmp_path: Path) -> None:
    stopped = run(tmp_path, "--fail-on-error", "--epochs", "1", "-n", "1", WALK_BREAKS="1")
    assert stopped.returncode == 1
    assert "walk/from1#1 failed (environment)" in stopped.stderr
    assert [e["sample"] for e in lines(tmp_path, "episodes.jsonl")] == ["from0", "from1"]


def test_another_command_cannot_resume_a_run(tmp_path: Path) -> None:
    run(tmp_path, "--epochs", "1")
    (made,) = tmp_path.glob("*/run.json")
    other = run(tmp_path, "--seed", "1", "--resume", str(made.parent))
    assert other.returncode == 2
    assert "was made by another command" in other.stderr
