"""The hosts: what uncovers a fact, what does not, and the judge's four steps."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from harness.tasks.games.puzzles.environment import PuzzlesEnvironment
from harness.tasks.games.puzzles.native import bundled
from harness.tasks.games.puzzles.official import FILES, FOLDERS, load
from harness.tasks.games.puzzles.samples import PuzzleSample
from harness.tasks.games.puzzles.scripted import verdict
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, Message, Settings, Status

BUNDLED = [*bundled("test"), *bundled("train")]
FIRST = BUNDLED[0]


def played(sample: PuzzleSample, *questions: str, profile: str = "native") -> PuzzlesEnvironment:
    world = PuzzlesEnvironment(sample, Settings(profile), judged=False)
    world.reset()
    for question in questions:
        world.step(Action("ask", {"question": question}))
    return world


@pytest.mark.parametrize("sample", BUNDLED, ids=lambda s: s.id)
def test_each_fact_has_a_question_that_hits_it_alone(sample: PuzzleSample) -> None:
    for number, fact in enumerate(sample.facts):
        assert verdict(sample, fact.question, frozenset()).fact == number


@pytest.mark.parametrize("sample", BUNDLED, ids=lambda s: s.id)
def test_the_story_as_a_question_does_not_solve_it(sample: PuzzleSample) -> None:
    parts = [f"Is it true that {part.strip()}?" for part in sample.story.strip(".").split(",")]
    assert played(sample, sample.story, *parts).score().value < 0.5


def test_a_list_of_words_uncovers_nothing() -> None:
    question = "Is battery hearing customer dangerous deaf poison?"
    assert played(FIRST, question).score().value == 0


def test_a_question_asked_again_is_refused() -> None:
    asked = FIRST.facts[0].question
    world = played(FIRST, asked)
    assert "before" in world.step(Action("ask", {"question": asked})).text


def test_a_fork_leaves_its_parent_alone() -> None:
    parent = played(FIRST)
    parent.fork().step(Action("ask", {"question": FIRST.facts[0].question}))
    assert parent.score().value == 0


@given(st.text())
def test_any_text_leads_to_an_observation(text: str) -> None:
    for profile in ("native", "v0.2"):
        assert played(FIRST, text, profile=profile).score().value < 1


class Model:
    """A small judge: yes to everything, and each statement holds once its question was asked."""

    def __init__(self, answer: str = "Yes.") -> None:
        self.answer = answer

    def __call__(self, messages: Sequence[Message]) -> str:
        text = messages[0].content
        if text.startswith("You host"):
            return self.answer
        return "some fact" if not text.startswith("Facts:") else "yes"


def judged(answer: str) -> PuzzlesEnvironment:
    world = PuzzlesEnvironment(FIRST, Settings(), judged=True)
    world.ask = Model(answer)
    world.reset()
    return world


def test_a_judge_hits_one_key_a_question_and_its_agreement_is_reported() -> None:
    world = judged("Yes.")
    world.step(Action("ask", {"question": FIRST.facts[0].question}))
    world.step(Action("ask", {"question": "Is the moon round?"}))
    score = world.score()
    assert score.value == 2 / len(FIRST.facts)
    assert score.parts["agreement"] == 0.5


def test_an_unreadable_verdict_is_irrelevant_and_counted() -> None:
    world = judged("Well, who knows")
    assert world.step(Action("ask", {"question": "Is he old?"})).text == "Irrelevant."
    assert world.score().parts["host_unreadable"] == 1


@pytest.mark.parametrize("language", FOLDERS)
@pytest.mark.parametrize("split", FILES)
def test_official_puzzles_are_solved_with_the_scripted_host(
    agentbench: Path | None, split: str, language: str
) -> None:
    if agentbench is None or not (agentbench / "data" / FOLDERS[language] / FILES[split]).is_file():
        pytest.skip(f"no {FOLDERS[language]}/{FILES[split]} here")
    for sample in load(agentbench, split, language)[0]:
        world = played(sample, *(f.question for f in sample.facts))
        assert world.score().value == 1, sample.id


def test_the_episode_ends_when_all_is_found() -> None:
    world = played(FIRST, *(f.question for f in FIRST.facts[:-1]))
    assert world.step(Action("ask", {"question": FIRST.facts[-1].question})).status is Status.COMPLETED
