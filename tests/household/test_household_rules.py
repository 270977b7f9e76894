"""How replies are read and what becomes of them, profile by profile."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from harness.tasks.games.household.engine import HELP
from harness.tasks.games.household.environment import HouseholdEnvironment
from harness.tasks.games.household.repair import bleu, closest, respelt
from harness.tasks.games.household.rules_fc import fc
from harness.tasks.games.household.rules_native import RENAMES, native
from harness.tasks.games.household.rules_v02 import v02
from harness.tasks.games.household.wording import task_type
from harness.tasks.games.household.world import TASK_TYPES, Game, Goal
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Observation, Reply, Settings, Status, ToolCall
from harness.interface import Exchange

NATIVE = native(Settings())
TOOLS = native(Settings(protocol="tools"))
V02 = v02(Settings("v0.2"))
FC = fc(Settings("fc", "tools"))
Play = Callable[..., HouseholdEnvironment]


def one(rules: Any, reply: Reply | str) -> str:
    (action,) = rules.parse(Reply(reply) if isinstance(reply, str) else reply)
    assert action.name == "take_action"
    return str(action.arguments["action"])


def refused(rules: Any, reply: Reply | str) -> FormatError:
    with pytest.raises(FormatError) as caught:
        rules.parse(Reply(reply) if isinstance(reply, str) else reply)
    return caught.value


def say(play: HouseholdEnvironment, rules: Any, *replies: str) -> Observation:
    """The last observation, of replies read by the rules."""
    return [play.step(rules.parse(Reply(r))[0]) for r in replies][-1]


class TestNative:
    @pytest.mark.parametrize(
        "reply",
        [
            "Action: look",
            "Thought: hm\nAction: look",
            "**Action:** look",
            "action : look\nObservation: nothing\nAction: inventory",
            "Action: > look",
            "I would like to\nlook",
            "> look",
            "Thought: I look first. ACTION: look",
        ],
    )
    def test_the_first_action_is_taken_however_it_is_spelt(self, reply: str) -> None:
        assert one(NATIVE, reply) == "look"

    def test_blanks_after_the_mark_are_read_in_one_pass(self) -> None:
        assert not NATIVE.mistake(refused(NATIVE, "Action:" + " " * 200_000)).done

    def test_help_behind_other_names_explains_going_as_no_command(self) -> None:
        said = Exchange.of(RENAMES.words)(HELP)
        assert re.search(r"head for \(receptacle\): +walk to a receptacle\n", said)
        assert Exchange.of(RENAMES.words)(said) == HELP

    @pytest.mark.parametrize("reply", ["", "Thought: hm", "Action:", "I am done."])
    def test_what_is_no_action_is_corrected_and_the_episode_goes_on(self, reply: str) -> None:
        assert not NATIVE.mistake(refused(NATIVE, reply)).done

    def test_a_tool_call_without_its_argument_is_corrected(self) -> None:
        reply = Reply("", (ToolCall("1", "take_action", "{}"),))
        assert refused(TOOLS, reply).kind == "bad argument"

    def test_the_list_of_commands_stands_in_the_newest_message_only(self) -> None:
        history = [
            Message("user", "a\n\nAvailable actions: look"),
            Message("assistant", "Action: look"),
            Message("user", "b\n\nAvailable actions: help"),
        ]
        assert [m.content for m in NATIVE.view(history)] == ["a", "Action: look", history[2].content]

    def test_what_the_agent_says_of_commands_is_no_list_of_them(self) -> None:
        said = Message("assistant", "I fly.\n\nAvailable actions: fly to shelf 1")
        history = [Message("user", "a\n\nAvailable actions: look"), said, Message("user", "Nothing happens.")]
        assert NATIVE.view(history) == history

    def test_the_conversation_alternates_and_ends_with_the_problem(self) -> None:
        messages = NATIVE.prompt(Observation("THE PROBLEM"))
        assert [m.role for m in messages] == ["user", "assistant"] * (len(messages) // 2) + ["user"]
        assert messages[-1].content == "THE PROBLEM"

    def test_putting_down_is_understood_in_any_spelling(self, play: Play) -> None:
        house = play()
        say(house, NATIVE, "Action: go to desk 1", "Action: take the Apple 2 from the desk 1.")
        seen = say(house, NATIVE, "Action: go to shelf 1", "Action: put apple 2 in/on shelf 1")
        assert seen.text.startswith("You move the apple 2 to the shelf 1.\n\nAvailable actions: ")

    def test_there_is_no_guessing(self, play: Play) -> None:
        assert say(play(), NATIVE, "Action: open the door").text.startswith("Nothing happens.")


class TestV02:
    @pytest.mark.parametrize("reply", ["", "Action: look", "ACTION:", "ACTION: \nlook", "THOUGHT: look"])
    def test_without_an_action_the_episode_ends_as_invalid_action(self, reply: str) -> None:
        seen = V02.mistake(refused(V02, reply))
        assert seen.status is Status.INVALID_ACTION

    def test_the_first_action_is_taken_to_the_end_of_its_line_in_lower_case(self) -> None:
        assert one(V02, "THOUGHT: so\n ACTION: Go to Desk 1 \nACTION: look") == "go to desk 1"

    def test_the_nearest_command_is_taken(self, play: Play) -> None:
        seen = say(play("v0.2"), V02, "ACTION: walk to desk 1 now")
        assert seen.text.startswith("You arrive at desk 1. ")

    def test_what_is_near_to_nothing_does_nothing(self, play: Play) -> None:
        assert say(play("v0.2"), V02, "ACTION: sing").text.startswith("Nothing happens. AVAILABLE ACTIONS: ")

    def test_three_equal_replies_end_the_episode_from_the_fourth_step_on(self, play: Play) -> None:
        house = play("v0.2")
        assert not say(house, V02, *["ACTION: look"] * 3).done
        assert say(house, V02, "ACTION: look").status is Status.INVALID_ACTION

    def test_equal_actions_with_other_thoughts_are_not_equal_replies(self, play: Play) -> None:
        house = play("v0.2")
        said = [f"THOUGHT: {n}\nACTION: look" for n in range(6)]
        assert not say(house, V02, *said).done

    def test_a_repetition_that_wins_does_not_count(self, play: Play, kitchen: Game) -> None:
        """AgentBench looks for repetitions before it looks at the goal."""
        house = play("v0.2", replace(kitchen, goal=Goal("apple", "desk")))  # won from the start
        assert say(house, V02, *["ACTION: look"] * 3).status is Status.COMPLETED
        assert house.score().value == 1
        assert say(house, V02, "ACTION: look").status is Status.INVALID_ACTION
        assert house.score().value == 0

    def test_commands_are_listed_in_the_newest_message_only(self) -> None:
        messages = V02.prompt(
            Observation("P. Your task is to: put a hot egg in shelf. AVAILABLE ACTIONS: look\n")
        )
        history = [
            *messages,
            Message("assistant", "ACTION: look"),
            Message("user", "b AVAILABLE ACTIONS: help\n"),
        ]
        shown = V02.view(history)
        assert shown[-1] == history[-1]
        assert shown[-3].content == "Here is your task. P. Your task is to: put a hot egg in shelf."

    @pytest.mark.parametrize("kind", TASK_TYPES)
    def test_the_example_is_of_the_problems_task_type(self, kind: str) -> None:
        examples = {k: said[0].content for k, said in V02.by_type.items()}
        shown = V02.prompt(Observation(examples[kind]))[2].content
        assert shown == f"Here is one example.\n{examples[kind]}"
        assert task_type(examples[kind]) == kind

    @pytest.mark.parametrize("kind", TASK_TYPES)
    def test_an_examples_replies_can_be_read(self, kind: str) -> None:
        said = [m.content for m in V02.by_type[kind] if m.role == "assistant"]
        assert 5 <= len(said) <= 9
        assert all(one(V02, text) in text for text in said)

    @pytest.mark.parametrize("kind", TASK_TYPES)
    def test_the_example_is_in_the_games_grammar(self, kind: str, play: Play, kitchen: Game) -> None:
        asked = V02.by_type[kind][0].content
        for wording in ("move", "put"):
            game = replace(kitchen, wording=wording, description=asked.rpartition("to: ")[2])
            shown = V02.prompt(play("v0.2", game).reset())
            said = "\n".join(m.content for m in shown)
            assert ("You arrive at" in said, "ACTION: put " in said) == (
                wording == "move",
                wording == "put" and "light" not in kind,
            )
            assert ("ACTION: move " in said) == (wording == "move" and "light" not in kind)

    def test_the_older_grammars_locations_are_not_shown(self, play: Play, kitchen: Game) -> None:
        house = play("v0.2", replace(kitchen, wording="put"))
        assert say(house, V02, "ACTION: go to fridge 1").text.startswith("The fridge 1 is closed.")


class TestFc:
    def test_the_first_call_counts(self) -> None:
        calls = tuple(ToolCall(str(n), "take_action", f'{{"action": "{n}"}}') for n in range(2))
        assert one(FC, Reply("", calls)) == "0"

    @pytest.mark.parametrize(
        "reply",
        [
            Reply("take_action(look)"),
            Reply("", (ToolCall("1", "act", "{}"),)),
            Reply("", (ToolCall("1", "take_action", "["),)),
        ],
    )
    def test_a_bad_call_is_corrected(self, reply: Reply) -> None:
        assert not FC.mistake(refused(FC, reply)).done

    def test_lists_of_commands_stay(self) -> None:
        history = [
            Message("user", "a AVAILABLE ACTIONS: look\n"),
            Message("tool", "b AVAILABLE ACTIONS: help\n"),
        ]
        assert FC.view(history) == history

    def test_there_are_twenty_steps_and_no_example(self) -> None:
        assert FC.turns == 20
        assert [m.role for m in FC.prompt(Observation("P"))] == ["system", "user"]


class TestRepair:
    def test_a_command_is_left_as_it_is(self) -> None:
        assert closest(" Look ", ["inventory", "look"]) == "look"

    def test_of_equally_near_commands_the_first_is_taken(self) -> None:
        assert closest("go there", ["go to a 1", "go to b 1"]) == "go to a 1"

    @pytest.mark.parametrize(
        ("reference", "candidate", "value"),
        [
            # By hand from the formula of smoothing 4; k counts the orders without a match.
            ("look", "look", 1.0),
            ("a b c d", "a b c d", 1.0),
            ("a b c d", "x y z", 0.0),
            ("a b c d e", "a b c d", 0.7788007830714049),
            ("go to desk 1", "go to desk 2", (0.75 * (2 / 3) * (1 / 2) * 0.1386294361119891) ** 0.25),
        ],
    )
    def test_bleu_of_known_pairs(self, reference: str, candidate: str, value: float) -> None:
        assert bleu(tuple(reference.split()), tuple(candidate.split())) == pytest.approx(value)

    @given(st.text())
    def test_any_text_can_be_repaired(self, text: str) -> None:
        for repair in (closest, respelt):
            assert isinstance(repair(text, ["look", "go to desk 1"]), str)

    @given(st.lists(st.sampled_from("abcd"), min_size=1), st.lists(st.sampled_from("abcd"), min_size=1))
    def test_bleu_is_a_share_and_equal_texts_have_the_most(self, one: list[str], two: list[str]) -> None:
        assert 0 <= bleu(tuple(one), tuple(two)) <= 1 + 1e-9
        if len(one) > 3:
            assert bleu(tuple(one), tuple(one)) == pytest.approx(1)


@given(st.text())
@pytest.mark.parametrize("rules", [NATIVE, V02])
def test_any_reply_is_read_or_refused(rules: Any, text: str) -> None:
    for reply in (text, f"Action: {text}", f"ACTION:{text}"):
        try:
            (action,) = rules.parse(Reply(reply))
        except FormatError:
            continue
        assert action.arguments["action"].strip()


@pytest.mark.parametrize("rules", [NATIVE, TOOLS, V02, FC])
def test_what_the_expert_writes_is_read_back(rules: Any) -> None:
    action = Action("take_action", {"action": "go to desk 1"})
    assert rules.parse(rules.write(action, "I look there.")) == (action,)
