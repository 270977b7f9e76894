"""Comparing two runs: what is paired, what is left out and said, what is claimed, what is refused."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from harness.cli.compare import command
from harness.errors import UsageError
from harness.records import EpisodeRecord, NodeRecord, RunRecord, TaskRecord
from harness.report import demo
from harness.report.compare import Comparison, Measure, compare
from harness.report.versus import render, statement, to_json
from harness.store import RunStore
from harness.types import Score, Status, Usage

Side = tuple[RunRecord, list[EpisodeRecord]]


def side(
    *tasks: TaskRecord, model: str = "base", epochs: int = 1, oracle: bool = False, **scores: list[float]
) -> Side:
    """A run; `scores` are by task, one a sample, in every epoch."""
    record = demo.run(*tasks, model=model, epochs=epochs, oracle=oracle)
    return record, [
        demo.episode(t.name, s, value, epoch=epoch)
        for t in tasks
        for epoch in range(1, epochs + 1)
        for s, value in zip(t.samples, scores[t.name], strict=True)
    ]


def compared(before: Side, after: Side, force: bool = False) -> Comparison:
    return compare([before], [after], (["runs/before"], ["runs/after"]), force)


def shown(found: Comparison) -> str:
    text = io.StringIO()
    render(found, Console(file=text, width=100))
    return text.getvalue()


def measure(found: Comparison, name: str) -> Measure:
    return next(m for m in found.tasks[0].measures if m.name == name)


DB, OS = demo.task("db", 20), demo.task("os", 10)
LOW, HIGH = [1.0] * 3 + [0.0] * 17, [0.0] + [1.0] * 10 + [0.0] * 9


def test_zeros_and_ones_are_compared_by_mcnemars_test_over_the_pairs() -> None:
    (db,) = compared(side(DB, db=LOW), side(DB, model="tuned", db=HIGH)).tasks
    assert (db.before, db.after, db.n) == (0.15, 0.5, 20)
    assert (db.wins, db.losses, db.ties) == (8, 1, 11)
    assert db.test == (0.0390625, "McNemar's exact test")
    assert db.difference == pytest.approx(0.35)
    assert db.low < 0.35 < db.high


def test_a_real_difference_is_claimed_in_words_with_its_size_interval_and_p() -> None:
    (db,) = compared(side(DB, db=LOW), side(DB, db=HIGH)).tasks
    assert statement(db, 1).startswith("db: after is better by 35.0 points (95 % interval +")
    assert statement(db, 1).endswith("p = 0.039).")
    (db,) = compared(side(DB, db=HIGH), side(DB, db=LOW)).tasks
    assert statement(db, 1).startswith("db: after is worse by 35.0 points (95 % interval −")


def test_what_chance_could_do_is_not_claimed() -> None:
    (db,) = compared(side(DB, db=LOW), side(DB, db=[1.0] * 5 + [0.0] * 15)).tasks
    said = statement(db, 1)
    assert said.startswith("db: no difference can be claimed (95 % interval −")
    assert said.endswith("p = 0.500). Only 2 of 20 pairs differ, too few for any claim.")


def test_several_tasks_share_their_claims_by_holms_method() -> None:
    found = compared(side(DB, OS, db=LOW, os=[0.0] * 10), side(DB, OS, db=HIGH, os=[0.0] * 9 + [1.0]))
    db, os = found.tasks
    assert (db.test.p, db.adjusted, db.claimed) == (0.0390625, 0.078125, False)
    assert os.adjusted == 1
    assert "p = 0.078 after Holm's correction over 2 tasks" in shown(found)


def test_the_mean_of_tasks_weighs_a_small_task_like_a_large_one() -> None:
    found = compared(side(DB, OS, db=[0.0] * 20, os=[0.0] * 10), side(DB, OS, db=[0.0] * 20, os=[1.0] * 10))
    assert found.macro is not None
    assert (found.macro.before, found.macro.after, found.macro.n) == (0, 0.5, 30)
    assert found.macro.low < 0.5 < found.macro.high
    assert found.macro.test.p == found.macro.adjusted == 2 / 2**10
    assert "mean of tasks: after is better by 50.0 points" in shown(found)


def test_one_task_has_no_mean_of_tasks() -> None:
    assert compared(side(DB, db=LOW), side(DB, db=LOW)).macro is None


def test_epochs_of_a_sample_are_averaged_before_they_are_paired() -> None:
    before = side(DB, epochs=2, db=LOW)
    record, episodes = side(DB, epochs=2, db=LOW)
    half = [replace(e, score=Score(0.5)) if e.sample == "test-010" and e.epoch == 1 else e for e in episodes]
    (db,) = compared(before, (record, half)).tasks
    assert (db.n, db.wins, db.after) == (20, 1, (3 + 0.25) / 20)
    assert db.test.how == "exact sign-flip permutation test"


def test_runs_of_different_numbers_of_epochs_are_paired_by_sample() -> None:
    (db,) = compared(side(DB, epochs=3, db=LOW), side(DB, db=HIGH)).tasks
    assert (db.n, db.before, db.after) == (20, 0.15, 0.5)


def test_errors_and_missing_episodes_leave_both_sides_and_are_counted_by_reason() -> None:
    before, (record, episodes) = side(DB, db=LOW), side(DB, db=HIGH)
    episodes[0] = demo.episode("db", "test-000", None)
    found = compared(before, (record, episodes[:-2]))
    (db,) = found.tasks
    assert (db.n, db.planned) == (17, 20)
    assert db.unpaired == {"harness error after": 1, "not played after": 2}
    assert db.before == 2 / 17  # sample 0 counts on neither side
    assert "17 of 20 samples are paired; left out on both sides: 1 harness error after" in shown(found)


def test_samples_of_only_one_run_are_counted() -> None:
    (db,) = compared(side(DB, db=LOW), side(demo.task("db", 15), db=HIGH[:15])).tasks
    assert (db.n, db.unpaired) == (15, {"no sample of the run after": 5})


def test_an_epoch_without_a_score_leaves_its_sample_to_the_others_and_a_note_says_so() -> None:
    record, episodes = side(DB, epochs=2, db=LOW)
    episodes[0] = demo.episode("db", "test-000", None)
    found = compared((record, episodes), side(DB, epochs=2, db=LOW))
    assert found.tasks[0].n == 20
    assert "db: 1 epochs before have no score; the other epochs stand for their samples" in found.notes


def test_tasks_of_only_one_side_are_told() -> None:
    found = compared(side(DB, OS, db=LOW, os=[0.0] * 10), side(DB, db=LOW))
    assert [c.task for c in found.tasks] == ["db"]
    assert "os was played only before: not compared" in found.notes


def test_a_task_without_pairs_is_told_and_the_others_are_compared() -> None:
    record, episodes = side(DB, OS, db=LOW, os=[0.0] * 10)
    found = compared((record, episodes[:20]), side(DB, OS, db=LOW, os=[0.0] * 10))
    assert [c.task for c in found.tasks] == ["db"]
    assert "os: no sample is scored on both sides (10 not played before)" in found.notes


def test_runs_without_any_pair_are_a_usage_error() -> None:
    record, _ = side(DB, db=LOW)
    with pytest.raises(UsageError, match=r"db: no sample is scored on both sides \(20 not played before\)"):
        compared((record, []), side(DB, db=LOW))
    with pytest.raises(UsageError, match="share no task: db before, os after"):
        compared(side(DB, db=LOW), side(OS, os=[0.0] * 10))


@pytest.mark.parametrize("part", ["prompts", "protocol", "limits", "data", "grader", "engine"])
def test_runs_of_different_content_are_refused_by_the_part_that_differs(part: str) -> None:
    with pytest.raises(UsageError) as refused:
        compared(side(DB, db=LOW), side(demo.task("db", 20, **{part: "f" * 16}), db=HIGH))
    said = str(refused.value)
    assert f"task 'db' was not played alike: {part} differs between" in said
    assert all(what in said for what in ("runs/before", "runs/after", "--force-mix"))


def test_runs_of_different_profiles_are_refused() -> None:
    with pytest.raises(UsageError, match="profile differs"):
        compared(side(DB, db=LOW), side(demo.task("db", 20, "v0.2"), db=HIGH))


def test_a_forced_comparison_is_marked_with_what_differs() -> None:
    found = compared(side(DB, db=LOW), side(demo.task("db", 20, prompts="f" * 16), db=HIGH), force=True)
    assert found.tasks[0].mixed == ("prompts",)
    assert "‡ db was not played alike (prompts): compared by --force-mix" in shown(found)


def test_two_runs_of_one_task_on_a_side_are_refused() -> None:
    one, other = side(DB, db=LOW), side(DB, model="other", db=LOW)
    with pytest.raises(UsageError, match="one side has two runs of db"):
        compare([one, other], [one], (["a", "b"], ["c"]))


def test_a_side_may_be_several_runs_of_different_tasks() -> None:
    runs = [side(DB, db=LOW), side(OS, model="x", os=[0.0] * 10)]
    found = compare(runs, [side(DB, OS, db=LOW, os=[0.0] * 10)], (["a", "b"], ["c"]))
    assert [c.task for c in found.tasks] == ["db", "os"]
    assert found.before == "base react, x react"


def test_a_score_of_category_means_is_compared_by_category() -> None:
    record, episodes = side(DB, db=[0.0] * 20)
    record = replace(record, tasks=(replace(DB, macro=True),))
    names = ["rare" if i < 2 else "common" for i in range(20)]
    before = [replace(e, score=Score(0.0, category=c)) for e, c in zip(episodes, names, strict=True)]
    after = [
        replace(e, score=Score(float(c == "rare"), category=c)) for e, c in zip(episodes, names, strict=True)
    ]
    (db,) = compared((record, before), (record, after)).tasks
    assert (db.after, db.wins) == (0.5, 2)  # not 2 of 20
    assert db.low < 0.5 < db.high


def test_an_oracle_strategy_is_marked() -> None:
    assert "† looks at the true score" in shown(compared(side(DB, db=LOW), side(DB, oracle=True, db=HIGH)))


def test_differences_of_sampling_or_budget_are_told() -> None:
    record, episodes = side(DB, db=LOW)
    found = compared((record, episodes), (replace(record, spec={"generation": {"temperature": 1}}), episodes))
    assert "the runs differ in generation; their run.json says how" in found.notes


def test_failures_are_compared_as_rates_over_the_same_pairs() -> None:
    record, episodes = side(DB, db=[0.0] * 20)
    failed = [replace(e, status=Status.INVALID_FORMAT) if i < 12 else e for i, e in enumerate(episodes)]
    found = compared((record, failed), (record, episodes))
    m = measure(found, "invalid format")
    assert (m.rate, m.before, m.after, m.difference) == (True, 0.6, 0.0, -0.6)
    assert m.high is not None
    assert m.high < 0
    assert measure(found, "task limit").difference == 0


def test_mistakes_turns_and_tokens_are_compared_as_means() -> None:
    record, episodes = side(DB, db=[0.0] * 20)
    bad = (NodeRecord(0, None, ()), NodeRecord(1, 0, (), mistake="no action"))
    after = [
        replace(e, turns=4 + i % 3, usage={"act": Usage(2, 1000 + i, 150)}, nodes=bad, leaf=1)
        for i, e in enumerate(episodes)
    ]
    found = compared((record, episodes), (record, after))
    assert (measure(found, "mistakes").before, measure(found, "mistakes").after) == (0, 1)
    turns, tokens = measure(found, "turns"), measure(found, "tokens")
    assert turns.difference == pytest.approx(0.95)
    assert (tokens.before, tokens.difference) == (2150, pytest.approx(9.5 - 1000))
    assert tokens.low is not None
    assert tokens.low < tokens.difference


def test_partial_credit_is_compared_over_the_pairs_that_have_it() -> None:
    record, episodes = side(DB, db=[0.0] * 20)
    before = [replace(e, score=Score(0.0, progress=0.25 if i < 12 else None)) for i, e in enumerate(episodes)]
    after = [replace(e, score=Score(0.0, progress=0.75 if i < 15 else None)) for i, e in enumerate(episodes)]
    found = compared((record, before), (record, after))
    m = measure(found, "progress")
    assert (m.n, m.before, m.after, m.rate) == (12, 0.25, 0.75, True)
    assert m.low is not None
    assert 0 < m.low < 0.5
    assert "progress % (n 12)" in shown(found)


def test_a_task_without_partial_credit_shows_none() -> None:
    found = compared(side(DB, db=LOW), side(DB, db=HIGH))
    assert "progress" not in {m.name for m in found.tasks[0].measures}


def test_counts_of_few_pairs_have_no_interval() -> None:
    few = demo.task("db", 4)
    found = compared(side(few, db=[0.0] * 4), side(few, db=[0.0] * 4))
    assert (measure(found, "tokens").low, measure(found, "tokens").high) == (None, None)


def test_json_says_all_that_the_table_does() -> None:
    said = to_json(compared(side(DB, OS, db=LOW, os=[0.0] * 10), side(DB, OS, db=HIGH, os=[0.0] * 10)))
    assert json.loads(json.dumps(said)) == said
    assert set(said) == {"format", "before", "after", "tasks", "macro", "oracle", "notes"}
    db = said["tasks"][0]
    assert (db["task"], db["n"], db["wins"], db["losses"], db["p"], db["p_holm"]) == (
        "db",
        20,
        8,
        1,
        0.0390625,
        0.078125,
    )
    assert db["measures"]["tokens"] == {
        "n": 20,
        "before": 2150,
        "after": 2150,
        "difference": 0,
        "low": None,
        "high": None,
    }
    assert "task" not in said["macro"]


# The command


def stored(path: Path, run: Side) -> Path:
    with RunStore.create(path, run[0]) as store:
        for e in run[1]:
            store.add_episode(e)
    return path


def asked(*words: object) -> Result:
    return CliRunner().invoke(command, [str(w) for w in words])


def test_the_command_takes_run_directories_or_folders_of_them_and_prints_without_colours(
    tmp_path: Path,
) -> None:
    before = stored(tmp_path / "old" / "run", side(DB, db=LOW))
    stored(tmp_path / "new" / "run", side(DB, model="tuned", db=HIGH))
    done = asked(before, tmp_path / "new")
    assert done.exit_code == 0
    assert "db: after is better by 35.0 points" in done.output
    assert "\x1b" not in done.output
    assert json.loads(asked(before, tmp_path / "new", "--json").output)["after"] == "tuned react"


def test_a_run_is_not_compared_with_itself(tmp_path: Path) -> None:
    path = stored(tmp_path / "run", side(DB, db=LOW))
    with pytest.raises(UsageError, match="are the same run"):
        raise asked(path, path).exception or AssertionError("nothing was raised")
