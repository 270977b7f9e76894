"""Options and prompt files that no played task reads: refused, or another run than was meant is played."""

import re
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.host import Plugins
from harness.testing import Done, audit_task, harness

ROOT = Path(__file__).parents[2]
STRANGERS = ROOT / "tests" / "strangers"
TASKS = Plugins([], []).names("tasks")


def dry(tmp_path: Path, *asked: str | Path) -> Done:
    return harness("run", *asked, "--model", "oracle", "--dry-run", "-o", tmp_path)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("cards -T foo=1", "-T foo: no option of cards; there are: interface"),
        ("db -T engin=mariadb", "-T engin: no option of db; did you mean 'engine'?\n  engine "),
        ("db,cards -T db.engin=x", "-T db.engin: no option of db; did you mean 'engine'?"),
        ("db,cards -T cards.engine=x", "-T cards.engine: no option of cards"),
        ("os --engine sqlite", "-T engine: no option of os; there are: interface, sandbox"),
        ("os --live", "-T live: no option of os"),
        ("os --kg-endpoint http://x", "-T kg-endpoint: no option of os"),
        ("os --db-url mysql://me:secret@h", "-T db-url: no option of os"),
        ("cards --judge-base-url http://x/v1", "--judge-base-url is of a --judge-model"),
    ],
)
def test_what_no_played_task_takes_is_refused(tmp_path: Path, asked: str, said: str) -> None:
    done = dry(tmp_path, *asked.split())
    assert done.code == 2
    assert said in done.err
    assert "secret" not in done.err


@pytest.mark.parametrize(
    "asked", ["db,os -T sandbox=namespaces", "db,cards --engine sqlite", "cards -T interface=plain"]
)
def test_one_task_that_takes_it_is_enough(tmp_path: Path, asked: str) -> None:
    assert dry(tmp_path, *asked.split()).code == 0


def test_a_strangers_task_that_names_no_options_takes_none(tmp_path: Path) -> None:
    done = dry(tmp_path, "parrot", "-T", "beak=red", "--plugin", STRANGERS / "good.py")
    assert done.code == 2
    assert "-T beak: no option of parrot" in done.err


def test_the_audit_refuses_too(tmp_path: Path) -> None:
    assert "no option of cards, db" in harness("audit", "cards", "db", "-T", "foo=1").err
    with pytest.raises(UsageError, match="no option of cards"):
        audit_task("cards", task_options={"engine": "x"})


def test_synthesize_refuses_before_a_teacher_is_asked(tmp_path: Path) -> None:
    teacher = ("--teacher", "openai/none", "--base-url", "http://127.0.0.1:9/v1", "-o", tmp_path / "made")
    done = harness("synthesize", "db", *teacher, "-T", "foo=1")
    assert done.code == 2
    assert "-T foo: no option of db" in done.err
    assert not (tmp_path / "made").exists()


def test_export_refuses_the_address_of_no_judge(tmp_path: Path) -> None:
    asked = ("run", "cards", "--model", "silent", "--limit", "1", "-o", tmp_path / "runs")
    assert harness(*asked).code == 0
    done = harness(
        "export", tmp_path / "runs", "--format", "sft", "-o", tmp_path / "x", "--judge-base-url", "u"
    )
    assert done.code == 2
    assert "--judge-base-url is of a --judge-model" in done.err


@pytest.mark.parametrize("name", TASKS)
def test_options_that_a_readme_names_are_taken(name: str) -> None:
    """`-T KEY=` of runs; `harness data make` has keys of its own."""
    task = Plugins([], []).task(name)
    (page,) = [f for f in (ROOT / "tasks").rglob("README.md") if f.parent.name == name]
    lines = [line for line in page.read_text().splitlines() if "data make" not in line]
    named = set(re.findall(r"-T ([a-z-]+)=", "\n".join(lines)))
    assert named <= set(task.options)


# --prompts


def prompts(tmp_path: Path, *files: str) -> Path:
    for file in files:
        (tmp_path / "mine" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / file).write_text("Do it.")
    (tmp_path / "mine").mkdir(exist_ok=True)
    return tmp_path / "mine"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["db/native-txt.md"], "db/native-txt.md replaces nothing; did you mean 'native-text.md'?"),
        (["db/native-text.txt"], "native-text.txt replaces nothing; did you mean 'native-text.md'?"),
        (["db/renamed/native-text.md"], "db/renamed replaces nothing; there are: fc.md, native-example.md"),
        (["db/v0.2.md", "nativetext.md"], "nativetext.md replaces nothing; did you mean 'native-text.md'?"),
        (["bd/native-text.md"], "bd is of no task; there are: db"),
        (["os/native.md", "README.md", ".hidden"], "nothing in it replaces a prompt of this run: db/{fc,"),
        ([], "nothing in it replaces a prompt of this run: db/{fc,"),
    ],
)
def test_a_prompt_file_that_replaces_nothing_is_refused(tmp_path: Path, files: list[str], said: str) -> None:
    done = dry(tmp_path, "db", "--prompts", prompts(tmp_path, *files))
    assert done.code == 2
    assert said in done.err


def test_prompts_of_several_tasks_may_lie_in_one_folder(tmp_path: Path) -> None:
    folder = prompts(tmp_path, "db/native-text.md", "os/native.md", "v0.2.md", "README.md")
    assert dry(tmp_path, "db", "--prompts", folder).code == 0


@pytest.mark.parametrize("name", TASKS)
def test_the_prompts_of_a_task_are_its_files(name: str) -> None:
    known = Plugins([], []).task(name).prompts()
    assert {"native-text" if name != "os" else "native", "native-tools"} <= known
    assert ("live-text" in known) == (name == "mind2web")
