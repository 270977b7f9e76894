"""How replies are read: v0.2 to the letter, fc call by call, native with tolerance."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.tasks.db.rules_fc import fc
from harness.tasks.db.rules_native import native
from harness.tasks.db.rules_v02 import v02
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Observation, Reply, Settings, Status, ToolCall, UsageError

V02 = v02(Settings("v0.2"))
FC = fc(Settings("fc", "tools"))
TEXT = native(Settings(), "sqlite")
TOOLS = native(Settings(protocol="tools"), "sqlite")
SELECT = Action("execute_sql", {"query": "SELECT 1"})


def kind(rules: Any, reply: Reply | str) -> str:
    with pytest.raises(FormatError) as caught:
        rules.parse(Reply(reply) if isinstance(reply, str) else reply)
    return caught.value.kind


def one(rules: Any, reply: Reply | str) -> Action:
    (action,) = rules.parse(Reply(reply) if isinstance(reply, str) else reply)
    return action


def call(name: str, arguments: str, id: str = "c1") -> ToolCall:
    return ToolCall(id, name, arguments)


class TestV02:
    def test_the_conversation_opens_with_the_agents_ok(self) -> None:
        instructions, ok, problem = V02.prompt(Observation("How many?\nThe table is t."))
        assert (instructions.role, ok, problem.content) == (
            "user",
            Message("assistant", "Ok."),
            "How many?\nThe table is t.",
        )

    def test_an_operation(self) -> None:
        assert one(V02, "I look.\nAction: Operation\n```sql\nSELECT 1\n```") == SELECT

    def test_a_statement_over_several_lines_becomes_one_line(self) -> None:
        assert one(V02, "Action: Operation\n```sql\nSELECT\n1\n```") == SELECT

    def test_only_the_first_block_counts(self) -> None:
        assert one(V02, "Action: Operation\n```sql\nSELECT 1\n```\n```sql\nSELECT 2\n```") == SELECT

    @pytest.mark.parametrize(
        "reply",
        [
            "Action: Operation",  # no newline after it
            "Action: operation\n```sql\nSELECT 1\n```",
            "Action: Operation \n```sql\nSELECT 1\n```",
            "Action: Operation\n```\nSELECT 1\n```",
            "Action: Operation\nSELECT 1",
            "Action: Answer",
            "Final Answer: [1]",  # nothing, not even a newline, before it
            "Thought: hm",
            "",
        ],
    )
    def test_what_does_not_match_ends_the_episode_as_invalid_format(self, reply: str) -> None:
        with pytest.raises(FormatError) as caught:
            V02.parse(Reply(reply))
        seen = V02.mistake(caught.value)
        assert seen.done and seen.status is Status.INVALID_FORMAT

    def test_an_answer_needs_no_action_line(self) -> None:
        assert one(V02, "So:\nFinal Answer: ['a']").arguments == {"answers": ["a"]}

    def test_an_answer_ends_at_its_line(self) -> None:
        reply = 'Action: Answer\nFinal Answer: ["a"]\nFinal Answer: ["b"]'
        assert one(V02, reply).arguments == {"answers": ["a"]}

    def test_the_first_action_decides(self) -> None:
        reply = "Action: Operation\n```sql\nSELECT 1\n```\nAction: Answer\nFinal Answer: [2]"
        assert one(V02, reply) == SELECT

    def test_long_histories_are_cut_before_they_are_sent(self) -> None:
        messages = [Message("user", "go"), Message("assistant", "Ok."), Message("user", "x, " * 2000)] * 2
        assert V02.view(messages)[0].content.endswith("messages are omitted.")


class TestFc:
    def test_all_calls_of_a_turn_are_read(self) -> None:
        calls = (
            call("execute_sql", '{"query": "SELECT 1"}'),
            call("commit_final_answer", '{"answers": ["a"]}', "c2"),
        )
        assert [a.name for a in FC.parse(Reply("", calls))] == ["execute_sql", "commit_final_answer"]

    def test_a_turn_without_a_call_is_corrected_and_goes_on(self) -> None:
        with pytest.raises(FormatError) as caught:
            FC.parse(Reply("The answer is 7."))
        seen = FC.mistake(caught.value)
        assert not seen.done
        assert [m.role for m in FC.feedback(Reply("The answer is 7."), [(None, seen)])] == ["user"]

    def test_one_bad_call_does_not_spoil_the_others(self) -> None:
        calls = (call("execute_sql", '{"query": "SELECT 1"}'), call("execute_sql", "{", "c2"))
        good, bad = FC.parse(Reply("", calls))
        assert good == SELECT
        assert (bad.name, bad.call_id) == ("unreadable", "c2")

    def test_the_first_argument_counts_whatever_its_name(self) -> None:
        assert one(FC, Reply("", (call("execute_sql", '{"sql": "SELECT 1"}'),))) == SELECT
        assert one(FC, Reply("", (call("commit_final_answer", '{"a": "7"}'),))).arguments == {
            "answers": ["7"]
        }

    @pytest.mark.parametrize(
        ("name", "arguments", "expected"),
        [
            ("shell", "{}", "unknown tool"),
            ("execute_sql", "{", "bad argument"),
            ("execute_sql", "[]", "bad argument"),
            ("execute_sql", "{}", "bad argument"),
        ],
    )
    def test_unreadable_calls(self, name: str, arguments: str, expected: str) -> None:
        assert kind(FC, Reply("", (call(name, arguments),))) == expected


class TestNative:
    @pytest.mark.parametrize(
        "reply",
        [
            "Action: Operation\n```sql\nSELECT 1\n```",
            "**Action:** Operation\n```sql\nSELECT 1\n```",
            "action : operation\n```\nSELECT 1\n```",
            "Action: Operation\nSELECT 1",
            "Action: Operation\n```sql\nSELECT 1",
            "Let me see.\n```sql\nSELECT 1\n```",
            "SELECT 1",
            "Action: Operation ```sql SELECT 1 ```",
            "Action: Operation\n```sql\nSELECT 1\n```\nOutput: 5\nAction: Answer\nFinal Answer: [5]",
            'I plan:\n```json\n{"step": 1}\n```\nAction: Operation\n```MariaDB\nSELECT 1\n```',
            "```python\nprint(1)\n```\n```\nSELECT 1\n```",
        ],
    )
    def test_ways_to_write_an_operation(self, reply: str) -> None:
        assert one(TEXT, reply) == SELECT

    @pytest.mark.parametrize(
        "reply",
        [
            'Action: Answer\nFinal Answer: ["a", "b"]',
            "Final Answer: ['a', 'b']",
            "**Final Answer:** ['a', 'b']",
            'action: answer\nfinal answer:\n["a",\n "b"]',
            "Action: Answer ['a', 'b']",
            "Final Answer: ['a', 'b'].",
            'Final Answer:\n```json\n["a",\n"b"]\n```',
        ],
    )
    def test_ways_to_write_an_answer(self, reply: str) -> None:
        assert one(TEXT, reply).arguments == {"answers": ["a", "b"]}

    @pytest.mark.parametrize(
        ("reply", "expected"),
        [
            (Reply("I do not know."), "no action"),
            (Reply("With this in mind, I think the count is 5."), "no action"),
            (Reply("Let me look.\nShow me the table"), "no action"),
            (Reply("Action: Operation\n```python\nprint(1)\n```\nSELECT 1"), "unparseable"),
            (Reply('```json\n{"a": 1}\n```'), "unparseable"),
            (Reply(""), "no action"),
            (Reply("Action: Operation\nlet me look"), "unparseable"),
            (Reply("Action: Operation\n```sql\n```"), "unparseable"),
            (Reply("Action: Answer\nFinal Answer:"), "unparseable"),
            (Reply("Action: Operation\n```sql\nSELECT 1, ", finish="length"), "truncated"),
            (Reply("First I think about", finish="length"), "truncated"),
        ],
    )
    def test_what_cannot_be_read_has_a_kind(self, reply: Reply, expected: str) -> None:
        assert kind(TEXT, reply) == expected

    @pytest.mark.parametrize(
        "sql",
        [
            "select a\nfrom t",
            "WITH x AS (SELECT 1)\nSELECT * FROM x",
            "Insert or ignore into t VALUES (1)",
            "UPDATE `a b` SET c = 1",
            "PRAGMA table_info(t)",
            "EXPLAIN QUERY PLAN SELECT 1",
        ],
    )
    def test_sql_needs_no_block(self, sql: str) -> None:
        assert one(TEXT, f"I look.\n{sql}\n\nThen I see.").arguments == {"query": sql}

    def test_a_block_of_another_language_is_named(self) -> None:
        with pytest.raises(FormatError, match="block of python is not run"):
            TEXT.parse(Reply("Action: Operation\n```python\nprint(1)\n```"))

    def test_a_mistake_is_corrected_with_the_format(self) -> None:
        with pytest.raises(FormatError) as caught:
            TEXT.parse(Reply("hello"))
        seen = TEXT.mistake(caught.value)
        assert not seen.done
        assert "Action: Operation" in seen.text and "Final Answer" in seen.text

    def test_the_example_is_a_conversation_of_the_same_format(self) -> None:
        messages = TEXT.prompt(Observation("Problem: ?"))
        assert [m.role for m in messages] == ["user", "assistant"] * 2 + ["user"]
        assert messages[-1].content == "Problem: ?"
        acted = [one(TEXT, m.content).name for m in messages if m.role == "assistant"]
        assert acted == ["execute_sql", "commit_final_answer"]

    def test_the_prompt_names_the_engine(self) -> None:
        assert "SQLite" in TEXT.prompt(Observation("?"))[0].content
        assert "MariaDB" in native(Settings(), "mariadb").prompt(Observation("?"))[0].content

    def test_numbers_in_a_tools_answer_become_text(self) -> None:
        assert one(TOOLS, Reply("", (call("commit_final_answer", '{"answers": [7]}'),))).arguments == {
            "answers": ["7"]
        }


@pytest.mark.parametrize("rules", [V02, FC, TEXT, TOOLS], ids=["v0.2", "fc", "text", "tools"])
@pytest.mark.parametrize(
    "action",
    [
        Action("execute_sql", {"query": "UPDATE t SET a = 'it''s \"é\"' WHERE b < 3"}),
        Action("commit_final_answer", {"answers": ["O'Hara", "5", 'say "x"', "a\\b", "é, ü"]}),
        Action("commit_final_answer", {"answers": ["done"]}),
    ],
)
def test_what_an_expert_writes_is_read_back(rules: Any, action: Action) -> None:
    assert one(rules, rules.write(action)) == action
    assert one(rules, rules.write(action, "I think so.")) == action


pieces = st.sampled_from(
    [
        "Action:",
        "Operation",
        "Answer",
        "Final Answer:",
        "```sql",
        "```",
        "\n",
        "SELECT 1",
        "[",
        "]",
        '"',
        "**",
        " ",
    ]
)
replies = st.lists(pieces | st.text(max_size=5), max_size=14).map("".join)


@pytest.mark.parametrize("rules", [V02, TEXT], ids=["v0.2", "native"])
@given(text=replies, finish=st.sampled_from(["stop", "length"]))
def test_no_text_is_too_strange_to_be_read(rules: Any, text: str, finish: str) -> None:
    try:
        actions = rules.parse(Reply(text, finish=finish))
    except FormatError as error:
        assert error.kind in ("no action", "unparseable", "truncated")
    else:
        assert [a.name in ("execute_sql", "commit_final_answer") for a in actions] == [True]
        json.dumps(dict(actions[0].arguments))


names = st.sampled_from(["execute_sql", "commit_final_answer", "rm"])
arguments = st.text(max_size=10) | st.dictionaries(
    st.sampled_from(["query", "answers", "x"]),
    st.recursive(st.none() | st.text(max_size=5) | st.integers(), st.lists),
).map(json.dumps)


@pytest.mark.parametrize("rules", [FC, TOOLS], ids=["fc", "native"])
@given(calls=st.lists(st.builds(call, names, arguments), max_size=3))
def test_no_call_is_too_strange_to_be_read(rules: Any, calls: list[ToolCall]) -> None:
    try:
        actions = rules.parse(Reply("", tuple(calls)))
    except FormatError as error:
        assert error.kind in ("no action", "unknown tool", "bad argument")
    else:
        assert len(actions) == len(calls)


def test_the_users_own_prompts_replace_ours(tmp_path: Any) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "native-text.md").write_text("My {engine} words.")
    own = native(Settings(prompts=tmp_path), "sqlite")
    assert own.prompt(Observation("?"))[0].content.startswith("My SQLite words.\n\nProblem:")
    assert v02(Settings("v0.2", prompts=tmp_path)).prompt(Observation("?")) == V02.prompt(Observation("?"))


def test_an_empty_example_is_left_out(tmp_path: Any) -> None:
    (tmp_path / "native-example.md").write_text("")
    (only,) = native(Settings(prompts=tmp_path), "sqlite").prompt(Observation("?"))
    assert only.content.endswith("?")


def test_an_example_that_does_not_alternate_is_refused(tmp_path: Any) -> None:
    (tmp_path / "native-example.md").write_text("--- agent\nhello\n")
    with pytest.raises(UsageError, match=r"native-example\.md"):
        native(Settings(prompts=tmp_path), "sqlite")


def test_a_missing_prompts_folder_is_named(tmp_path: Any) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        native(Settings(prompts=tmp_path / "nowhere"), "sqlite")


def test_the_task_has_each_profile_in_its_protocols(play: Callable[..., Any]) -> None:
    task = play().task
    assert task.protocol("native") == "text"
    assert task.protocol("v0.2") == "text"
    assert task.protocol("fc") == "tools"
    with pytest.raises(UsageError, match=r"v0\.2"):
        task.protocol("v0.3")
