"""AgentBench's overall score and its published tables (spec section 11)."""

from statistics import fmean

import pytest

from harness.report.overall import FC_TASKS, WEIGHTS, overall, overall_of
from harness.report.published import PublishedRow, published

V02 = published("v0.2")
FC = published("fc")
assert V02 is not None
assert FC is not None


def shares(row: PublishedRow) -> dict[str, float | None]:
    return {task: score / 100 for task, score in row.scores.items()}


def named(rows: tuple[PublishedRow, ...]) -> list[str]:
    return [r.model for r in rows]


def test_all_published_rows_are_here() -> None:
    assert (len(V02.rows), len(FC.rows)) == (27, 23)
    assert len(set(named(V02.rows))) == 27
    assert len(set(named(FC.rows))) == 23


@pytest.mark.parametrize("row", V02.rows, ids=named(V02.rows))
def test_the_published_overall_score_is_reproduced(row: PublishedRow) -> None:
    # To three decimals: the farthest is claude v1.3, printed 2.44 where its scores give 2.4464. Scores
    # rounded to 0.05 and an overall score rounded to 0.005 may differ by 0.010.
    value = overall("v0.2", shares(row)).value
    assert value is not None
    assert round(abs(value - row.overall), 3) <= 0.006


@pytest.mark.parametrize("task", WEIGHTS)
def test_a_weight_is_the_mean_of_the_published_models(task: str) -> None:
    assert fmean(r.scores[task] for r in V02.rows) == pytest.approx(WEIGHTS[task], abs=0.06)


@pytest.mark.parametrize("row", FC.rows, ids=named(FC.rows))
def test_the_published_fc_average_is_the_plain_mean(row: PublishedRow) -> None:
    value = overall("fc", shares(row)).value
    assert value is not None
    assert 100 * value == pytest.approx(row.overall, abs=0.051)


def test_figures_from_other_sources_are_marked() -> None:
    marked = {r.model: r.other_source for r in FC.rows if r.other_source}
    assert set(marked.values()) == {("webshop",)}
    assert len(marked) == 5
    assert all(m.startswith(("AgentLM", "Hephaestus")) for m in marked)


def test_scores_are_read_under_the_right_task() -> None:
    gpt4 = next(r for r in V02.rows if r.model == "gpt-4-0613")
    assert (gpt4.scores["os"], gpt4.scores["household"], gpt4.scores["puzzles"]) == (42.4, 78.0, 16.6)
    agentrl = next(r for r in FC.rows if r.model == "AgentRL (Qwen2.5-32B)")
    assert (agentrl.scores["household"], agentrl.scores["webshop"]) == (94.5, 58.6)


def test_a_part_of_the_tasks_has_no_overall_score() -> None:
    two = overall("v0.2", {"db": 0.32, "os": 0.424})
    assert two.value is None
    assert "2 of 8 tasks" in str(two)


def test_a_task_without_a_scored_sample_leaves_the_overall_score_undefined() -> None:
    scores: dict[str, float | None] = dict.fromkeys(FC_TASKS, 0.5)
    scores["kg"] = None
    assert overall("fc", scores).value is None
    assert "nothing scored in kg" in overall("fc", scores).why


def test_a_strangers_task_does_not_change_the_overall_score() -> None:
    scores: dict[str, float | None] = dict.fromkeys(WEIGHTS, 0.2)
    assert overall("v0.2", {**scores, "nim": 1.0}) == overall("v0.2", scores)


@pytest.mark.parametrize("keys", [[("db", "native")], [("db", "v0.2"), ("os", "fc")], []])
def test_other_profiles_and_mixtures_have_no_overall_score(keys: list[tuple[str, str]]) -> None:
    number = overall_of(dict.fromkeys(keys, 0.5))
    assert number.value is None
    assert str(number).startswith("not defined")
