"""What a step and a task earn."""

import pytest
from harness.tasks.web.mind2web.samples import Step
from harness.tasks.web.mind2web.scoring import Pick, Result, judged, token_f1, total
from hypothesis import given
from hypothesis import strategies as st

TYPE = Step("TYPE", "New York", ("3", "4"), ("1", "2", "3", "4"), "x", "said")
CLICK = Step("CLICK", "", ("3",), ("1", "2", "3"), "x", "said")


@pytest.mark.parametrize(
    ("given", "right", "f1"),
    [("CLICK ", "CLICK ", 1), ("TYPE new york", "TYPE york", 0.8), ("CLICK", "TYPE x", 0), ("", "", 1),
     ("", "CLICK", 0), ("TYPE york new", "TYPE new york", 1)],
)  # fmt: skip
def test_f1_compares_sets_of_words(given: str, right: str, f1: float) -> None:
    assert token_f1(given, right) == pytest.approx(f1)


@given(st.text(), st.text())
def test_f1_is_symmetric_bounded_and_one_for_equals(one: str, other: str) -> None:
    assert token_f1(one, other) == token_f1(other, one)
    assert 0 <= token_f1(one, other) <= token_f1(one, one) == 1


def test_a_step_that_the_ranker_lost_earns_nothing_under_v02() -> None:
    pick = Pick("1", "TYPE", "New York")
    assert judged(TYPE, pick, False, "v0.2") == Result(0, 0, 0)
    assert judged(TYPE, pick, False, "native") == Result(0, 1, 0)


def test_any_of_the_right_elements_is_right() -> None:
    assert [judged(TYPE, Pick(e, "TYPE", "New York"), True, "v0.2").success for e in "1234"] == [0, 0, 1, 1]


def test_case_counts_under_v02_only() -> None:
    lower = Pick("3", "TYPE", "new york")
    assert (judged(TYPE, lower, True, "native").success, judged(TYPE, lower, True, "v0.2").success) == (1, 0)


def test_a_value_with_a_click_counts_under_v02_only() -> None:
    pick = Pick("3", "CLICK", "Search")
    assert (judged(CLICK, pick, True, "native").success, judged(CLICK, pick, True, "v0.2").success) == (1, 0)


def test_a_right_action_on_a_wrong_element_earns_its_f1_and_no_step() -> None:
    found = judged(CLICK, Pick("1", "CLICK", ""), True, "native")
    assert (found.element, found.f1, found.success) == (0, 1, 0)


def test_no_choice_earns_nothing() -> None:
    assert judged(CLICK, None, True, "native") == Result(0, 0, 1)


def test_a_step_that_was_not_reached_counts_and_progress_looks_at_those_passed() -> None:
    found = total([Result(1, 1, 1), Result(1, 0.5, 1)], 4)
    assert (found.value, found.progress) == (0.25, 0.5)
    assert found.parts == {
        "element_accuracy": 0.5, "action_f1": 0.375, "step_success": 0.25, "task_success": 0, "recall": 0.5
    }  # fmt: skip


def test_a_task_succeeds_when_all_its_steps_do() -> None:
    found = total([Result(1, 1, 0)] * 3, 3)
    assert (found.value, found.parts["task_success"], found.parts["recall"]) == (1, 1, 0)
