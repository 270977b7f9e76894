"""Any reply is read as actions, or refused as a format error with its kind; never anything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import FormatError
from harness.protocol import TextRules, ToolRules
from harness.rules import Tool
from harness.types import Action, Observation, Reply, ToolCall

SCHEMA = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
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


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [("{", "bad argument"), ("[]", "bad argument"), ("{}", "bad argument"), ('{"query": 1}', "bad argument"),
     ('{"query": NaN}', "bad argument"), ("[" * 100_000, "bad argument")],
)  # fmt: skip
def test_bad_arguments_have_a_kind(arguments: str, kind: str) -> None:
    with pytest.raises(FormatError) as e:
        TOOLS.parse(Reply("", (ToolCall("1", "sql", arguments),)))
    assert e.value.kind == kind
