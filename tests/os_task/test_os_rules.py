"""How replies of the task os are read, and what the agent is shown, profile by profile."""

import json
from pathlib import Path

import pytest
from harness.tasks.os.rules_text import NativeText, PublishedText
from harness.tasks.os.rules_tools import NativeTools, PublishedTools
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Observation, Reply, Rules, Settings, Status, ToolCall
from harness.protocol import segments

V02 = PublishedText(Settings(profile="v0.2"))
FC = PublishedTools(Settings(profile="fc", protocol="tools"))
NATIVE = NativeText(Settings())
TOOLS = NativeTools(Settings(protocol="tools"))
EVERY = [V02, FC, NATIVE, TOOLS]

LINES = st.lists(
    st.sampled_from(
        [
            "Act: bash",
            "Act: answer(",
            ")",
            "Act: finish",
            "```bash",
            "```",
            "ls",
            "Act:",
            "act:answer 3",
            "(",
            "Think: x",
        ]
    )
    | st.text(max_size=12)
).map("\n".join)
CALLS = st.lists(
    st.builds(
        ToolCall,
        st.text(max_size=3),
        st.sampled_from(["bash", "answer", "finish", "bash_action", "answer_action", "finish_action", "x"]),
        st.text(max_size=30)
        | st.dictionaries(
            st.sampled_from(["script", "answer", "text", "thought"]),
            st.none() | st.integers() | st.text() | st.booleans(),
        ).map(json.dumps),
    ),
    max_size=3,
).map(tuple)


def said(rules: Rules, text: str) -> Action:
    (action,) = rules.parse(Reply(text))
    return action


def bash(script: str) -> Action:
    return Action("bash", {"script": script})


def answer(text: str) -> Action:
    return Action("answer", {"text": text})


@given(LINES, CALLS)
def test_any_reply_is_actions_or_a_format_error(text: str, calls: tuple[ToolCall, ...]) -> None:
    for rules in EVERY:
        try:
            actions = rules.parse(Reply(text, calls))
        except FormatError as e:
            assert rules.mistake(e).text
        else:
            assert {a.name for a in actions} <= {"bash", "answer", "finish"}
            assert all(isinstance(v, str) for a in actions for v in a.arguments.values())


@given(
    st.sampled_from(["ls -la", "a\n\nb", "echo '(x)'; cat <<< a"]),
    st.text("abc 123.-_/", min_size=1, max_size=9),
)
def test_what_an_expert_writes_is_read_back(script: str, text: str) -> None:
    for rules in EVERY:
        for action in (bash(script), answer(text.strip() or "x"), Action("finish", {"thought": ""})):
            assert rules.parse(rules.write(action)) == (action,)


class TestPublishedText:
    def test_the_last_readable_act_counts(self) -> None:
        text = "Act: bash\n```bash\nls\n```\nAct: answer(3)\nAct: dance"
        assert said(V02, text) == answer("3")

    def test_the_prefix_is_read_in_any_case_but_act_is_not(self) -> None:
        assert said(V02, "Act: FINISHED now").name == "finish"
        with pytest.raises(FormatError):
            V02.parse(Reply("act: finish"))

    def test_an_answer_lies_between_the_first_and_the_last_parenthesis(self) -> None:
        assert said(V02, "Act: answer(f(x) (y))") == answer("f(x) (y)")

    def test_an_answer_without_parentheses_is_passed_over(self) -> None:
        assert said(V02, "Act: finish\nAct: answer 3").name == "finish"

    def test_all_bash_blocks_are_joined_by_a_blank_line(self) -> None:
        text = "```bash\na\n```\nAct: bash\n```bash\nb\n```\n```python\nc\n```"
        assert said(V02, text) == bash("a\n\nb")

    def test_bash_without_a_block_runs_nothing(self) -> None:
        assert said(V02, "Act: bash ls") == bash("")

    def test_no_action_ends_the_episode_as_an_invalid_action(self) -> None:
        with pytest.raises(FormatError) as e:
            V02.parse(Reply("I would list the files."))
        assert V02.mistake(e.value).status is Status.INVALID_ACTION

    def test_an_agent_has_eight_turns(self) -> None:
        assert V02.turns == 8

    def test_the_prompt_is_an_example_and_then_the_problem(self) -> None:
        messages = V02.prompt(Observation("Count the wharves."))
        assert [m.role for m in messages] == ["user", "assistant"] * 3 + ["user"]
        assert messages[-1].content.endswith("Count the wharves.")

    def test_long_histories_are_cut_with_a_notice(self) -> None:
        first = V02.prompt(Observation("P"))
        long = [Message("assistant", "ls"), Message("user", "word " * 1500)] * 4
        shown = V02.view([*first, *long])
        assert shown[0].content.endswith("messages are omitted.")
        assert sum(segments(m.content) for m in shown[1:]) < 3500
        assert shown[1].role == "assistant"
        assert V02.view(first) == first

    def test_observations_have_the_published_shape(self) -> None:
        assert V02.show(Observation("a")) == "The output of the OS:\n\na"
        assert V02.show(Observation("")) == "The output of the OS is empty."


class TestNativeText:
    @pytest.mark.parametrize(
        ("text", "action"),
        [
            ("Action: answer(7)", answer("7")),
            ("**Act: answer(7)**", answer("7")),
            ("act: answer: 7", answer("7")),
            ("Act: answer(7", answer("7")),
            ("Act: answer(a (b) c)", answer("a (b) c")),
            ("```\nls\n```", bash("ls")),
            ("Act: bash\n```sh\nls\n```", bash("ls")),
            ("Act: bash\n```bash\nls", bash("ls")),
            ("Act: bash ls -l", bash("ls -l")),
            ("Act: finish.", Action("finish", {"thought": ""})),
            ("Act: Bash\n```BASH\nls\n```", bash("ls")),
            ("Act: bash\n``` {.bash} title=x\r\nls\r\n```\r\nThen I look.", bash("ls")),
            ("Act: bash ```ls```\nThis lists files.", bash("ls")),
            ('```json\n{"goal": 1}\n```\nSo:\n```sh\nls\n```', bash("ls")),
        ],
    )
    def test_near_misses_are_read(self, text: str, action: Action) -> None:
        assert said(NATIVE, text) == action

    @pytest.mark.parametrize(
        "text",
        [
            "Act: bash\n```python\nprint(1)\n```\nThen I look at rm.",
            "Act: bash ```python\nprint(1)\n```\nThen I look.\nAct: finish",
            "```python\nprint(1)\n```\nThen I look.",
        ],
    )
    def test_a_block_of_another_language_is_refused_and_no_prose_is_run(self, text: str) -> None:
        with pytest.raises(FormatError, match="block of python is not run") as e:
            NATIVE.parse(Reply(text))
        assert e.value.kind == "unparseable"
        assert "```bash" in str(e.value)

    @pytest.mark.parametrize("text", ["Act: answer()", "Act: answer( )", "Act: bash\n```bash\n```\nThen."])
    def test_nothing_is_no_action(self, text: str) -> None:
        with pytest.raises(FormatError):
            NATIVE.parse(Reply(text))

    def test_the_first_action_counts_so_invented_turns_do_not(self) -> None:
        text = "Act: bash\n```bash\nls\n```\nThe output of the OS:\n\n3\n\nAct: answer(3)"
        assert said(NATIVE, text) == bash("ls")
        assert NATIVE.stop == ("The output of the OS",)

    def test_a_mistake_is_explained_and_the_episode_goes_on(self) -> None:
        with pytest.raises(FormatError) as e:
            NATIVE.parse(Reply("Let me think."))
        told = NATIVE.mistake(e.value)
        assert told.status is None
        assert "Act: answer(" in told.text


class TestPublishedTools:
    CALLS = (
        ToolCall("1", "bash_action", '{"script": "ls"}'),
        ToolCall("2", "answer_action", '{"answer": "3"}'),
    )

    def test_three_functions_lead_to_the_three_actions(self) -> None:
        assert [t.name for t in FC.tools] == ["bash_action", "finish_action", "answer_action"]
        assert FC.read(self.CALLS[1]) == answer("3")
        assert FC.read(ToolCall("3", "finish_action", '{"thought": "done"}')) == Action(
            "finish", {"thought": "done"}
        )

    def test_only_the_first_call_of_a_turn_is_executed_and_all_are_answered(self) -> None:
        reply = Reply("", self.CALLS, "tool_calls")
        (action,) = FC.parse(reply)
        assert action == bash("ls")
        one, two = FC.feedback(reply, [(action, Observation("a b"))])
        assert (one.tool_call_id, one.content) == ("1", "The output of the OS:\n\na b")
        assert two.tool_call_id == "2"
        assert "Not executed" in two.content

    @pytest.mark.parametrize(
        "arguments", ["", "{}", "[]", '{"answer": null}', '{"answer": ["3"]}', "{", "NaN"]
    )
    def test_a_missing_argument_is_explained_and_the_episode_goes_on(self, arguments: str) -> None:
        reply = Reply("", (ToolCall("1", "answer_action", arguments),), "tool_calls")
        with pytest.raises(FormatError) as e:
            FC.parse(reply)
        told = FC.mistake(e.value)
        assert told.status is None
        assert FC.feedback(reply, [(None, told)])[0].tool_call_id == "1"

    def test_a_number_is_taken_as_its_text(self) -> None:
        assert FC.read(ToolCall("1", "answer_action", '{"answer": 3}')) == answer("3")

    def test_a_turn_without_a_call_is_answered_by_the_user(self) -> None:
        with pytest.raises(FormatError) as e:
            FC.parse(Reply("ls"))
        (message,) = FC.feedback(Reply("ls"), [(None, FC.mistake(e.value))])
        assert message.role == "user"


def test_native_tools_run_every_call_of_a_turn() -> None:
    calls = (ToolCall("1", "bash", '{"script": "ls"}'), ToolCall("2", "finish", "{}"))
    assert [a.name for a in TOOLS.parse(Reply("", calls))] == ["bash", "finish"]


def test_remarks_at_the_end_do_not_make_native_actions_differ() -> None:
    calls = [ToolCall("1", "finish", json.dumps({"thought": t})) for t in ("Done.", "All set", 3)]
    assert {TOOLS.read(c).key for c in calls} == {said(NATIVE, "Act: finish").key}


def test_a_folder_of_prompts_replaces_ours_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "os").mkdir()
    (tmp_path / "os" / "native.md").write_text("Be brief.")
    rules = NativeText(Settings(prompts=tmp_path))
    assert rules.prompt(Observation("P"))[0].content.startswith("Be brief.\n\nProblem:")
    assert rules.describe() != NATIVE.describe()
