"""Leaderboards: what shares a column, what shares a row, and what is refused."""

from dataclasses import replace

import pytest

from harness.errors import UsageError
from harness.records import EpisodeRecord, RunRecord, TaskRecord
from harness.report import demo
from harness.report.board import Board, Row
from harness.report.leaderboard import leaderboard
from harness.report.overall import FC_TASKS, WEIGHTS

Pair = tuple[RunRecord, list[EpisodeRecord]]
DB, OS = ("db", "native"), ("os", "native")


def run(*tasks: TaskRecord, right: int = 1, date: str = "", **how: object) -> Pair:
    """A run whose first `right` samples of each task are solved in all epochs."""
    record = demo.run(*tasks, **how)  # type: ignore[arg-type]
    record = replace(record, created=date or record.created)
    return record, [
        demo.episode(t.name, s, float(i < right), epoch=e)
        for t in tasks
        for e in range(1, record.epochs + 1)
        for i, s in enumerate(t.samples)
    ]


def own(board: Board) -> list[Row]:
    return [r for r in board.rows if not r.published]


def test_runs_of_one_model_and_strategy_over_different_tasks_share_a_row() -> None:
    board = leaderboard([run(demo.task("db", 4), date="1"), run(demo.task("os", 4), right=2, date="2")])
    (row,) = board.rows
    assert {key: cell.score for key, cell in row.cells.items()} == {DB: 0.25, OS: 0.5}
    assert (row.cells[DB].n, row.cells[DB].planned) == (4, 4)


def test_strategies_stand_in_rows_of_their_own_best_first() -> None:
    task = demo.task("db", 4)
    board = leaderboard([run(task, strategy="act"), run(task, right=3, strategy="react")])
    assert [(r.strategy, r.cells[DB].score) for r in board.rows] == [("react", 0.75), ("act", 0.25)]


@pytest.mark.parametrize("part", ["prompts", "protocol", "limits", "data", "grader", "engine"])
def test_runs_of_different_content_are_refused_by_the_part_that_differs(part: str) -> None:
    one, other = demo.task("db", 4), demo.task("db", 4, **{part: "f" * 16})
    with pytest.raises(UsageError) as refused:
        leaderboard([run(one), run(other, strategy="act")], names=["logs/a", "logs/b"])
    said = str(refused.value)
    assert f"task 'db' (native) was not played alike: {part} differs" in said
    assert "logs/a" in said
    assert "logs/b" in said
    assert "--force-mix" in said


def test_all_parts_that_differ_are_named() -> None:
    other = demo.task("db", 4, split="train", data="1" * 16, grader="2" * 16)
    with pytest.raises(UsageError, match="split, data, grader differ between"):
        leaderboard([run(demo.task("db", 4)), run(other, strategy="act")])


def test_forced_columns_are_marked_with_what_differs() -> None:
    runs = [run(demo.task("db", 4)), run(demo.task("db", 4, grader="f" * 16), strategy="act")]
    board = leaderboard(runs, force=True)
    assert board.columns[0].mixed == ("grader",)
    assert len(board.rows) == 2
    assert any("--force-mix" in n and "grader" in n for n in board.notes)


def test_forced_runs_of_different_content_are_not_added_up_even_for_one_model_and_strategy() -> None:
    runs = [run(demo.task("db", 4), date="1"), run(demo.task("db", 4, grader="f" * 16), date="2")]
    board = leaderboard(runs, force=True, names=["logs/a", "logs/b"])
    assert sorted(r.detail for r in board.rows) == ["logs/a", "logs/b"]


def test_profiles_never_share_a_column() -> None:
    board = leaderboard([run(demo.task("db", 4)), run(demo.task("db", 4, "v0.2"), strategy="act")])
    assert [c.key for c in board.columns] == [("db", "native"), ("db", "v0.2")]


def test_runs_over_the_same_samples_become_epochs_and_a_note_says_so() -> None:
    task = demo.task("db", 4)
    board = leaderboard([run(task, right=1, date="1"), run(task, right=2, date="2", epochs=2)])
    (row,) = board.rows
    cell = row.cells[DB]
    assert (cell.n, cell.planned, row.runs) == (12, 12, 2)
    assert cell.score == pytest.approx((1 + 2 / 3) / 4)
    assert any("2 runs of db over the same 4 samples count as 3 epochs" in n for n in board.notes)


def test_runs_over_other_samples_keep_rows_of_their_own_and_a_note_says_so() -> None:
    few = replace(demo.task("db", 4), samples=("test-000", "test-001"))
    board = leaderboard([run(demo.task("db", 4), date="1"), run(few, date="2")], names=["logs/a", "logs/b"])
    assert sorted((r.detail, r.cells[DB].planned) for r in board.rows) == [("logs/a", 4), ("logs/b", 2)]
    assert any("has a row of its own" in n for n in board.notes)
    assert any("over different samples (2 to 4 of them)" in n for n in board.notes)


def test_a_run_given_twice_counts_once() -> None:
    pair = run(demo.task("db", 4))
    board = leaderboard([pair, pair], names=["logs/a", "logs/b"])
    assert board.rows[0].cells[DB].n == 4
    assert "logs/b is the same run as logs/a: it counts once" in board.notes


def test_settings_tell_rows_of_one_model_and_strategy_apart() -> None:
    task = demo.task("db", 4)
    cold, hot = run(task, date="1"), run(task, date="2")
    cold = replace(cold[0], spec={"generation": [0.0, 1.0, 512], "seed": 1}), cold[1]
    hot = replace(hot[0], spec={"generation": [0.7, 1.0, 512], "seed": 2}), hot[1]
    board = leaderboard([cold, hot])
    assert sorted(r.detail for r in board.rows) == [
        "generation=[0.0, 1.0, 512]",
        "generation=[0.7, 1.0, 512]",
    ]
    assert "the runs differ in generation; their run.json says how" in board.notes


def test_other_weights_under_the_same_name_are_another_model() -> None:
    task = demo.task("db", 4)
    pairs = [run(task, date="1"), run(task, date="2"), run(task, date="3", right=4)]
    facts: list[dict[str, str]] = [{"sha256": "a" * 64, "device": d} for d in ("cuda", "cpu")]
    facts.append({"sha256": "b" * 64, "device": "cpu"})
    runs = [(replace(r, model_facts=f), e) for (r, e), f in zip(pairs, facts, strict=True)]
    board = leaderboard(runs)
    assert [(r.detail, r.runs) for r in board.rows] == [
        ("sha256=bbbbbbbbbbbb", 1),
        ("sha256=aaaaaaaaaaaa", 2),
    ]


def test_runs_with_an_edited_plugin_file_are_not_added_up() -> None:
    task = demo.task("db", 4)
    pairs = [run(task, date="1"), run(task, date="2")]
    runs = [(replace(r, plugins={"mine": f"mine.py sha256:{i}"}), e) for i, (r, e) in enumerate(pairs)]
    assert [r.runs for r in leaderboard(runs, names=["logs/a", "logs/b"]).rows] == [1, 1]


def test_errors_and_missing_episodes_shrink_the_denominator() -> None:
    task = demo.task("db", 4)
    record, _ = run(task)
    episodes = [demo.episode("db", "test-000", 1.0), demo.episode("db", "test-001", None)]
    cell = leaderboard([(record, episodes)]).rows[0].cells[DB]
    assert (cell.score, cell.n, cell.planned, cell.errors) == (1.0, 1, 4, 1)


def test_an_oracle_is_a_row_apart_from_its_honest_namesake() -> None:
    task = demo.task("db", 4)
    board = leaderboard([run(task, date="1"), run(task, date="2", oracle=True)])
    assert sorted(r.oracle for r in board.rows) == [False, True]


def test_the_overall_score_needs_all_tasks_of_the_profile() -> None:
    tasks = [demo.task(name, 2, "fc", "agentbench-std") for name in FC_TASKS]
    assert leaderboard([run(*tasks)]).rows[0].overall["fc"].value == pytest.approx(0.5)
    assert leaderboard([run(*tasks[:3])]).rows[0].overall["fc"].value is None


def test_published_rows_stand_only_in_columns_of_their_profile() -> None:
    ours = [run(demo.task("db", 4, "v0.2", "agentbench-std")), run(demo.task("db", 4), demo.task("nim", 4))]
    board = leaderboard(ours, published=True, names=["logs/a", "logs/b"])
    published = [r for r in board.rows if r.published]
    assert len(published) == 27
    assert all(set(r.cells) == {("db", "v0.2")} for r in published)
    gpt4 = next(r for r in published if r.model == "gpt-4-0613")
    assert gpt4.cells["db", "v0.2"].score == 0.32
    assert gpt4.overall["v0.2"].value == 4.01
    assert "leaderboard.png" in gpt4.source
    assert not any("no fair comparison" in n for n in board.notes)
    assert "there are no published figures for profile native" in board.notes


def test_published_rows_beside_another_split_come_with_a_warning() -> None:
    board = leaderboard([run(demo.task("db", 4, "fc", "agentbench-dev"))], published=True)
    assert len([r for r in board.rows if r.published]) == 23
    assert any("of split agentbench-std, the runs of agentbench-dev" in n for n in board.notes)


def test_published_figures_of_other_sources_are_marked() -> None:
    board = leaderboard([run(demo.task("webshop", 4, "fc", "agentbench-std"))], published=True)
    marked = {r.model for r in board.rows if r.published and r.cells["webshop", "fc"].other_source}
    assert "AgentLM-7B" in marked
    assert "GPT-5" not in marked
    assert any(n.startswith("* ") for n in board.notes)


def test_the_published_tables_can_be_shown_alone() -> None:
    board = leaderboard([], published=True)
    assert len(board.rows) == 27 + 23
    assert len(board.columns) == len(WEIGHTS) + len(FC_TASKS)


def test_rows_that_all_have_an_overall_score_are_ordered_by_it() -> None:
    tasks = [demo.task(name, 2, "v0.2", "agentbench-std") for name in WEIGHTS]
    board = leaderboard([run(*tasks)], published=True)
    scores = [r.overall["v0.2"].value for r in board.rows]
    assert scores == sorted(scores, key=lambda s: -(s or 0))
    assert (board.rows[0].model, board.rows[1].model) == ("smollm2", "gpt-4-0613")


def test_a_leaderboard_of_nothing_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--published"):
        leaderboard([])
