"""Our own puzzles: each can be solved, and neither by chance nor by what the story says."""

from itertools import product

import pytest
from harness.tasks.games.puzzles.native import bundled, read
from harness.tasks.games.puzzles.questions import fits, words, wrong
from harness.tasks.games.puzzles.samples import PuzzleSample
from harness.tasks.games.puzzles.scripted import verdict
from harness.tasks.games.puzzles.task import _SUBJECTS, _THINGS

from tests.puzzles._world import BUNDLED, ask, world

GENERAL = (
    *("Is he dead?", "Did someone die?", "Was it an accident?", "Was there a crime?", "Was he alone?"),
    *("Is it about love?", "Was she happy?", "Is it night?", "Did it happen outside?", "Was anybody hurt?"),
    *("Is the man important?", "Did he do it on purpose?", "Is he ill?", "Is another person involved?"),
    *("Was it planned?", "Is it about his family?", "Was it a mistake?", "Is the place important?"),
    *("Does the weather matter?", "Is it a secret?", "Is it a game?", "Is it real?", "Did someone lie?"),
    *("Was it dangerous?", "Was he afraid?"),
)


@pytest.fixture(params=BUNDLED, ids=lambda s: s.id)
def sample(request: pytest.FixtureRequest) -> PuzzleSample:
    found: PuzzleSample = request.param
    return found


def test_there_are_twenty_in_each_split() -> None:
    assert [len(bundled(split)) for split in ("test", "train")] == [20, 20]
    assert len({s.id.partition("-")[2] for s in BUNDLED}) == 40
    assert len({f.question for s in BUNDLED for f in s.facts}) == sum(len(s.facts) for s in BUNDLED)


def test_a_puzzle_has_three_to_six_facts(sample: PuzzleSample) -> None:
    assert 3 <= len(sample.facts) <= 6


def test_each_fact_has_a_question_that_hits_it_and_no_other(sample: PuzzleSample) -> None:
    for number, fact in enumerate(sample.facts):
        assert not wrong(fact.question, official=False)
        said = words(fact.question)
        hit = [any(fits(said, p) for p in (*f.patterns, *f.opposites)) for f in sample.facts]
        assert [i for i, yes in enumerate(hit) if yes] == [number]
        assert verdict(sample, fact.question, frozenset()).fact == number


def test_the_words_of_the_story_uncover_nothing(sample: PuzzleSample) -> None:
    said = words(sample.story)
    assert not any(fits(said, p) for f in sample.facts for p in (*f.patterns, *f.opposites))


def test_questions_by_chance_uncover_nothing(sample: PuzzleSample) -> None:
    for who, what in product(_SUBJECTS, _THINGS):
        assert verdict(sample, f"Is {who} {what}?", frozenset()).fact is None


def test_twenty_five_general_questions_uncover_little(sample: PuzzleSample) -> None:
    opened = world(sample)
    for question in GENERAL:
        ask(opened, question)
    assert opened.score().value <= 0.5


def test_general_questions_uncover_next_to_nothing_on_the_whole() -> None:
    total = 0.0
    for sample in BUNDLED:
        opened = world(sample)
        for question in GENERAL:
            ask(opened, question)
        total += opened.score().value
    assert total / len(BUNDLED) < 0.05


def test_a_list_of_all_words_is_irrelevant(sample: PuzzleSample) -> None:
    patterns = [(*f.patterns, *f.opposites)[0] for f in sample.facts]
    question = f"Is it {' '.join(group[0].rstrip('*') for p in patterns for group in p)}?"
    assert verdict(sample, question, frozenset()).fact is None


def test_an_unknown_line_of_a_file_is_named() -> None:
    with pytest.raises(ValueError, match="hint: none"):
        read("id: x\nhint: none", "test")
