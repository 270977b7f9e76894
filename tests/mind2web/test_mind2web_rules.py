"""How answers are written and read: native text and tools, and AgentBench v0.2's lines."""

import json
from pathlib import Path

import pytest
from harness.tasks.web.mind2web.rules import newest, questions
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Observation, Reply, Settings, ToolCall

TEXT, TOOLS, V02 = (
    questions(Settings(p, q)) for p, q in (("native", "text"), ("native", "tools"), ("v0.2", "text"))
)
LETTERS = st.sampled_from("BCDEF")
VALUES = st.from_regex(r"\A[a-z0-9]+( [a-z0-9.,'!?-]+)*\Z")


def answer(choice: str, action: str = "", value: str = "") -> Action:
    return Action("answer", {"choice": choice, "action": action, "value": value})


def call(**said: object) -> Reply:
    return Reply("", (ToolCall("c", "answer", json.dumps(said)),))


def test_v02_takes_what_it_cannot_read_for_none() -> None:
    assert V02.parse(Reply("I give up")) == (answer("A"),)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Thought: x\nAnswer: C.\nAction: SELECT\nValue: Pickup", answer("C", "SELECT", "Pickup")),
        ("Answer: B.\nAction: CLICK", answer("B", "CLICK")),
        ("Answer: D. Action: TYPE\nValue: ann, bob", answer("D", "TYPE", "ann, bob")),
        ("answer: C.\nAction: CLICK", answer("A")),
        ("Answer:C.\nAction: CLICK", answer("A")),
        ("Answer: B.", answer("B")),
        ("Answer: B.\nAction: HOVER", answer("B")),
        ("Answer: A.\nAction: CLICK\nValue: x", answer("A")),
    ],
)
def test_v02_reads_to_the_letter(text: str, read: Action) -> None:
    assert V02.parse(Reply(text)) == (read,)


@pytest.mark.parametrize(
    "text", ["", "Answer: G.", "Answer: B.", "Action: CLICK", "Answer: Basket.\nAction: CLICK"]
)
def test_native_corrects_what_it_cannot_read(text: str) -> None:
    with pytest.raises(FormatError, match="Write"):
        TEXT.parse(Reply(text))


@pytest.mark.parametrize(
    "text",
    ["**Answer:** (c)\n**Action:** select\n**Value:** Rye", "answer: C.\naction: SELECT\nvalue: Rye",
     "Answer: `C`\nAction: `SELECT`\nValue: Rye", "**Answer: C**\n**Action: SELECT**\n**Value:** Rye**",
     "Thought: the action: CLICK is wrong, the value: Oat too\nAnswer: C\nAction: SELECT\nValue: Rye",
     "Action: SELECT\nValue: Rye\nAnswer: C"],
)  # fmt: skip
def test_native_reads_through_markup_and_case(text: str) -> None:
    assert TEXT.parse(Reply(text)) == (answer("C", "SELECT", "Rye"),)


def test_a_reply_that_was_cut_off_is_called_truncated() -> None:
    with pytest.raises(FormatError) as caught:
        TEXT.parse(Reply("Thought: let me", finish="length"))
    assert caught.value.kind == "truncated"


def test_of_several_calls_the_first_counts() -> None:
    first = ToolCall("c", "answer", json.dumps({"choice": "b.", "action": "type", "value": "x"}))
    other = ToolCall("d", "answer", json.dumps({"choice": "C", "action": "CLICK"}))
    assert TOOLS.parse(Reply("", (first, other))) == (answer("B", "TYPE", "x"),)


def test_a_second_call_that_cannot_be_read_does_not_matter() -> None:
    first = ToolCall("c", "answer", json.dumps({"choice": "B", "action": "CLICK"}))
    assert TOOLS.parse(Reply("", (first, ToolCall("d", "answer", "{")))) == (answer("B", "CLICK"),)


def test_a_call_for_none_needs_no_action() -> None:
    assert TOOLS.parse(call(choice="A")) == (answer("A"),)


@pytest.mark.parametrize(
    "reply",
    [call(choice="B"), call(choice="B", action="HOVER"), call(), Reply("Answer: B.\nAction: CLICK"),
     Reply("", (ToolCall("c", "answer", "{"),)), Reply("", (ToolCall("c", "reply", "{}"),))],
)  # fmt: skip
def test_a_call_that_says_too_little_is_corrected(reply: Reply) -> None:
    with pytest.raises(FormatError):
        TOOLS.parse(reply)


@given(LETTERS, st.sampled_from(("TYPE", "SELECT")), VALUES)
def test_what_is_written_is_read_back(choice: str, action: str, value: str) -> None:
    said = answer(choice, action, value)
    for rules in (TEXT, TOOLS, V02):
        assert rules.parse(rules.write(said, "hm")) == (said,)


@given(LETTERS)
def test_a_click_is_read_back_without_a_value(choice: str) -> None:
    for rules in (TEXT, TOOLS, V02):
        assert rules.parse(rules.write(answer(choice, "CLICK"))) == (answer(choice, "CLICK"),)


@given(st.text())
def test_v02_reads_any_text_as_one_of_six_choices(text: str) -> None:
    (read,) = V02.parse(Reply(text))
    assert str(read.arguments["choice"]) in "ABCDEF"


@given(st.text())
def test_native_reads_any_text_or_says_what_is_wrong(text: str) -> None:
    for rules in (TEXT, TOOLS):
        try:
            (read,) = rules.parse(Reply(text))
        except FormatError as e:
            assert str(e)
        else:
            assert str(read.arguments["choice"]) in "ABCDEF"


@given(
    st.dictionaries(
        st.sampled_from(("choice", "action", "value", "x")), st.none() | st.integers() | st.text()
    )
)
def test_a_call_with_any_arguments_is_read_or_corrected(said: dict[str, object]) -> None:
    try:
        (read,) = TOOLS.parse(call(**said))
    except FormatError as e:
        assert str(e)
    else:
        assert all(isinstance(v, str) for v in read.arguments.values())


def test_without_examples_the_instructions_stay_before_the_newest_question(tmp_path: Path) -> None:
    (tmp_path / "native-example.md").write_text("")
    rules = questions(Settings("native", "text", prompts=tmp_path))
    first, other = (rules.prompt(Observation(f"Task: {n}")) for n in (1, 2))
    said = [*first, Message("assistant", "Answer: A.")]
    assert rules.view(said) == said
    assert rules.view([*said, Message("user", "Task: 2")]) == other
    assert len(other) == 1 and other[0].content.endswith("\n\nTask: 2")


def test_roles_alternate_and_the_problem_comes_last() -> None:
    for rules in (TEXT, V02):
        roles = [m.role for m in rules.prompt(Observation("Task: p"))]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]


def test_the_first_question_is_sent_with_what_follows_it() -> None:
    messages = [Message("user", "Task: one"), Message("assistant", "?"), Message("user", "Write: Answer")]
    assert newest(messages, 1) == messages


def test_older_questions_are_left_out() -> None:
    head = [Message("user", "rules"), Message("assistant", "example")]
    tail = [Message("user", "Task: 2"), Message("assistant", "??"), Message("user", "Write: Answer")]
    sent = newest([*head, Message("user", "Task: 1"), Message("assistant", "Answer: A."), *tail], 2)
    assert sent == [*head, *tail]
