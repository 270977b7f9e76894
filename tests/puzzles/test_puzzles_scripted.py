"""The scripted host, and an episode with it."""

import pytest
from harness.tasks.games.puzzles.environment import ROUNDS
from harness.tasks.games.puzzles.questions import likeness, words, wrong
from harness.tasks.games.puzzles.scripted import verdict
from harness.tasks.games.puzzles.task import PuzzlesTask
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Reply, Rules, Settings, Status
from harness.testing import audit_task, play_scripted
from tests.puzzles._world import BAKERY, BUNDLED, LIGHTHOUSE, ask, world

QUESTIONS = [f.question for f in BAKERY.facts]
NOTHING: frozenset[int] = frozenset()


def test_a_hit_is_a_yes_with_the_fact() -> None:
    seen = ask(world(), QUESTIONS[0])
    assert seen.text == "Yes. You uncovered a fact (1 of 4): A battery had fallen into the dough."


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Was the bread burnt?", "no"),
        ("Was the bread not burnt?", "yes"),
        ("Wasn't the bread burnt?", "no"),
        ("Was it dangerous?", "yes"),
        ("Is the baker left-handed?", "irrelevant"),
        ("Was a burnt battery in the dough?", "no"),
    ],
)
def test_the_answer_follows_the_truth_and_uncovers_nothing(question: str, answer: str) -> None:
    said = verdict(BAKERY, question, NOTHING)
    assert (said.answer, said.fact) == (answer, None)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Did a battery fall into the dough?", "yes"),
        ("Didn't a battery fall into the dough?", "yes"),
        ("Did no battery fall into the dough?", "no"),
    ],
)
def test_a_negation_turns_the_answer_round_and_still_uncovers_the_fact(question: str, answer: str) -> None:
    said = verdict(BAKERY, question, NOTHING)
    assert (said.answer, said.fact) == (answer, 0)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Did the neighbour know who removed the snow?", "no"),
        ("Did the neighbour not know who removed the snow?", "yes"),
        ("Did the neighbour think that the sun had melted it?", "yes"),
    ],
)
def test_the_opposite_of_a_fact_uncovers_it_by_a_no(question: str, answer: str) -> None:
    drive = next(s for s in BUNDLED if s.id == "test-drive")
    said = verdict(drive, question, NOTHING)
    assert (said.answer, said.fact) == (answer, 4)


@pytest.mark.parametrize(
    ("puzzle", "question", "answer", "fact"),
    [
        ("gloves", "Did the heating not fail?", "no", 0),
        ("gloves", "Was the heating not on?", "yes", 0),
        ("windowless", "Does the sun never set there?", "yes", 1),
        ("windowless", "Does the sun not set at night?", "yes", 1),
        ("windowless", "Does the sun set at night?", "no", 1),
        ("gloves", "Did she practise in a hot barn?", "no", None),
        ("gloves", "Was the air cold because the window was open?", "no", None),
        ("lighthouse", "Did the captain lose his map?", "no", None),
        ("lighthouse", "Was the lamp replaced by another lamp?", "irrelevant", None),
        ("lighthouse", "Did the keeper need a new lamp?", "irrelevant", None),
        ("lighthouse", "Did the ship sail two days to the tower?", "irrelevant", None),
        ("lighthouse", "Is there another lighthouse?", "yes", 0),
        ("bakery", "Did a customer drop the bread?", "irrelevant", None),
        ("bakery", "Did she lose a customer?", "irrelevant", None),
        ("bakery", "Was she deaf?", "no", None),
        ("bakery", "Was the battery of the oven dead?", "no", None),
        ("bakery", "Did a customer lose something?", "yes", 2),
    ],
)
def test_a_false_question_of_a_facts_words_uncovers_nothing_or_is_denied(
    puzzle: str, question: str, answer: str, fact: int | None
) -> None:
    sample = next(s for s in BUNDLED if s.id == f"test-{puzzle}")
    said = verdict(sample, question, NOTHING)
    assert (said.answer, said.fact) == (answer, fact)


def test_a_negation_that_belongs_to_the_fact_is_none_of_the_question() -> None:
    diver = next(s for s in BUNDLED if s.id == "train-diver")
    assert verdict(diver, "Was the town glad that he found nothing?", NOTHING).answer == "yes"
    assert verdict(diver, "Did the town want him to find something?", NOTHING).answer == "no"


def test_one_question_uncovers_one_fact_and_the_next_the_other() -> None:
    both = "Did a customer lose the battery of a hearing aid?"
    first = verdict(BAKERY, both, NOTHING)
    assert first.fact is None  # it touches three facts, which is a list of words
    two = "Had the battery come from a hearing aid?"
    assert [verdict(BAKERY, two, found).fact for found in (NOTHING, frozenset({0}))] == [0, 1]


def test_what_is_known_is_confirmed_and_counts_for_nothing_new() -> None:
    said = verdict(BAKERY, QUESTIONS[0], frozenset({0}))
    assert (said.answer, said.fact) == ("yes", None)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Why did she throw it away?", "answered by yes or no"),
        ("Tell me the truth.", "question mark"),
        ("Is it old? Is it new?", "one question at a time"),
        (f"Is it {'very ' * 30}old?", "too long"),
        ("", "question mark"),
        ("Throws away a whole tray of perfect bread?", "yes or no"),
    ],
)
def test_native_corrects_what_is_no_question(question: str, reason: str) -> None:
    opened = world()
    assert reason in ask(opened, question).text
    assert opened.score().parts["query_relevance"] == 0


def test_native_refuses_a_question_asked_before_in_other_order() -> None:
    opened = world()
    ask(opened, "Is the baker old?")
    assert "before" in ask(opened, "Is old the baker?").text


@pytest.mark.parametrize(
    ("one", "other"),
    [("Did he know her?", "Did she know him?"), ("Was it his?", "Is she with him?")],
)
def test_questions_that_differ_in_small_words_only_are_different(one: str, other: str) -> None:
    opened = world()
    ask(opened, one)
    assert "before" not in ask(opened, other).text


@pytest.mark.parametrize("question", ["Did Mr. Abel leave?", "Did she leave at 5 p.m. every day?"])
def test_a_full_stop_ends_no_question(question: str) -> None:
    assert wrong(question, official=False) == ""


def test_v02_answers_what_native_refuses() -> None:
    opened = world(profile="v0.2")
    assert [ask(opened, text).text for text in ("Tell me.", "Tell me.")] == ["Irrelevant."] * 2


def test_v02_does_not_say_which_fact_was_uncovered() -> None:
    assert ask(world(profile="v0.2"), QUESTIONS[0]).text == "Yes."


def test_v02_turns_away_a_repetition_of_the_story() -> None:
    opened = world(profile="v0.2")
    assert "story already" in ask(opened, "A baker throws away a whole tray of perfect bread?").text


def test_v02_ends_at_the_third_farewell() -> None:
    opened = world(profile="v0.2")
    seen = [ask(opened, "Great job, another new game!") for _ in range(3)]
    assert [s.status for s in seen] == [None, None, Status.INVALID_ACTION]


def test_v02_ends_at_silence() -> None:
    assert ask(world(profile="v0.2"), "").status is Status.INVALID_FORMAT


def test_likeness_is_unigram_precision_with_a_penalty_for_brevity() -> None:
    assert likeness("abcd", "abcx") == 0.75
    assert likeness("aabb", "ab") == pytest.approx(0.36788, abs=1e-5)  # e^(1 - 4/2)


def test_the_episode_ends_when_all_facts_are_found() -> None:
    opened = world()
    seen = [ask(opened, question) for question in QUESTIONS]
    assert [s.status for s in seen] == [None, None, None, Status.COMPLETED]


def test_the_four_figures() -> None:
    opened = world()
    ask(opened, "Is the baker left-handed?")
    ask(opened, "Was the bread burnt?")
    for question in QUESTIONS:
        ask(opened, question)
    score = opened.score()
    assert score.value == score.progress == 1
    assert score.parts == {
        "single_game_accuracy": 4 / 25,
        "round_efficiency": 1 - 6 / 25,
        "query_relevance": 5 / 25,
    }


def test_an_unfinished_puzzle_has_no_efficiency() -> None:
    opened = world()
    ask(opened, QUESTIONS[0])
    assert opened.score().parts["round_efficiency"] == 0
    assert opened.score().value == 0.25


def test_v02_keeps_agentbenchs_early_finish() -> None:
    """It compares the hits with the keys that are left: two of four are enough."""
    opened = world(profile="v0.2")
    for question in QUESTIONS[:2]:
        ask(opened, question)
    assert opened.score().parts["round_efficiency"] == 1 - 2 / 25


def test_another_action_is_told_off() -> None:
    assert "no action 'look'" in world().step(Action("look")).text


def test_a_fork_leaves_its_parent_alone() -> None:
    parent = world()
    ask(parent, QUESTIONS[0])
    child = parent.fork()
    ask(child, QUESTIONS[1])
    assert (parent.score().value, child.score().value) == (0.25, 0.5)


def test_two_resets_agree_and_forget() -> None:
    opened = world()
    first = opened.reset()
    ask(opened, QUESTIONS[0])
    assert opened.reset() == first
    assert opened.score().value == 0


@given(st.text(), st.sampled_from(["native", "v0.2"]))
def test_any_text_leads_to_an_observation(text: str, profile: str) -> None:
    opened = world(LIGHTHOUSE, profile)
    assert ask(opened, text).text
    assert opened.score().value <= 1 / 4


@given(st.text())
def test_words_are_lower_case_and_plain(text: str) -> None:
    assert all(w == w.lower() and w.strip() == w for w in words(text))


# Rules


def rules(profile: str = "native", protocol: str = "text") -> Rules:
    return PuzzlesTask().rules(Settings(profile, protocol))


@pytest.mark.parametrize(
    "text",
    [
        "Action: Is it old?",
        "Thought: hm.\n**Action:** Is it old?",
        "question: Is it old?",
        "Let me see.\nIs it old?",
        "Thought: I wonder. Action: Is it old?",
        "Action: Is it old?\nAction: Is it new?",
    ],
)
def test_native_reads_the_first_question(text: str) -> None:
    (action,) = rules().parse(Reply(text))
    assert action.arguments["question"].strip("* ") == "Is it old?"


def test_native_corrects_a_reply_without_a_question() -> None:
    with pytest.raises(FormatError, match="Action: <question>"):
        rules().parse(Reply("I give up."))


@pytest.mark.parametrize("text", ["Action:" + " " * 200_000, " *" * 100_000])
def test_blanks_are_read_in_one_pass(text: str) -> None:
    with pytest.raises(FormatError):
        rules().parse(Reply(text))


def test_v02_takes_the_first_line_whatever_it_is() -> None:
    assert rules("v0.2").parse(Reply("I wonder.\nIs it old?")) == (Action("ask", {"question": "I wonder."}),)


def test_v02_cuts_the_history() -> None:
    history = [Message("user", "rules")]
    history += [Message(r, "word " * 900) for _ in range(5) for r in ("assistant", "user")]
    assert len(rules("v0.2").view(history)) < len(history)


@pytest.mark.parametrize(
    ("profile", "protocol"), [("native", "text"), ("native", "tools"), ("v0.2", "text")], ids=str
)
def test_a_question_is_read_back_as_written(profile: str, protocol: str) -> None:
    action = Action("ask", {"question": QUESTIONS[0]})
    played = rules(profile, protocol)
    assert played.parse(played.write(action)) == (action,)


@given(st.text())
def test_any_reply_is_read_or_corrected(text: str) -> None:
    rules("v0.2").parse(Reply(text))
    try:
        (action,) = rules().parse(Reply(text))
        assert action.name == "ask"
    except FormatError as error:
        assert rules().mistake(error).text


# The task


@pytest.mark.parametrize("spec", [{}, {"protocol": "tools"}, {"profile": "v0.2"}], ids=str)
def test_the_audit_is_clean(spec: dict[str, str]) -> None:
    found = audit_task("puzzles", limit="5", **spec)
    assert found.ok, [s for s in found.samples if not s.ok]


def test_an_episode_has_25_rounds() -> None:
    record = play_scripted("puzzles", "test-bakery", ["I do not know."], profile="v0.2")
    assert record.status is Status.TASK_LIMIT
    assert record.turns == ROUNDS == 25
