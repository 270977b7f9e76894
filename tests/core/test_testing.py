"""`harness.testing`: what authors of plug-ins test with."""

from pathlib import Path

import pytest

from harness import Action, HarnessError, PluginError, Reply, Status, UsageError
from harness.testing import audit_task, harness, play_scripted, plugins

STRANGERS = Path(__file__).parents[1] / "strangers"
GOOD = STRANGERS / "good.py"


def test_plugins_loads_files_beside_the_installed_ones() -> None:
    found = plugins(GOOD)
    assert found.task("parrot").summary == "Say what you are told."
    assert {"db", "parrot"} <= set(found.names("tasks"))


def test_plugins_raises_for_a_broken_file() -> None:
    with pytest.raises(PluginError, match=r"plug-in 'broken' .* did not load: ModuleNotFoundError"):
        plugins(STRANGERS / "broken.py")


def test_audit_task_takes_a_file_or_a_name_and_options_of_a_run() -> None:
    assert [s.id for s in audit_task(GOOD, limit="2").samples] == ["0", "1"]
    audit = audit_task("db", sample_ids=("test-003",), protocol="tools")
    assert [s.id for s in audit.samples] == ["test-003"]
    assert audit.ok


def test_audit_task_wants_one_task_in_a_file(tmp_path: Path) -> None:
    empty = tmp_path / "empty.py"
    empty.write_text('"""Nothing."""\n')
    with pytest.raises(UsageError, match="offers 0 tasks"):
        audit_task(empty)


def test_play_scripted_plays_by_the_real_rules() -> None:
    words = plugins(GOOD).task("parrot").open(plugins(GOOD).task("parrot").samples("test")[0], None).wanted
    replies = [Action("act", {"input": words[0]}), "Hm.", Reply(f"Action: {words[1]}"), "Action: done"]
    record = play_scripted(GOOD, "0", replies)
    assert record.status is Status.COMPLETED
    assert record.score.value == 1
    assert record.turns == 4
    assert [n.mistake for n in record.path()] == [None, None, "no action", None, None]


def test_play_scripted_repeats_the_last_reply_up_to_the_turn_limit() -> None:
    record = play_scripted(GOOD, "1", ["Action: no"])
    assert record.status is Status.TASK_LIMIT
    assert record.turns == 6
    assert record.score.value == 0


def test_play_scripted_raises_for_a_harness_error(tmp_path: Path) -> None:
    file = tmp_path / "good.py"
    file.write_text(GOOD.read_text() + "\nWorld.step = lambda self, action: 1 / 0\n")
    with pytest.raises(HarnessError, match="environment 'World' failed in step: ZeroDivisionError"):
        play_scripted(file, "0", ["Action: no"])


@pytest.mark.parametrize("env", [None, {"HARNESS_TRACE": "1"}], ids=["here", "in a new process"])
def test_harness_runs_the_command_line(tmp_path: Path, env: dict[str, str] | None) -> None:
    assert harness("list", "executors", cwd=tmp_path, env=env).out.startswith("local")
    assert harness("list", "nothing", env=env).code == 2
    audit = harness("audit", "parrot", "--limit", "1", "--plugin", GOOD, env=env)
    assert audit.code == 0
    assert ("trace: good" in audit.err) is (env is not None)
