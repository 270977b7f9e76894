"""Reading judges and planners: whatever they say, the answer is a verdict or none."""

import pytest
from harness.plugins.strategies._judge import number, shorten, yes_no
from harness.plugins.strategies._plans import read
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("said", "index"),
    [
        ("2", 1),
        ("Candidate 2", 1),
        ("[2]", 1),
        ("Answer: 2", 1),
        ("**2.** because it moves on", 1),
        ("#1", 0),
        ("(3)", 2),
        ("7 is not there, 3 is", 2),
        ("version 1.5, so 2", 1),
        ("2\n\nCandidate 1 fails.", 1),
        ("The best is 1, not 2.", 0),
        ("I would not choose 1; I choose option 2.", 1),
        ("**Answer:** candidate 3; 1 and 2 fail", 2),
        ("Of the 2 candidates, 1 wins", None),
        ("not 1 but 2", None),
        ("1 or 2?", None),
        ("x1", None),
        ("0", None),
        ("the second", None),
        ("", None),
    ],
)
def test_a_verdict_is_the_one_number_in_range_that_is_meant(said: str, index: int | None) -> None:
    assert number(said, 3) == index


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Yes", True),
        ("yes.", True),
        ("**No**", False),
        ("Answer: NO, not yet", False),
        ("I think yes, no doubt", True),
        ("Nothing is known", None),
        ("", None),
    ],
)
def test_yes_or_no_is_whichever_comes_first_as_a_word(said: str, answer: bool | None) -> None:
    assert yes_no(said) is answer


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ("1. find\n2. take\n3. put", ["find", "take", "put"]),
        ("Here is a plan:\n\n1) find\n2) take", ["find", "take"]),
        ("- find\n* take\n• put", ["find", "take", "put"]),
        ("Step 1: find\nSub-task 2: take", ["find", "take"]),
        ("**Subtask 1:** find\n**Subtask 2:** take", ["find", "take"]),
        ('```json\n["find", "take"]\n```', ["find", "take"]),
        ('[{"id": 1, "task": "find it"}, {"id": 2, "task": "take it"}]', ["find it", "take it"]),
        ("1. use [1, 2] as input\n2. take", ["use [1, 2] as input", "take"]),
        ("1. a\n2. b\n3. c\n4. d", ["a", "b", "c"]),
        ("1. 1.1.1.1\n2. ...\n3. find it", ["find it"]),
        ("I would just do it.", []),
        ("", []),
    ],
)
def test_a_plan_is_read_from_lists_of_many_kinds(said: str, steps: list[str]) -> None:
    assert read(said, 3) == steps


PIECES = st.sampled_from(
    ["[", "]", "{", "}", '"', "1.", "- ", "\n", "yes", "No", "2", "a", "**", "\x00", "²"]
)
ANYTHING = st.text() | st.lists(PIECES).map("".join)


@given(ANYTHING, st.integers(0, 9))
def test_arbitrary_text_never_raises(said: str, count: int) -> None:
    assert yes_no(said) in (True, False, None)
    index = number(said, count)
    assert index is None or 0 <= index < count
    steps = read(said, count)
    assert len(steps) <= count and all(steps)


def test_deep_brackets_are_no_plan_and_take_no_time() -> None:
    assert read("[" * 100_000, 3) == []


@given(st.text(), st.integers(10, 500))
def test_shortened_text_is_bounded_and_keeps_both_ends(text: str, room: int) -> None:
    short = shorten(text, room)
    assert len(short) <= room + 40
    if len(text.strip()) > room:
        assert short[:5] == text.strip()[:5] and short[-3:] == text.strip()[-3:]
