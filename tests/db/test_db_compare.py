"""The comparators, by the test vectors of the spec (agentbench.md, section 3) and by property."""

import pytest
from harness.tasks.db.answers import v02_answers
from harness.tasks.db.compare import COMPARATORS, fc, fc_answers, native, v02
from hypothesis import given
from hypothesis import strategies as st

VECTORS = [
    ('["5.004"]', ["5.0"], False, True),
    ('["1,174"]', ["1174.0"], False, True),
    ('[""]', ["0"], False, True),
    ('["none"]', ["0"], False, True),
    ('["12%"]', ["12"], False, True),
    ("Vienna", ["Vienna"], False, True),
    ('["vienna"]', ["Vienna"], False, False),
    ("[1,2]", ["1.0", "2.0"], False, True),
    ("[]", ["0"], False, False),
    ('["a","a"]', ["a", "a"], True, True),
]


@pytest.mark.parametrize(("said", "gold", "by_v02", "by_fc"), VECTORS, ids=[v[0] for v in VECTORS])
def test_the_published_vectors(said: str, gold: list[str], by_v02: bool, by_fc: bool) -> None:
    assert v02(v02_answers(f" {said}"), gold) is by_v02
    assert fc(fc_answers(said), gold) is by_fc


@pytest.mark.parametrize(
    ("said", "gold", "right"),
    [
        ('["5"]', ["5.0"], True),  # floats
        (" 5", ["5"], True),  # a bare number is a string that parses
        ('["a", "b"]', ["b", "a"], True),  # sets
        ('["b"]', ["a", "b"], False),
        ("('a', 'b')", ["a", "b"], True),  # any iterable that eval gave
        ('"ab"', ["a", "b"], True),  # list("ab") falls apart
        ("[1, 2]", ["1", "2"], False),  # numbers are not strings in a set
        ("[[1], 2]", ["1", "2"], False),  # unhashable
        ('["none"]', ["none"], True),
        ('["nan"]', ["nan"], False),
        ("__import__('os').abort()", ["0"], False),  # nothing is evaluated
    ],
)
def test_v02_reads_as_eval_would(said: str, gold: list[str], right: bool) -> None:
    assert v02(v02_answers(said), gold) is right


@pytest.mark.parametrize(
    "nothing", ["", "nan", "inf", "-inf", "infinity", "NaN", "none", "null", "undefined"]
)
def test_native_never_takes_nothing_for_zero(nothing: str) -> None:
    assert fc([nothing], ["0"])
    assert not native([nothing], ["0"])


@pytest.mark.parametrize(
    ("said", "gold", "right"),
    [
        (["7"], ["7.0"], True),
        (["7.004"], ["7"], False),  # a whole number is met exactly
        (["12.346"], ["12.35"], True),
        (["12.4"], ["12.35"], False),
        (["0.005"], ["0"], False),
        (["1,174"], ["1174"], True),
        (["12%"], ["12"], True),
        (["'Oslo'"], ["Oslo"], True),
        (["null"], ["none"], True),
        ([""], ["none"], False),
        ([], ["none"], False),
        ([], [], False),
        (["b", "a"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        (["2", "1"], ["1", "2"], True),
        (["1", "1"], ["1", "2"], False),
        (["nan"], ["nan"], True),
        (["nan"], ["7"], False),
        (["1e999"], ["inf"], False),
    ],
)
def test_native(said: list[str], gold: list[str], right: bool) -> None:
    assert native(said, gold) is right


answers = st.lists(
    st.text(max_size=8) | st.integers() | st.floats() | st.none() | st.lists(st.text()), max_size=4
)
golds = st.lists(st.text(max_size=8) | st.integers().map(str), min_size=1, max_size=4)


@pytest.mark.parametrize("profile", COMPARATORS)
@given(answers=answers, gold=golds)
def test_a_comparator_says_yes_or_no_to_anything(
    profile: str, answers: list[object], gold: list[str]
) -> None:
    assert COMPARATORS[profile](answers, gold) in (True, False)


@given(st.lists(st.integers().map(str) | st.sampled_from(["Oslo", "O'Hara", "a b"]), min_size=1, max_size=5))
def test_the_gold_answer_is_right_in_any_order(gold: list[str]) -> None:
    assert native(gold[::-1], gold)
    assert fc(gold[::-1], gold)
