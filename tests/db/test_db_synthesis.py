"""Problems that a teacher writes about tables of `db`: what is a problem, and what is not."""

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from harness.tasks.db.native import bundled
from harness.tasks.db.synthesis import DbSynthesis
from hypothesis import given
from hypothesis import strategies as st

from harness import Settings, Unfit

SYNTHESIS = DbSynthesis(Settings())
ABOUT = next(s for s in bundled("train") if s.tables[0].name == "park")
QUESTION = "How many trees are there that someone could sit under?"


def problem(sql: str, question: str = QUESTION) -> dict[str, Any]:
    return {"tables": ABOUT.id, "question": question, "sql": sql}


def refusal(said: Mapping[str, Any]) -> str:
    with pytest.raises(Unfit) as unfit:
        SYNTHESIS.sample(said, "syn-1")
    return unfit.value.reason


def test_the_gold_of_a_question_is_what_the_engine_answers() -> None:
    sample = SYNTHESIS.sample(problem("SELECT COUNT(*) FROM tree"), "syn-1")
    assert sample.gold == (str(len(ABOUT.tables[1].rows)),)
    assert (sample.id, sample.split, sample.category, sample.question) == (
        "syn-1",
        "synthesized",
        "other",
        QUESTION,
    )


def test_the_gold_of_a_change_is_the_state_after_it() -> None:
    sample = SYNTHESIS.sample(problem("UPDATE tree SET age = age + 1"), "syn-1")
    assert sample.changes
    assert len(sample.gold[0]) > 32


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT COUNT(*) FROM unicorns", "the SQL fails"),
        ("SELECT COUNT(*) FROM tree WHERE age < 0", "the answer is nothing, 0, 1 or a repetition"),
        ("SELECT NULL", "the answer is nothing, 0, 1 or a repetition"),
        ("SELECT species FROM tree", "not one column of a few values"),
        ("SELECT tag, age FROM tree LIMIT 1", "not one column of a few values"),
        ("SELECT tag FROM tree WHERE age < 0", "not one column of a few values"),
        ("SELECT tag FROM tree LIMIT 1", "more than one answer is right"),
        ("UPDATE tree SET age = age", "the SQL changes nothing, or everything"),
        ("DELETE FROM tree", "the SQL changes nothing, or everything"),
        ("DROP TABLE tree", "not one SELECT, INSERT, UPDATE or DELETE"),
        ("SELECT 5; DELETE FROM tree", "not one SELECT, INSERT, UPDATE or DELETE"),
        ("PRAGMA table_info(tree)", "not one SELECT, INSERT, UPDATE or DELETE"),
        ("SELECT 7 + abs(random()) % 2", "the SQL depends on chance, the clock or the engine"),
        ("SELECT strftime('%Y', 'now')", "the SQL depends on chance, the clock or the engine"),
        ("SELECT CURRENT_TIMESTAMP", "the SQL depends on chance, the clock or the engine"),
        ("WITH a AS (SELECT 1) DELETE FROM tree WHERE age > 50", "the SQL of a question changes the tables"),
    ],
)
def test_sql_that_makes_no_problem_is_refused_with_its_reason(sql: str, reason: str) -> None:
    assert refusal(problem(sql)) == reason


def test_a_question_that_holds_its_answer_is_refused() -> None:
    count = len(ABOUT.tables[1].rows)
    assert (
        refusal(problem("SELECT COUNT(*) FROM tree", f"Are there {count} trees?"))
        == "the question holds its answer"
    )


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"tables": ABOUT.id, "sql": "SELECT 5"},
        problem("SELECT 5", ""),
        problem("SELECT 5", "x" * 601),
        problem("SELECT 5") | {"tables": "test-001"},
        problem("SELECT 5") | {"tables": 3},
        problem("SELECT 5") | {"sql": True},
    ],
)
def test_missing_and_wrong_fields_are_refused(said: dict[str, Any]) -> None:
    assert refusal(said) == "a field is missing or wrong"


@given(st.text(max_size=60))
def test_whatever_a_teacher_writes_as_sql_is_a_sample_or_unfit(sql: str) -> None:
    try:
        assert SYNTHESIS.sample(problem(sql), "x").gold
    except Unfit as unfit:
        assert unfit.reason


def test_the_spelling_of_the_sql_makes_no_other_problem() -> None:
    one = SYNTHESIS.sample(problem("SELECT COUNT(*) FROM tree"), "a")
    other = SYNTHESIS.sample(problem("select  count(*)\nfrom tree ;", "How many trees?"), "b")
    third = SYNTHESIS.sample(problem("SELECT COUNT(*) + 2 FROM tree"), "c")
    assert SYNTHESIS.key(one) == SYNTHESIS.key(other) != SYNTHESIS.key(third)


def test_a_request_follows_from_its_random_state_and_shows_training_data_only() -> None:
    shown = []
    one, again, other = (
        SYNTHESIS.ask(Random(n), 3, lambda s: shown.append(s.split) or "...") for n in (1, 1, 2)
    )
    assert one == again != other
    assert set(shown) == {"train"}
    assert "Write 3 new problems" in one.messages[0].content
    assert one.given["tables"].startswith("train-")
