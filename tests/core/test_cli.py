"""The commands around a run: what they print, what they refuse, how they end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli import COMMANDS
from harness.cli.run import _new_folder
from harness.errors import StoreError
from harness.testing import Done, harness

GOOD = Path(__file__).parents[1] / "strangers" / "good.py"
PLUGIN = ("--plugin", GOOD)


def ended(done: Done, code: int = 0) -> str:
    assert done.code == code, done
    return done.out


# Every command


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    assert f"Usage: harness {name}" in ended(harness(name, "--help"))


def test_a_mistyped_command_gets_a_suggestion() -> None:
    done = harness("audti", "db")
    assert done.code == 2
    assert "Did you mean 'audit'?" in done.err


# list


def test_list_shows_all_kinds_or_one() -> None:
    said = json.loads(ended(harness("list", "--json")))
    assert set(said) == {"tasks", "models", "strategies", "sandboxes", "executors", "exporters", "format"}
    assert {"db", "os"} <= {row["name"] for row in said["tasks"]}
    assert all(row["origin"].startswith("agentbench-harness ") for row in said["strategies"])
    only = ended(harness("list", "executors"))
    assert only.split()[:2] == ["local", "agentbench-harness"]


def test_list_of_an_unknown_kind_is_a_usage_error() -> None:
    assert "strategies" in harness("list", "strategy").err


# audit


def test_audit_json_has_exactly_the_documented_fields() -> None:
    said = json.loads(ended(harness("audit", "parrot", "--limit", "1", "--json", *PLUGIN)))
    assert set(said) == {"samples", "format"}
    (sample,) = said["samples"]
    assert set(sample) == {"id", "task", "expert", "why", "ok", "checks"}
    assert sample["id"] == "0"
    assert sample["task"] == "parrot"
    assert sample["expert"] is True
    assert sample["ok"] is True


def test_audit_of_an_unfair_task_says_why_and_ends_with_status_1(tmp_path: Path) -> None:
    file = tmp_path / "unfair.py"
    file.write_text(GOOD.read_text() + "\nWorld.score = lambda self: Score(0.25)\n")
    done = harness("audit", "parrot", "--limit", "1", "--plugin", file)
    out = ended(done, 1)
    assert "UNFAIR   parrot 0: expert: the expert scores 0.25" in out
    assert out.splitlines()[-1].startswith("parrot test: 1 samples, 0 fair, 1 unfair, 0 skipped (")
    said = json.loads(harness("audit", "parrot", "--limit", "1", "--json", "--plugin", file).out)
    assert said["samples"][0]["expert"] is False
    assert said["samples"][0]["ok"] is False
    assert "the expert scores 0.25" in said["samples"][0]["why"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((), "which task? for example: harness audit db"),
        (("parot",), "did you mean 'parrot'?"),
        (("parrot", "--profile", "v0.2"), "task 'parrot' has no profile 'v0.2'; it has native"),
        (("parrot", "--protocol", "tools"), "is played by text, not by 'tools'"),
        (("parrot", "--limit", "some"), "--limit some: expected a number"),
        (
            ("parrot", "--sample-id", "99"),
            "task 'parrot' has none of these that can be played; there are: 0, 1, 2",
        ),
        (("parrot", "-T", "speed"), "-T speed: expected key=value"),
    ],
)
def test_audit_refuses_what_it_cannot_do_with_status_2(asked: tuple[str, ...], said: str) -> None:
    done = harness("audit", *asked, *PLUGIN)
    assert done.code == 2
    assert said in done.err


# plugins


def test_plugins_lists_name_origin_version_and_hooks() -> None:
    rows = json.loads(harness("plugins", "--json", *PLUGIN).out)["plugins"]
    (good,) = [r for r in rows if r["name"] == "good"]
    assert good["origin"] == str(GOOD)
    assert good["version"].startswith("sha256:")
    assert "harness_event" in good["hooks"]
    (db,) = [r for r in rows if r["name"] == "db"]
    assert db["hooks"] == ["harness_tasks"]
    assert [bool(r["broken"]) for r in rows] == sorted(bool(r["broken"]) for r in rows), "broken ones last"


# new


def pytest_passes(folder: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_new_task_passes_its_audit_and_its_test(tmp_path: Path) -> None:
    out = ended(harness("new", "task", "my_sums", cwd=tmp_path))
    assert sorted(f.name for f in tmp_path.iterdir()) == ["my_sums.py", "test_my_sums.py"]
    assert len((tmp_path / "my_sums.py").read_text().splitlines()) <= 60
    first, second = (line.strip().split() for line in out.splitlines()[1:])
    assert "10 samples, 10 fair" in ended(harness(*first[1:], cwd=tmp_path))
    assert second == ["python", "-m", "pytest", "test_my_sums.py"]
    pytest_passes(tmp_path)


def test_a_new_strategy_and_a_new_model_pass_their_tests_and_play(tmp_path: Path) -> None:
    ended(harness("new", "strategy", "doubt", cwd=tmp_path))
    ended(harness("new", "model", "echo", cwd=tmp_path))
    pytest_passes(tmp_path)
    how = ["--strategy", "doubt", "-S", "every=1", "--model", "echo", "--limit", "1"]
    files = ["--plugin", "doubt.py", "--plugin", "echo.py"]
    ended(harness("run", "--tasks", "parrot", *how, *files, *PLUGIN, cwd=tmp_path))


def test_new_overwrites_nothing_and_refuses_bad_names(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("mine")
    done = harness("new", "task", "mine", cwd=tmp_path)
    assert done.code == 2
    assert "test_mine.py exists already" in done.err
    assert [f.name for f in tmp_path.iterdir()] == ["test_mine.py"]
    for name in ("3rd", "my-task", "class", "../x", "Db"):
        assert harness("new", "task", name, cwd=tmp_path).code == 2
    assert "there is a task 'db' already" in harness("new", "task", "db", cwd=tmp_path).err


# data


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has registered nothing."""
    monkeypatch.setenv("HARNESS_HOME", str(tmp_path / "home"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Part of an AgentBench checkout."""
    folder = tmp_path / "AgentBench"
    for name in ("data/dbbench/dev.jsonl", "data/os_interaction/data/1/a.json"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("[]\n")
    return folder


def test_a_partial_checkout_is_added_listed_and_removed(tmp_path: Path, checkout: Path) -> None:
    out = ended(harness("data", "add", "agentbench", checkout))
    assert "db         agentbench-dev  1 of 1 files" in out
    assert "db         agentbench-std  missing" in out
    assert "os         agentbench-std  1 files" in out
    (row,) = json.loads(ended(harness("data", "list", "--json")))["data"]
    assert row["name"] == "agentbench"
    assert row["path"] == str(checkout)
    assert row["there"] is True
    ended(harness("data", "remove", "agentbench"))
    assert checkout.is_dir()
    assert "no data is registered" in ended(harness("data", "list"))


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path, checkout: Path) -> None:
    wrong = harness("data", "add", "agentbench", tmp_path)
    assert wrong.code == 2
    assert "does not look like a checkout of THUDM/AgentBench" in wrong.err
    assert f"did you mean {checkout}?" in wrong.err
    assert harness("data", "add", "agentbench", tmp_path / "none").code == 2
    assert harness("data", "remove", "agentbench").code == 2


def test_a_git_repository_is_cloned_into_the_harness_home(tmp_path: Path, checkout: Path) -> None:
    git = ["git", "-C", str(checkout), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "data"]):
        subprocess.run([*git, *command], check=True)
    ended(harness("data", "add", "agentbench", checkout.as_uri()))
    assert (tmp_path / "home" / "data" / "agentbench" / "data" / "dbbench" / "dev.jsonl").is_file()
    again = harness("data", "add", "agentbench", checkout.as_uri())
    assert again.code == 2
    assert "exists already" in again.err


def test_a_clone_that_fails_says_what_to_do(tmp_path: Path) -> None:
    done = harness("data", "add", "agentbench", (tmp_path / "nothing").as_uri())
    assert done.code == 1
    assert "git could not clone" in done.err
    assert "add it by path" in done.err


# run


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("--sample-id", "0,test-000,tset-001"),
            "--sample-id tset-001: no task has it; did you mean 'test-001'?",
        ),
        (("--tasks", "db", "--limit", "100-120"), "--limit 100-120: task 'parrot' has 3 samples"),
        (("--limit", "0"), "--limit 0: nothing to play"),
    ],
)
def test_a_run_refuses_samples_that_are_not_there(asked: tuple[str, ...], said: str) -> None:
    done = harness("run", "--tasks", "parrot,db", "--model", "oracle", "--dry-run", *asked, *PLUGIN)
    assert done.code == 2
    assert said in done.err


def test_a_sample_asked_for_twice_is_played_once_and_by_the_tasks_that_have_it(tmp_path: Path) -> None:
    asked = ("--sample-id", "1,test-000,1", "--log-dir", tmp_path, "--json")
    done = harness("run", "--tasks", "parrot,db", "--model", "oracle", *asked, *PLUGIN)
    assert [t["planned"] for t in json.loads(ended(done))["tasks"]] == [1, 1]


@pytest.mark.parametrize("limit", ["token", "cost"])
def test_a_limit_that_nothing_is_counted_for_is_said_once_to_hold_nothing(tmp_path: Path, limit: str) -> None:
    asked = (f"--{limit}-limit", "1", "--log-dir", tmp_path, "--json")
    done = harness("run", "parrot", "--model", "oracle", *asked, *PLUGIN)
    ended(done)
    assert done.err.count(f"--{limit}-limit holds nothing back") == 1


# run


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--temperature", "nan"), "nan is not a number that can be used"),
        (("--temperature", "inf"), "inf is not a number that can be used"),
        (("--top-p", "nan"), "nan is not"),
        (("--time-limit", "nan"), "nan is not"),
        (("--cost-limit", "inf"), "inf is not"),
        (("--strategy", ","), "which strategy?"),
        (("--strategy", "react,react"), "--strategy react,react: react is named twice"),
    ],
)
def test_run_refuses_what_it_cannot_do_with_status_2(asked: tuple[str, ...], said: str) -> None:
    done = harness("run", "parrot", *asked, *PLUGIN, "--dry-run")
    assert done.code == 2
    assert said in done.err


def test_runs_begun_in_the_same_second_get_directories_of_their_own(tmp_path: Path) -> None:
    for _ in range(3):
        done = harness("run", "parrot", "-m", "oracle", "-o", tmp_path, "--new", *PLUGIN)
        assert done.code == 0, done.err
    assert len(list(tmp_path.glob("*/episodes.jsonl"))) == 3
    assert _new_folder(tmp_path, "a").name == "a"
    assert _new_folder(tmp_path, "a").name == "a-2"
    (tmp_path / "a-3").write_text("")
    with pytest.raises(StoreError, match=r"cannot write the run directory .*a-3"):
        _new_folder(tmp_path, "a")


def test_resume_alone_says_which_command_goes_on(run: Path, tmp_path: Path) -> None:
    done = harness("run", "--resume", run)
    assert done.code == 2
    assert "--resume goes on by the options that the run was begun with; the whole command is:" in done.err
    assert done.err.rstrip().endswith(f"--resume {run}")
    assert "is no run directory" in harness("run", "--resume", tmp_path).err
    assert "which tasks?" in harness("run").err


def test_nothing_is_written_where_scores_are_what_they_were(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    subprocess.run(["cp", "-r", run, copy], check=True)
    (copy / "lock").unlink()
    done = harness("score", copy, "--write", *PLUGIN)
    assert done.code == 0, done.err
    assert f"nothing to write: {copy} says the same" in done.err
    assert not (copy / "lock").exists()


# score, leaderboard


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of three episodes, all scored 1."""
    folder = tmp_path_factory.mktemp("runs")
    ended(harness("run", "--tasks", "parrot", "--model", "oracle", "--log-dir", folder, *PLUGIN))
    (found,) = folder.iterdir()
    return found


def changed(tmp_path: Path, change: str) -> tuple[str, Path]:
    file = tmp_path / "good.py"
    file.write_text(f"{GOOD.read_text()}\n{change}\n")
    return "--plugin", file


def test_scoring_again_confirms_the_records(run: Path) -> None:
    assert "parrot: 3 scored, recorded 100.0, now 100.0, 0 differ" in ended(harness("score", run, *PLUGIN))


def test_a_folder_of_runs_is_scored_run_by_run(run: Path) -> None:
    out = ended(harness("score", run.parent, run, *PLUGIN))
    assert out.count(f"{run}:") == 2
    assert out.count("3 scored, recorded 100.0, now 100.0, 0 differ") == 2


def test_a_run_whose_plugin_file_is_not_given_says_which(run: Path) -> None:
    done = harness("score", run)
    assert done.code == 2
    assert f"there is no task 'parrot' here; it was made with --plugin {GOOD}" in done.err
    assert harness("score", run, run).code == 1, "others are still scored"


def test_a_changed_grader_is_named_and_its_scores_may_be_written(run: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    subprocess.run(["cp", "-r", run, copy], check=True)
    stricter = changed(tmp_path, "World.score = lambda self: Score(0.5)")
    out = ended(harness("score", copy, *stricter), 1)
    assert "parrot: changed since the run: grader" in out
    assert "differs  parrot/0#1  recorded 1, now 0.5" in out
    said = json.loads(ended(harness("score", copy, "--json", "--write", *stricter), 1))
    (total,) = said["tasks"]
    assert total == {
        "run": str(copy), "task": "parrot", "n": 3, "recorded": 1.0, "rescored": 0.5, "differ": 3,
        "changed": ["grader"],
    }  # fmt: skip
    assert len((copy / "episodes.jsonl").read_text().splitlines()) == 6
    assert "recorded 50.0, now 50.0, 0 differ" in ended(harness("score", copy, *stricter))


def test_scores_of_changed_data_are_never_written(run: Path, tmp_path: Path) -> None:
    other = changed(tmp_path, "Parrot.engine = lambda self, settings: {'beak': 'longer'}")
    done = harness("score", run, "--write", *other)
    assert done.code == 2
    assert "the engine of parrot changed since the run" in done.err
    assert len((run / "episodes.jsonl").read_text().splitlines()) == 3


def test_an_episode_that_cannot_be_replayed_is_said_to(run: Path, tmp_path: Path) -> None:
    broken = changed(tmp_path, "World.step = lambda self, action: 1 / 0")
    out = ended(harness("score", run, *broken), 1)
    assert "now -: environment 'parrot' failed in replay: ZeroDivisionError" in out


def test_a_leaderboard_of_a_folder_of_runs_in_every_format(run: Path, tmp_path: Path) -> None:
    board = json.loads(ended(harness("leaderboard", run.parent, "--format", "json")))
    (row,) = board["rows"]
    assert (row["model"], row["strategy"], row["published"]) == ("oracle", "react", False)
    assert set(row) >= {"scores", "overall"}
    assert ended(harness("leaderboard", run, "--format", "md")).startswith("| model | strategy |")
    file = tmp_path / "board.csv"
    ended(harness("leaderboard", run, "--format", "csv", "-o", file))
    assert file.read_text().startswith("model,strategy,")
    published = harness("leaderboard", "--published", "--format", "csv")
    assert "published rows of v0.2" in published.err and "published rows" not in published.out
    assert "oracle" in ended(harness("leaderboard", run))


def test_a_leaderboard_of_nothing_is_a_usage_error(tmp_path: Path) -> None:
    assert "which runs?" in harness("leaderboard").err
    done = harness("leaderboard", tmp_path)
    assert done.code == 2
    assert "neither a run directory nor a folder of them" in done.err


# play


def played(tmp_path: Path, typed: str, *more: str | Path) -> Done:
    command = [sys.executable, "-m", "harness", "play", "parrot", *PLUGIN, "-o", tmp_path, *more]
    done = subprocess.run(
        list(map(str, command)), input=typed, capture_output=True, text=True, check=False, timeout=60
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_a_person_plays_under_the_same_rules_and_is_recorded(tmp_path: Path) -> None:
    shown = played(tmp_path / "first", "")
    words = shown.out.split("one a turn: ")[1].split(".")[0].split()
    typed = f"Action: {words[0]}\n\nI go on.\n\nfirst line\nAction: {words[1]}\n.\nAction: done\n\n"
    done = played(tmp_path, typed, "--sample-id", "0")
    out = ended(done)
    assert "The reply has no line that starts with 'Action:'" in out
    assert "completed: score 1 after 4 turns" in out
    (run,) = tmp_path.glob("*by-hand*")
    assert json.loads((run / "run.json").read_text())["model"] == "human"
    ended(harness("score", run, *PLUGIN))


def test_a_person_who_leaves_gets_no_score(tmp_path: Path) -> None:
    assert "You left; the episode has no score." in ended(played(tmp_path, "Action: 1\n\n"))
    (run,) = tmp_path.glob("*by-hand*")
    (episode,) = map(json.loads, (run / "episodes.jsonl").read_text().splitlines())
    assert episode["status"] == "error"
    assert "the person left" in episode["error"]["what"]
