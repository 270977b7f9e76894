"""The task as a whole: profiles, splits, and what the command line says of it."""

from pathlib import Path
from typing import Any

import pytest
from harness.tasks.web.mind2web.task import Mind2WebTask, live

from harness import Settings, Status, UsageError
from harness.testing import audit_task, harness, play_scripted


class Host:
    """What the task asks of the harness here."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def data(self, name: str) -> Path | None:
        return None


def task(profile: str = "native", **options: str) -> Mind2WebTask:
    made, host = Mind2WebTask(), Host(Settings(profile, options=options))
    made.setup(host)  # type: ignore[arg-type]
    return made


def test_under_native_a_sample_is_a_task() -> None:
    assert len(list(task().samples("test"))) == 30 and len(list(task().samples("train"))) == 160


def test_under_v02_a_sample_is_a_step_and_the_first_hundred_are_played() -> None:
    samples = list(task("v0.2").samples("test"))
    assert len(samples) == 100 and [s.id for s in samples[:2]] == ["skerryline-00-0", "skerryline-00-1"]


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(UsageError, match="agentbench-std"):
        task().samples("dev")


@pytest.mark.parametrize(("said", "meant"), [("true", True), ("1", True), ("", False), ("no", False)])
def test_live_is_asked_for_by_an_option(said: str, meant: bool) -> None:
    assert live(Settings("native", options={"live": said})) is meant


def test_live_is_native_only_and_has_to_be_clear() -> None:
    with pytest.raises(UsageError, match="native"):
        live(Settings("v0.2", options={"live": "true"}))
    with pytest.raises(UsageError, match="true or false"):
        live(Settings("native", options={"live": "maybe"}))


@pytest.mark.parametrize(
    "settings",
    [{}, {"protocol": "tools"}, {"profile": "v0.2"}],
    ids=str,
)
def test_samples_are_fair(settings: dict[str, Any]) -> None:
    found = audit_task("mind2web", **({"limit": "4"} | settings))
    assert found.ok and len(found.samples) == 4


def test_the_expert_earns_everything_under_native(tmp_path: Path) -> None:
    done = harness(
        "run", "mind2web", "--model", "oracle", "--strategy", "act", "--json", "-o", tmp_path / "run"
    )
    assert done.code == 0, done.err
    assert "30/30" in done.err + done.out or '"n": 30' in done.out
    assert "100.0" in done.out or '"score": 1.0' in done.out


def test_the_expert_earns_everything_at_every_site_of_train() -> None:
    made, settings = task(), Settings("native")
    for sample in list(made.samples("train"))[::10]:
        world = made.open(sample, settings)
        world.reset()
        for action in made.solve(sample, settings):
            world.step(action)
        assert world.score().value == 1


def test_under_v02_a_step_without_a_right_candidate_has_no_expert_and_scores_nothing() -> None:
    made = task("v0.2")
    unknown = [s.id for s in made.samples("test") if not made.solve(s, Settings("v0.2"))]
    assert 0 < len(unknown) < 25
    record = play_scripted("mind2web", unknown[0], ["Answer: B.\nAction: CLICK"], profile="v0.2")
    assert record.score is not None and record.score.value == 0 == record.score.parts["recall"]


def test_a_task_of_corrections_ends_at_the_turn_limit() -> None:
    record = play_scripted("mind2web", "skerryline-04", ["I would rather not."])
    assert record.status is Status.TASK_LIMIT and record.score is not None and record.score.value == 0
