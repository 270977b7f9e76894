"""Answers are literals, parsed and never evaluated."""

import ast
import json
import sys

import pytest
from harness.tasks.db.answers import literal, native_answers, v02_answers
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text",
    ["['a', \"b\"]", "('a',)", "[]", "()", "[1, 2.5, -3, 1e3, .5]", "[None, True, False]", "'it\\'s'",
     "[[1], ['x']]", "'a' 'b'", "['\\n\\t\\\\']", "('a')", "1_000", "'\\u00e9\\x41'", "1, 2", "[1,]"],
)  # fmt: skip
def test_literals_read_as_python_reads_them(text: str) -> None:
    assert literal(text) == ast.literal_eval(text)


@pytest.mark.parametrize(
    "text",
    ["", "Vienna", "[a]", "f()", "[1", "[1 2]", "(1]", "1 + 1", "__import__('os')", "{}", "{'a': 1}",
     "[" * 10_000, "9" * 5_000, "[" + "1," * 50_000 + "]", "'open",
     "[x for x in y]", "lambda: 1", "1.2.3", "null"],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        literal(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner),
    max_leaves=8,
)


@given(st.lists(json_values, max_size=5))
def test_json_lists_are_read(values: list[object]) -> None:
    written = json.dumps(values)
    if max(map(len, written.split("["))) < 1000:
        assert literal(written.replace("\\ud", "x"), json=True) == json.loads(written.replace("\\ud", "x"))


@given(st.text())
def test_any_text_is_an_answer_or_refused(text: str) -> None:
    assert isinstance(v02_answers(text), list)
    assert all(isinstance(a, str) for a in native_answers(text))


@given(st.text(alphabet="[](){}'\"\\,1.e-_ NonTrue\n", max_size=60))
def test_literals_agree_with_python_where_both_read_them(text: str) -> None:
    try:
        value = literal(text)
    except ValueError:
        return
    try:
        expected = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError):
        return  # more is read than Python does, such as line breaks between items
    if not isinstance(expected, set):
        assert value == expected


def test_a_grader_does_not_run_an_answer() -> None:
    before = set(sys.modules)
    v02_answers("__import__('antigravity')")
    native_answers("[__import__('antigravity')]")
    assert "antigravity" not in set(sys.modules) - before


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ('["a", "b"]', ["a", "b"]),
        ("['a']", ["a"]),
        ("[null, 7]", ["None", "7"]),
        ("Vienna", ["Vienna"]),
        ("Vienna.", ["Vienna"]),
        ('"New York"', ["New York"]),
        ("42", ["42"]),
        ("[('a',), ('b',)]", ["a", "b"]),
        ("[Oslo, Rome]", ["[Oslo, Rome]"]),
        ("1,174", ["1,174"]),
        ("1, 174", ["1", "174"]),
        ("New York.", ["New York"]),
        ("Washington D.C.", ["Washington D.C."]),
        ('"Paris".', ["Paris"]),
        ('["a[1]", "b"].', ["a[1]", "b"]),
        ('[\n"a[1]",\n"b]c"\n] as shown', ["a[1]", "b]c"]),
        ("Vienna\nand more", ["Vienna"]),
    ],
)
def test_native_answers(said: str, read: list[str]) -> None:
    assert native_answers(said) == read
