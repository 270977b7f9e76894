"""Any reply is read as actions, or refused as a format error with its kind; never anything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import FormatError
from harness.protocol import TextRules, ToolRules
from harness.rules import Tool
from harness.types import Action, Observation, Reply, ToolCall

SCHEMA = {
    "type": "object",
    "properties": {"query": {"type": "string"}, "rows": {"type": "integer"}},
    "required": ["query"],
}
TOOLS = ToolRules("Use the tool.", [Tool("sql", "Runs SQL.", SCHEMA)])


@given(st.text())
def test_arbitrary_text_is_read_or_refused(text: str) -> None:
    try:
        (action,) = TextRules().parse(Reply(text))
    except FormatError:
        return
    assert action.arguments["input"] in text


@given(st.text(), st.text())
def test_arbitrary_tool_calls_are_read_or_refused(name: str, arguments: str) -> None:
    with pytest.raises(FormatError):
        TOOLS.parse(Reply("", (ToolCall("1", name, arguments),)))


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_arbitrary_json_arguments_are_read_or_refused(value: object) -> None:
    try:
        (action,) = TOOLS.parse(Reply("", (ToolCall("1", "sql", json.dumps(value)),)))
    except FormatError as e:
        assert e.kind == "bad argument"
        return
    assert isinstance(action.arguments["query"], str)


@given(st.text())
def test_what_an_expert_writes_is_read_back(query: str) -> None:
    action = Action("sql", {"query": query})
    assert TOOLS.parse(TOOLS.write(action)) == (action,)


def test_the_last_action_line_counts() -> None:
    (action,) = TextRules().parse(Reply("Thought: x\nAction: a\nAction:  b c \n"))
    assert action.arguments == {"input": "b c"}


def test_every_tool_call_of_a_turn_gets_an_answer() -> None:
    calls = (ToolCall("1", "sql", '{"query": "a"}'), ToolCall("2", "sql", '{"query": "b"}'))
    reply = Reply("", calls, "tool_calls")
    (first, _) = TOOLS.parse(reply)
    messages = TOOLS.feedback(reply, [(first, Observation("seen"))])
    assert [(m.tool_call_id, m.content) for m in messages] == [("1", "seen"), ("2", "Not executed.")]


def test_calls_of_one_id_get_their_results_in_order() -> None:
    reply = Reply("", tuple(ToolCall("1", "sql", f'{{"query": "{q}"}}') for q in "ab"), "tool_calls")
    seen = [(action, Observation(f"saw {n}")) for n, action in enumerate(TOOLS.parse(reply))]
    assert [m.content for m in TOOLS.feedback(reply, seen)] == ["saw 0", "saw 1"]


def test_a_bad_call_among_several_is_named_to_all_of_them() -> None:
    reply = Reply("", (ToolCall("1", "sql", '{"query": "a"}'), ToolCall("2", "foo", "{}")), "tool_calls")
    with pytest.raises(FormatError) as e:
        TOOLS.parse(reply)
    assert e.value.kind == "unknown tool"
    told = [m.content for m in TOOLS.feedback(reply, [(None, TOOLS.mistake(e.value))])]
    assert told == [f"{e.value}"] * 2
    assert told[0].startswith("Call 2 of 2 cannot be read, so none was carried out: There is no tool 'foo'")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("\nls \r\npwd\n", "ls\npwd", True),
        ("if a:\n  b\nc", "if a:\n  b\n  c", False),
        ("echo a # c\necho b", "echo a # c echo b", False),
        ("SELECT 'a  b'", "SELECT 'a b'", False),
    ],
)
def test_actions_that_differ_inside_are_no_duplicates(one: str, other: str, same: bool) -> None:
    assert (Action("run", {"code": one}).key == Action("run", {"code": other}).key) is same


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [("{", "bad argument"), ("[]", "bad argument"), ("{}", "bad argument"), ('{"query": 1}', "bad argument"),
     ('{"query": NaN}', "bad argument"), ("[" * 100_000, "bad argument"),
     ('{"query": "a", "rows": true}', "bad argument")],
)  # fmt: skip
def test_bad_arguments_have_a_kind(arguments: str, kind: str) -> None:
    with pytest.raises(FormatError) as e:
        TOOLS.parse(Reply("", (ToolCall("1", "sql", arguments),)))
    assert e.value.kind == kind
