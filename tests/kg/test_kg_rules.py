"""How replies are read: v0.2 to the letter, fc call by call, native with tolerance."""

import json
from typing import Any

import pytest
from harness.tasks.kg.calls import ANSWER, FIRST_OF, PARAMETERS, UNREADABLE, call
from harness.tasks.kg.rules_fc import fc
from harness.tasks.kg.rules_native import native
from harness.tasks.kg.rules_v02 import v02
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Observation, Reply, Settings, ToolCall
from harness.protocol import segments

V02 = v02(Settings("v0.2"))
FC = fc(Settings("fc", "tools"))
TEXT = native(Settings())
TOOLS = native(Settings(protocol="tools"))
RELATIONS = call("get_relations", "Ada")


def one(rules: Any, reply: Reply | str) -> Action:
    (action,) = rules.parse(Reply(reply) if isinstance(reply, str) else reply)
    return action


def refused(rules: Any, reply: Reply | str) -> FormatError:
    with pytest.raises(FormatError) as caught:
        rules.parse(Reply(reply) if isinstance(reply, str) else reply)
    return caught.value


def tool(name: str, id: str = "c1", **arguments: Any) -> ToolCall:
    return ToolCall(id, name, json.dumps(arguments))


NAMES = [
    "Ada",
    "Handel: Messiah (Dublin Version, 1742)",
    "Sela, Jr.",
    "a (b",
    "f(x)",
    "#1",
    "5000",
    'Bo "B" Shin',
]


@pytest.mark.parametrize("rules", [V02, FC, TEXT, TOOLS])
@pytest.mark.parametrize("name", NAMES)
def test_what_an_expert_writes_is_read_back(rules: Any, name: str) -> None:
    actions = [
        call("get_relations", name),
        call("get_neighbors", name, "film.film.cast"),
        call("intersection", "#0", "#1"),
        call("argmin", "#2", "film.film.length"),
        call("count", "#3"),
        call(ANSWER, "#4"),
    ]
    assert [one(rules, rules.write(a, "I think.")) for a in actions] == actions


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for rules in (V02, FC, TEXT, TOOLS):
        try:
            assert rules.parse(Reply(text))
        except FormatError:
            continue


CALLED = st.sampled_from([*PARAMETERS, ANSWER, "no_tool"])
GIVEN = st.text() | st.dictionaries(st.text(), st.none() | st.text()).map(json.dumps)


@given(CALLED, GIVEN)
def test_any_tool_call_is_read_or_refused(name: str, arguments: str) -> None:
    for rules in (FC, TOOLS):
        try:
            assert rules.parse(Reply("", (ToolCall("c", name, arguments),)))
        except FormatError:
            continue


class TestV02:
    def test_the_conversation_opens_with_an_agreement_and_eight_exchanges(self) -> None:
        messages = V02.prompt(Observation("A new question: q\nEntities: [a]"))
        assert [m.role for m in messages] == ["user", "assistant"] * 9 + ["user"]
        assert messages[-1].content == "A new question: q\nEntities: [a]"
        assert messages[-2].content.endswith("Final Answer: #3")

    def test_fifteen_replies(self) -> None:
        assert V02.turns == 15

    def test_an_action(self) -> None:
        assert one(V02, "Thought: hm.\nAction: get_relations(Ada)") == RELATIONS

    def test_the_first_line_that_begins_with_action_counts(self) -> None:
        assert one(V02, "Action 1: get_relations(Ada)\nAction 2: count(#0)") == RELATIONS

    @pytest.mark.parametrize(
        "reply", ["get_relations(Ada)", "action: get_relations(Ada)", "I do Action: count(#0)", ""]
    )
    def test_a_reply_without_such_a_line_holds_no_action(self, reply: str) -> None:
        error = refused(V02, reply)
        assert str(error) == "No executable function found! Need to recheck the action."
        assert not V02.mistake(error).done

    def test_a_line_without_a_call_is_not_executed(self) -> None:
        assert str(refused(V02, "Action: look at Ada")) == "Function is not executed!"

    @pytest.mark.parametrize(
        ("line", "kind"), [("get_relations(Ada", "unparseable"), ("look_at(Ada)", "unknown tool")]
    )
    def test_a_call_that_cannot_be_read_is_a_syntax_error(self, line: str, kind: str) -> None:
        error = refused(V02, f"Action: {line}")
        assert (error.kind, str(error)[:43]) == (kind, "I may make a syntax error when calling " + line[:4])

    def test_of_several_calls_on_the_line_each_is_a_candidate(self) -> None:
        action = one(V02, "Action: count(#0) or get_neighbors(Ada, film.cast) or look_at(it)")
        assert action == Action(FIRST_OF, {"calls": ["count(#0)", "get_neighbors(Ada, film.cast)"]})
        assert one(V02, V02.write(action)) == action

    def test_a_final_answer_anywhere_decides(self) -> None:
        assert one(V02, "Action: count(#0)\nso Find Answer: #12, or Final Answer: #1") == call(ANSWER, "#12")

    @pytest.mark.parametrize("text", ["final answer: #1", "Final Answer: 1", "Final Answer: Ada"])
    def test_a_final_answer_is_read_to_the_letter(self, text: str) -> None:
        assert refused(V02, text).kind == "no action"

    def test_what_follows_an_invented_observation_does_not_count(self) -> None:
        assert one(V02, "Action: get_relations(Ada)\nObservation: [a]\nFinal Answer: #0") == RELATIONS

    def test_escaped_underscores_and_the_word_variable_are_mended(self) -> None:
        assert one(V02, "Action: get\\_relations(variable #0)") == call("get_relations", "#0")

    def test_the_history_shows_replies_without_invented_observations(self) -> None:
        sent = V02.view([Message("user", "q"), Message("assistant", "Action: a(\\_)\nObservation: [x]")])
        assert sent[1].content == "Action: a(_)\n"

    def test_a_long_history_is_cut_and_says_so(self) -> None:
        messages = V02.prompt(Observation("q"))
        for number in range(10):
            messages += [Message("assistant", f"Action: count(#{number})"), Message("user", "[a.b, " * 90)]
        sent = V02.view(messages)
        assert sent[0].content.endswith("messages are omitted.") and sent[1].role == "assistant"
        assert sum(segments(m.content) for m in sent) < 3500 + 10
        assert sent[-1] == messages[-1]


class TestFc:
    def test_a_system_message_and_the_bare_question(self) -> None:
        system, user = FC.prompt(Observation("q\nEntities: [a]"))
        assert (system.role, user.content) == ("system", "q\nEntities: [a]")

    def test_the_seven_tools_and_no_tool_for_the_answer(self) -> None:
        assert [t.name for t in FC.tools] == list(PARAMETERS)

    def test_all_calls_of_a_turn_are_actions(self) -> None:
        reply = Reply("", (tool("get_relations", variable="Ada"), tool("count", "c2", variable="#0")))
        assert FC.parse(reply) == (RELATIONS, call("count", "#0"))

    def test_the_final_answer_is_text_without_calls(self) -> None:
        assert one(FC, "So: Final Answer: #3") == call(ANSWER, "#3")
        called = Reply("Final Answer: #3", (tool("count", variable="#0"),))
        assert one(FC, called) == call("count", "#0"), "with a call, the text does not count"

    def test_neither_call_nor_answer_is_corrected(self) -> None:
        error = refused(FC, "Final Answer: Ada")
        assert str(error) == "No valid function calls found! Need to recheck the function calls."
        assert not FC.mistake(error).done

    @pytest.mark.parametrize(
        ("name", "arguments", "kind"),
        [
            ("union", "{}", "unknown tool"),
            ("count", "{", "bad argument"),
            ("count", "[]", "bad argument"),
            ("count", '{"x": 1}', "bad argument"),
            ("get_neighbors", '{"variable": "#0"}', "bad argument"),
        ],
    )
    def test_a_call_that_cannot_be_read(self, name: str, arguments: str, kind: str) -> None:
        assert refused(FC, Reply("", (ToolCall("c", name, arguments),))).kind == kind

    def test_one_bad_call_among_several_is_answered_under_its_own_id(self) -> None:
        reply = Reply("", (ToolCall("bad", "count", "{"), tool("get_relations", "good", variable="Ada")))
        first, second = FC.parse(reply)
        assert (first.name, second) == (UNREADABLE, RELATIONS)
        seen = [(first, Observation("no JSON")), (second, Observation("[a]"))]
        told = {m.tool_call_id: m.content for m in FC.feedback(reply, seen)}
        assert told == {"bad": "no JSON", "good": "[a]"}


class TestNativeText:
    def test_user_and_assistant_alternate(self) -> None:
        roles = [m.role for m in TEXT.prompt(Observation("Question: q"))]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]

    def test_the_example_is_read_by_the_rules(self) -> None:
        replies = [m for m in TEXT.prompt(Observation("q")) if m.role == "assistant"]
        names = [one(TEXT, m.content).name for m in replies]
        assert names[0] == "get_relations" and names[-1] == ANSWER and "argmax" in names

    @pytest.mark.parametrize(
        "reply",
        [
            "Action: get_relations(Ada)",
            "**Action:** `get_relations(Ada)`",
            "action: get_relations('Ada')",
            'Action: get_relations(variable="Ada")',
            "I should call get_relations (Ada) now.",
            "Action:\nget_relations(Ada)\n",
            "Action: get_relations(Ada)\nObservation: [a.b]\nFinal Answer: #0",
            "Action: get_relations(Ada)\nAction: get_neighbors(Ada, a.b)\nFinal Answer: #0",
            "I want count(#0) in the end.\nAction: get_relations([Ada])",
        ],
    )
    def test_what_is_tolerated_in_a_call(self, reply: str) -> None:
        assert one(TEXT, reply) == RELATIONS

    @pytest.mark.parametrize(
        "reply",
        [
            "Final Answer: #2",
            "**Final answer:** #2",
            "final answer: 2",
            "The final answer is variable #2.",
            "Final Answer #2",
            "**Final Answer** is #2",
            "Final answer: the variable 2",
        ],
    )
    def test_what_is_tolerated_in_a_final_answer(self, reply: str) -> None:
        assert one(TEXT, reply) == call(ANSWER, "#2")

    @pytest.mark.parametrize(
        "reply",
        [
            "Thought: The final answer needs 2 hops.\nAction: get_relations(Ada)",
            "I think the final answer is 1 of the films.\nAction: get_relations(Ada)",
            "The final answer is all of #0.\nAction: get_relations(Ada)",
            "Thought: Final Answer: #0 would be too early.\nAction: get_relations(Ada)",
            "Thought: I must end with Final Answer: #0.\nAction: get_relations(Ada)\nFinal Answer: #0",
        ],
    )
    def test_a_sentence_about_the_final_answer_is_none(self, reply: str) -> None:
        assert one(TEXT, reply) == RELATIONS

    def test_such_a_sentence_before_a_final_answer_is_none_either(self) -> None:
        reply = "Thought: Final Answer: #0 is too many.\nFinal Answer: #1\nAction: count(#1)"
        assert one(TEXT, reply) == call(ANSWER, "#1")
        assert one(TEXT, "Thought: so, Final Answer: #1") == call(ANSWER, "#1")

    @pytest.mark.parametrize("before", ["Final Answer:", "The final answer is"])
    def test_a_call_instead_of_the_final_answer_is_the_call(self, before: str) -> None:
        assert one(TEXT, f"{before} count(#0)") == call("count", "#0")
        assert one(TEXT, f"{before} (#2)") == call(ANSWER, "#2")

    @pytest.mark.parametrize("call", ["get_neighbors(#1, film.x.y)", "`count(#0)`"])
    def test_a_sentence_about_a_call_is_none_where_a_final_answer_follows(self, call: str) -> None:
        assert one(TEXT, f"I called {call}, so #2 holds them.\nFinal Answer: #2").name == ANSWER

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            ("Hello.", "no action"),
            ("", "no action"),
            ("Final Answer: Ada Quill", "unparseable"),
            ("Action: look(Ada)", "unknown tool"),
            ("Action: get_relations(Ada", "unparseable"),
        ],
    )
    def test_corrections_show_the_format(self, reply: str, kind: str) -> None:
        error = refused(TEXT, reply)
        assert error.kind == kind and "Final Answer: #<number>" in str(error)
        assert not TEXT.mistake(error).done

    def test_a_reply_that_ran_out_of_tokens_is_truncated(self) -> None:
        assert refused(TEXT, Reply("I think", finish="length")).kind == "truncated"
        assert refused(TEXT, Reply("Action: count(#", finish="length")).kind == "truncated"

    def test_observations_are_shown_as_they_are(self) -> None:
        shown = TEXT.feedback(Reply("x"), [(RELATIONS, Observation("[a.b]"))])
        assert shown == [Message("user", "[a.b]")]


class TestNativeTools:
    def test_the_answer_is_a_tool(self) -> None:
        assert [t.name for t in TOOLS.tools] == [*PARAMETERS, ANSWER]
        assert one(TOOLS, Reply("", (tool(ANSWER, variable="#2"),))) == call(ANSWER, "#2")

    def test_a_number_is_a_variable(self) -> None:
        assert one(TOOLS, Reply("", (tool(ANSWER, variable=2),))) == call(ANSWER, "#2")

    def test_text_alone_is_corrected(self) -> None:
        assert refused(TOOLS, "Final Answer: #2").kind == "no action"


def test_prompts_of_the_user_replace_ours(tmp_path: Any) -> None:
    (tmp_path / "kg").mkdir()
    (tmp_path / "kg" / "native-text.md").write_text("Ask {turns} times.")
    rules = native(Settings(prompts=tmp_path))
    assert rules.prompt(Observation("q"))[0].content.startswith("Ask 15 times.")


@pytest.mark.parametrize("said", ["count(" * 4_000, "a" * 200_000])
def test_v02_reads_a_reply_that_goes_on_and_on_in_one_pass(said: str) -> None:
    with pytest.raises(FormatError):
        v02(Settings("v0.2")).parse(Reply(f"Action: {said}"))
