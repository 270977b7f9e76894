"""How replies are read: v0.2 to the letter, fc call by call, native with tolerance."""

from typing import Any

import pytest
from harness.tasks.web.webshop.rules import shopping
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Observation, Reply, Settings, Status, ToolCall

V02, FC = shopping(Settings("v0.2")), shopping(Settings("fc", "tools"))
TEXT, TOOLS = shopping(Settings()), shopping(Settings(protocol="tools"))
BUY = Action("click_action", {"value": "Buy Now"})
BOOTS = Action("search_action", {"keywords": "blue boots"})


def one(rules: Any, reply: Reply | str) -> Action:
    (action,) = rules.parse(Reply(reply) if isinstance(reply, str) else reply)
    return action


def kind(rules: Any, reply: Reply | str) -> str:
    with pytest.raises(FormatError) as caught:
        rules.parse(Reply(reply) if isinstance(reply, str) else reply)
    return caught.value.kind


def calls(*given: tuple[str, str]) -> Reply:
    return Reply("", tuple(ToolCall(f"c{n}", name, said) for n, (name, said) in enumerate(given)))


class TestV02:
    def test_the_conversation_is_prompt_ok_four_exchanges_and_the_page(self) -> None:
        said = V02.prompt(Observation("Observation:\nWebShop"))
        assert [m.role for m in said] == ["user", "assistant"] * 5 + ["user"]
        assert said[1].content == "Ok." and said[-1].content == "Observation:\nWebShop"

    def test_its_example_is_written_in_its_format(self) -> None:
        said = [m.content for m in V02.prompt(Observation(""))[3::2]]
        assert [one(V02, s).name for s in said] == ["search_action", *["click_action"] * 3]

    @pytest.mark.parametrize(
        "reply",
        [
            "Thought:\nhm\n\nAction:\nclick[Buy Now]",
            "action: click[Buy Now] or click[x]",
            "Action:  \n\n\nclick[Buy Now]",
            "My Action: click[Buy Now]\nAction: search[x]",
        ],
    )
    def test_read(self, reply: str) -> None:
        assert one(V02, reply) == BUY

    @pytest.mark.parametrize(
        "reply",
        [
            "click[Buy Now]",
            "Action: click Buy Now",
            "ACTION: click[x]",
            "Action: click[]",
            "",
            "Action: Click[x]",
        ],
    )
    def test_anything_else_ends_the_episode_as_invalid_format(self, reply: str) -> None:
        with pytest.raises(FormatError) as caught:
            V02.parse(Reply(reply))
        assert V02.mistake(caught.value).status is Status.INVALID_FORMAT

    def test_ten_turns_and_the_history_cut(self) -> None:
        long = [
            Message("user", "start"),
            *[Message("assistant", "word " * 2000), Message("user", "x " * 2000)] * 2,
        ]
        assert V02.turns == 10 and len(V02.view(long)) < len(long)
        assert V02.view(long)[0].content.endswith("messages are omitted.")


class TestFc:
    def test_twenty_rounds_and_two_tools(self) -> None:
        assert FC.turns == 20 and [t.name for t in FC.tools] == ["search_action", "click_action"]

    def test_only_the_first_call_counts(self) -> None:
        assert one(FC, calls(("click_action", '{"value": "Buy Now"}'), ("search_action", "{}"))) == BUY

    def test_the_first_argument_counts_whatever_its_name(self) -> None:
        assert one(FC, calls(("search_action", '{"q": "blue boots", "keywords": "x"}'))) == BOOTS

    @pytest.mark.parametrize(
        ("name", "said", "expected"),
        [
            ("buy", "{}", "unknown tool"),
            ("click_action", "{", "bad argument"),
            ("click_action", "{}", "bad argument"),
            ("click_action", "[1]", "bad argument"),
        ],
    )
    def test_a_call_that_cannot_be_read_spends_a_turn(self, name: str, said: str, expected: str) -> None:
        assert kind(FC, calls((name, said))) == expected
        assert not FC.mistake(FormatError("x")).done

    def test_no_call_spends_a_turn(self) -> None:
        assert kind(FC, "click[Buy Now]") == "no action"


class TestNativeText:
    @pytest.mark.parametrize(
        "reply",
        [
            "Action: click[Buy Now]",
            "**Action:** Click[Buy Now]",
            "I could click[red], but better:\nAction: click[Buy Now]",
            "click[Buy Now]",
            "Action: click[Buy Now",
            'Action: click["Buy Now"]',
            "Action: `click[Buy Now]` then click[x]",
            "Action: click [ Buy Now ]",
            "Action: click_action[Buy Now]",
        ],
    )
    def test_read(self, reply: str) -> None:
        assert one(TEXT, reply) == BUY

    def test_brackets_inside_a_name_stay(self) -> None:
        assert one(TEXT, "Action: click[pack [2] blue]").arguments == {"value": "pack [2] blue"}

    @pytest.mark.parametrize(
        ("reply", "expected"),
        [
            ("I would buy it.", "no action"),
            ("Action: buy[now]", "no action"),
            ("Action: click[]", "bad argument"),
            ("Action: search['']", "bad argument"),
        ],
    )
    def test_a_correction_shows_the_format(self, reply: str, expected: str) -> None:
        assert kind(TEXT, reply) == expected
        with pytest.raises(FormatError, match=r"search\[words to look for\]"):
            TEXT.parse(Reply(reply))

    def test_a_cut_reply_is_told_apart(self) -> None:
        assert kind(TEXT, Reply("Thought: I", finish="length")) == "truncated"

    def test_user_and_assistant_alternate(self) -> None:
        roles = [m.role for m in TEXT.prompt(Observation("page"))]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]

    def test_its_example_is_written_in_its_format(self) -> None:
        said = [m.content for m in TEXT.prompt(Observation(""))[1::2]]
        assert [one(TEXT, s).name for s in said] == ["search_action", *["click_action"] * 3]

    @settings(deadline=None)
    @given(st.text(max_size=200))
    def test_any_reply_is_an_action_or_a_format_error(self, text: str) -> None:
        for reply in (text, f"Action: {text}", f"Action: click[{text}"):
            try:
                (action,) = TEXT.parse(Reply(reply))
            except FormatError:
                continue
            assert action.name in ("search_action", "click_action")


NAMES = st.from_regex(r"\A[a-z0-9][a-z0-9 .()|'\-<>]{0,30}[a-z0-9]\Z")


@pytest.mark.parametrize("rules", [TEXT, V02, TOOLS, FC])
@settings(deadline=None, max_examples=50)
@given(name=NAMES, thought=st.sampled_from(["", "I look further."]))
def test_what_is_written_is_read_back(rules: Any, name: str, thought: str) -> None:
    for action in (Action("click_action", {"value": name}), Action("search_action", {"keywords": name})):
        assert one(rules, rules.write(action, thought)) == action


def test_a_second_native_call_that_cannot_be_read_does_not_matter() -> None:
    assert one(TOOLS, calls(("click_action", '{"value": "Buy Now"}'), ("search_action", "{"))) == BUY


def test_of_several_native_calls_the_first_counts_and_the_others_are_told() -> None:
    reply = calls(("search_action", '{"keywords": "blue boots"}'), ("click_action", '{"value": "x"}'))
    action = one(TOOLS, reply)
    assert action == BOOTS
    told = TOOLS.feedback(reply, [(action, Observation("page"))])
    assert [m.content for m in told] == ["page", "Not executed."]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [('28"', '28"'), ('"28"', "28"), ("'s'", "s"), ("“red”", "red"), ("'tis", "'tis"), ('"', '"')],
)
def test_native_takes_off_quotes_around_all_of_it_only(said: str, wanted: str) -> None:
    (action,) = shopping(Settings()).parse(Reply(f"Action: click[{said}]"))
    assert list(action.arguments.values()) == [wanted]


def test_v02_reads_a_reply_of_blanks_in_one_pass() -> None:
    with pytest.raises(FormatError):
        shopping(Settings("v0.2")).parse(Reply("Action:" + " " * 200_000 + "no"))
