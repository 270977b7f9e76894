"""What a run measured: every planned episode is counted once, and no failure of ours is a zero."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.records import EpisodeRecord, TaskRecord
from harness.report import demo
from harness.report.overall import WEIGHTS
from harness.report.summary import TaskSummary, summarise
from harness.stats import stratified, wilson
from harness.types import Score, Status, Usage

FOUR = demo.task("db", 4)
A, B, C, D = FOUR.samples


def one(task: TaskRecord, episodes: Sequence[EpisodeRecord], epochs: int = 1) -> TaskSummary:
    (summary,) = summarise(demo.run(task, epochs=epochs), episodes).tasks
    return summary


def test_a_harness_error_is_never_a_zero() -> None:
    t = one(FOUR, [demo.episode("db", A, 1.0), demo.episode("db", B, 0.0), demo.episode("db", C, None)])
    assert t.score == 0.5
    assert (t.n, t.planned, t.errors, t.missing) == (2, 4, 1, 1)
    assert (t.low, t.high) == wilson(1, 2)


def test_every_planned_episode_is_counted_once() -> None:
    record, episodes = demo.run_with_trouble()
    for t in summarise(record, episodes).tasks:
        assert t.n + t.errors + t.missing == t.planned
        assert sum(t.statuses.values()) == t.n + t.errors


def test_all_six_statuses_are_counted_also_those_that_did_not_occur() -> None:
    t = one(FOUR, [demo.episode("db", A, 0.0, Status.TASK_LIMIT), demo.episode("db", B, 1.0)])
    assert {str(k): v for k, v in t.statuses.items()} == {
        "completed": 1,
        "context limit": 0,
        "invalid format": 0,
        "invalid action": 0,
        "task limit": 1,
        "error": 0,
    }


def test_epochs_are_averaged_within_a_sample_first() -> None:
    # Two epochs of A, one of B: the mean over episodes would be 2/3.
    episodes = [demo.episode("db", A, 1.0), demo.episode("db", A, 1.0, epoch=2), demo.episode("db", B, 0.0)]
    t = one(FOUR, episodes, epochs=2)
    assert t.score == 0.5
    assert (t.n, t.planned, t.samples, t.planned_samples) == (3, 8, 2, 4)


def test_nothing_scored_is_no_score_rather_than_zero() -> None:
    t = one(FOUR, [demo.episode("db", A, None)])
    assert (t.score, t.low, t.high, t.turns, t.n) == (None, None, None, None, 0)


def test_only_the_latest_attempt_counts() -> None:
    retried = replace(demo.episode("db", A, 1.0), attempt=1)
    t = one(FOUR, [retried, demo.episode("db", A, None)])
    assert (t.score, t.n, t.errors) == (1.0, 1, 0)


def test_episodes_that_were_not_planned_do_not_count() -> None:
    t = one(FOUR, [demo.episode("db", "other", 1.0), demo.episode("db", A, 0.0, epoch=9)])
    assert (t.n, t.missing) == (0, 4)


def test_parts_and_progress_say_over_how_many_samples_they_are() -> None:
    scored = replace(demo.episode("db", A, 0.0), score=Score(0.0, {"raw": 0.0, "corrected": 1.0}, 0.5))
    t = one(FOUR, [scored, demo.episode("db", B, 1.0)])
    assert (t.parts["corrected"].value, t.parts["corrected"].n) == (1.0, 1)
    assert t.progress is not None
    assert (t.progress.value, t.progress.n) == (0.5, 1)


def test_raw_and_corrected_readings_are_over_the_same_samples() -> None:
    # Only A has a known wrong gold answer; B has one reading, its value.
    wrong_gold = replace(demo.episode("db", A, 1.0), score=Score(0.0, {"raw": 0.0, "corrected": 1.0}))
    t = one(FOUR, [wrong_gold, demo.episode("db", B, 1.0)])
    assert (t.score, t.readings) == (0.5, {"raw": 0.5, "corrected": 1.0})


def test_a_task_without_errata_has_one_reading() -> None:
    assert one(FOUR, [replace(demo.episode("db", A, 1.0), score=Score(1.0, {"raw": 1.0}))]).readings == {}


def test_tokens_are_added_by_purpose_and_errors_paid_for() -> None:
    judged = {"act": Usage(1, 10, 5, cost=0.1), "judge": Usage(2, 20, 1)}
    t = one(FOUR, [demo.episode("db", A, 1.0, usage=judged), demo.episode("db", B, None, usage=judged)])
    assert t.usage["judge"] == Usage(4, 40, 2)
    assert t.total.tokens == 72
    assert t.total.cost == pytest.approx(0.2)


def test_time_counts_overlapping_episodes_once_and_pauses_not_at_all() -> None:
    spans = ((A, 0.0, 4.0), (B, 2.0, 4.0), (C, 100.0, 1.0))
    t = one(FOUR, [demo.episode("db", s, 1.0, started=start, seconds=took) for s, start, took in spans])
    assert t.seconds == 9.0
    assert t.wall == 7.0


def test_errors_are_grouped_by_side_with_the_first_message() -> None:
    model = replace(demo.episode("db", C, None), error={"side": "model", "what": "503"})
    t = one(FOUR, [demo.episode("db", A, None), demo.episode("db", B, None), model])
    assert [(f.side, f.count, f.what) for f in t.failures] == [
        ("environment", 2, "mariadbd went away"),
        ("model", 1, "503"),
    ]
    assert t.failures[0].episode == f"db/{A}#1"


def of_kinds(kinds: str) -> list[EpisodeRecord]:
    """Episodes of FOUR whose categories are the letters; only the last succeeds."""
    made = []
    for sample, kind in zip(FOUR.samples, kinds, strict=True):
        episode = demo.episode("db", sample, 0.0)
        made.append(replace(episode, score=Score(float(sample == FOUR.samples[-1]), category=kind)))
    return made


def test_where_categories_are_averaged_the_interval_follows() -> None:
    t = one(replace(FOUR, macro=True), of_kinds("sssi"))
    assert t.score == 0.5  # the plain mean is 0.25
    assert (t.low, t.high) == pytest.approx(stratified([[0.0] * 3, [1.0]]))


def test_categories_that_are_absent_do_not_count() -> None:
    assert one(replace(FOUR, macro=True), of_kinds("ssss")).score == 0.25


def test_categories_do_not_matter_where_the_task_takes_the_mean() -> None:
    assert one(FOUR, of_kinds("sssi")).score == 0.25


def test_the_overall_score_stands_where_all_eight_tasks_were_played() -> None:
    tasks = [demo.task(name, 1, "v0.2", "agentbench-std") for name in WEIGHTS]
    episodes = [demo.episode(t.name, t.samples[0], 1.0) for t in tasks]
    whole = summarise(demo.run(*tasks), episodes)
    assert whole.overall.value == pytest.approx(sum(100 / w for w in WEIGHTS.values()) / 8)
    assert whole.complete
    part = summarise(demo.run(*tasks[:2]), episodes[:2])
    assert part.overall.value is None
    assert "2 of 8 tasks" in part.overall.why


def test_a_run_over_no_task_is_summarised() -> None:
    empty = summarise(demo.run(), [])
    assert (empty.tasks, empty.overall.value, empty.complete) == ((), None, True)
