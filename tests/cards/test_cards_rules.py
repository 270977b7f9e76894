"""How replies are read, by AgentBench's letter and with tolerance."""

import json
from typing import Any

import pytest
from harness.tasks.games.cards.moves import by_chance, move, objects, tolerant, whole
from harness.tasks.games.cards.task import CardsTask
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Reply, Rules, Settings, ToolCall

GUESS = Action("guess", {"guess_type": "eel", "target_position": "2"})
ACT = Action("act", {"pick_fish": "spray", "action": "normal", "target_position": "0"})


def rules(profile: str = "native", protocol: str = "text") -> Rules:
    return CardsTask().rules(Settings(profile, protocol))


@pytest.mark.parametrize("profile", ["native", "v0.2"])
@pytest.mark.parametrize(
    ("text", "action"),
    [
        ('{"guess_type": "eel", "target_position": 2}', GUESS),
        ('I think so.\n{"guess_type": "eel", "target_position": "2"}', GUESS),
        ("{'pick_fish': 'spray', 'action': 'normal', 'target_position': 0}", ACT),
        ('```json\n{\n "pick_fish": "spray",\n "action": "normal",\n "target_position": 0\n}\n```', ACT),
    ],
)
def test_a_move_is_read(profile: str, text: str, action: Action) -> None:
    assert rules(profile).parse(Reply(text)) == (action,)


def test_native_takes_the_last_object_that_is_a_move_in_any_case() -> None:
    thought = '{"plan": 1} {"guess_type": "spray", "target_position": 1}'
    text = '{"Guess_Type": "EEL", "target_position": 2} {}'
    assert rules().parse(Reply(f"{thought} {text}")) == (GUESS,)


@pytest.mark.parametrize(
    "text",
    [
        '{"thought": "it\'s eel", "guess_type": "eel", "target_position": 2}',
        '{"why": "a } b", "guess_type": "eel", "target_position": 2}',
        '{"move": {"guess_type": "eel", "target_position": 2}}',
        '{"guess_type": "eel", "target_position": 2, "or": {"guess_type": "spray", "target_position": 1}}',
        "{\"guess_type\": \"spray\", \"target_position\": 1} no: {'guess_type': 'eel', 'target_position': 2}",
    ],
)
def test_native_reads_any_json_object(text: str) -> None:
    assert rules().parse(Reply(text)) == (GUESS,)


def test_v02_doubles_quotes_to_the_letter() -> None:
    assert rules("v0.2").parse(Reply('{"thought": "it\'s eel", "guess_type": "eel"}')) == (
        Action("unreadable"),
    )


def test_native_corrects_a_reply_without_an_object() -> None:
    with pytest.raises(FormatError, match="guess_type") as caught:
        rules().parse(Reply("I guess eel at 2."))
    assert caught.value.kind == "no action"


def test_native_says_so_where_the_reply_was_cut() -> None:
    with pytest.raises(FormatError) as caught:
        rules().parse(Reply('{"guess_type": "e', finish="length"))
    assert caught.value.kind == "truncated"


def test_native_says_so_where_fields_are_missing() -> None:
    with pytest.raises(FormatError, match="lacks fields"):
        rules().parse(Reply('{"action": "normal"}'))


def test_v02_hands_several_objects_on_together() -> None:
    first, second = '{"guess_type": "eel"}', '{"guess_type": "eel", "target_position": 2}'
    (action,) = rules("v0.2").parse(Reply(f"{first} or {second}"))
    assert action == Action("first of", {"moves": [first, second]})


def test_v02_takes_an_unreadable_reply_for_an_attempt() -> None:
    assert rules("v0.2").parse(Reply("no idea")) == (Action("unreadable"),)


def test_v02_reads_the_shortest_stretches_so_nothing_nested() -> None:
    assert objects('{"a": {"guess_type": "eel"}}') == []


@pytest.mark.parametrize("text", ["{" * 200_000, '{"a":' * 40_000, "{}" * 50_000, "{" * 200_000 + "}"])
def test_brackets_without_end_are_read_in_one_pass(text: str) -> None:
    assert set(objects(text)) <= {"{}"}
    assert not any(map(whole, tolerant(text)))


def test_v02_cuts_the_history_and_keeps_the_rules() -> None:
    history = [Message("user", "rules")]
    history += [Message(r, "word " * 900) for _ in range(5) for r in ("assistant", "user")]
    shown = rules("v0.2").view(history)
    assert len(shown) < len(history)
    assert shown[0].content.startswith("rules\n\n[NOTICE]")


def test_tools_write_and_read_the_same() -> None:
    played = rules(protocol="tools")
    for action in (GUESS, ACT):
        assert played.parse(played.write(action)) == (action,)


@pytest.mark.parametrize("place", ["2", '"2"', '" 2 "'])
def test_a_tool_takes_a_position_as_number_or_text(place: str) -> None:
    call = ToolCall("1", "guess", f'{{"guess_type": "eel", "target_position": {place}}}')
    assert rules(protocol="tools").parse(Reply("", (call,))) == (GUESS,)


def test_tools_ask_for_a_number_and_an_area_attack_for_none() -> None:
    played = rules(protocol="tools")
    schemas = [tool.parameters for tool in played.tools]
    assert {s["properties"]["target_position"]["type"] for s in schemas} == {"integer"}
    assert json.loads(played.write(GUESS).tool_calls[0].arguments)["target_position"] == 2
    call = ToolCall("1", "act", '{"pick_fish": "spray", "action": "active"}')
    (action,) = played.parse(Reply("", (call,)))
    assert "target_position" not in action.arguments


@given(st.randoms(use_true_random=False), st.sampled_from(["native", "v0.2"]))
def test_every_move_is_read_back_as_written(dice: Any, profile: str) -> None:
    action = by_chance(dice)
    assert rules(profile).parse(rules(profile).write(action, "Thinking.")) == (action,)


@given(st.text())
def test_any_text_is_read_or_corrected(text: str) -> None:
    rules("v0.2").parse(Reply(text))
    try:
        rules().parse(Reply(text))
    except FormatError as error:
        assert rules().mistake(error).text


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.integers())))
def test_any_object_is_a_move_of_texts(given: dict[str, Any]) -> None:
    read = move(json.dumps(given))
    assert all(isinstance(v, str) for v in read.arguments.values())
