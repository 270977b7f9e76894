"""The bundled samples of the task os: fixed, fair, and two splits without a word in common."""

import re
import subprocess
import sys
from collections import Counter
from dataclasses import fields
from random import Random

import pytest
from harness.tasks.os import changes, generate, manifest, questions, vocabulary
from harness.tasks.os.checkers import integer_in_words, string_in_quotes
from harness.tasks.os.samples import OsSample, State, Value
from harness.tasks.os.task import OsTask

from harness import Settings
from harness.types import digest

SPLITS = ("test", "train")
EVERY = [s for split in SPLITS for s in generate.samples(split)]
QUESTIONS = [s for s in EVERY if isinstance(s.grading, Value)]


def test_there_are_60_and_600_and_half_of_each_are_questions() -> None:
    for split, size in (("test", 60), ("train", 600)):
        kinds = Counter(type(s.grading) for s in generate.samples(split))
        assert kinds == {Value: size // 2, State: size // 2}


def test_no_two_samples_are_the_same_problem() -> None:
    assert len({s.id for s in EVERY}) == len(EVERY)
    assert len({s.problem for s in EVERY}) == len(EVERY)


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_another_process_draws_the_same_samples(hash_seed: str) -> None:
    code = (
        "from harness.types import digest; from harness.tasks.os import generate; "
        "print(digest([list(generate.samples(s)) for s in ('test', 'train')]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == digest([list(generate.samples(s)) for s in SPLITS])


def test_the_splits_share_no_name() -> None:
    for field in fields(vocabulary.Vocabulary):
        test, train = (set(getattr(v, field.name)) for v in (vocabulary.TEST, vocabulary.TRAIN))
        assert not test & train, field.name
        assert len(test) == len(getattr(vocabulary.TEST, field.name))


def test_the_splits_share_no_sentence() -> None:
    test, train = ({*_sentences(generate.phrases(s))} for s in SPLITS)
    assert not test & train
    kinds = {k.__name__ for k in (*questions.KINDS, *changes.KINDS)}
    assert all(set(generate.phrases(s)["wordings"]) == kinds for s in SPLITS)


def _sentences(phrases: dict[str, object]) -> list[str]:
    """Every single sentence, with the particulars taken out."""
    wordings = phrases["wordings"]
    assert isinstance(wordings, dict)
    texts = [t for several in wordings.values() for t in several] + list(phrases["closings"])  # type: ignore[call-overload]
    whole = [re.sub(r"\{\w+\}", "{}", t) for t in texts]
    return [part.strip() for t in whole for part in re.split(r"(?<=[.?!:;]) ", t)]


def test_no_gold_is_zero_one_or_two_or_stands_in_the_problem_as_a_number() -> None:
    for sample in QUESTIONS:
        assert isinstance(sample.grading, Value)
        gold = sample.grading.gold
        assert gold not in re.findall(r"-?\d+", sample.problem)
        if sample.grading.kind == "integer":
            assert abs(int(gold)) >= 3


def test_golds_vary_so_that_no_constant_is_a_strategy() -> None:
    golds = Counter(s.grading.gold for s in QUESTIONS if isinstance(s.grading, Value))
    assert golds.most_common(1)[0][1] / len(QUESTIONS) < 0.12


@pytest.mark.parametrize(
    "guess", ["", "0", "1", "nan", "inf", "[]", "None", "' or 1=1 --", "$(cat /gold)", "*"]
)
def test_a_lazy_answer_is_never_right(guess: str) -> None:
    assert not any(_right(s, guess) for s in QUESTIONS)


def test_the_echoed_problem_is_never_right() -> None:
    assert not any(_right(s, s.problem) for s in QUESTIONS)


def _right(sample: OsSample, answer: str) -> bool:
    assert isinstance(sample.grading, Value)
    check = integer_in_words if sample.grading.kind == "integer" else string_in_quotes
    return check(answer, sample.grading.gold)


def test_every_change_has_a_goal_that_the_first_state_does_not_meet() -> None:
    for sample in EVERY:
        if isinstance(state := sample.grading, State):
            moved = manifest.changed(state.before, state.after)
            assert moved or state.accounts
            assert len({e.path for e in state.before}) == len(state.before)
            assert len({e.path for e in state.after}) == len(state.after)


def test_paths_in_a_problem_lie_in_the_folder_that_is_watched() -> None:
    for sample in EVERY:
        if isinstance(state := sample.grading, State):
            for path in re.findall(r"/(?:srv|opt|home)/[\w./-]+", sample.problem):
                assert path.startswith(state.root)


def test_a_random_agent_acts_plausibly_and_reproducibly() -> None:
    task, sample = OsTask(), EVERY[0]
    drawn = [[str(task.random_action(sample, Random(i))) for i in range(40)] for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert {d.split("(")[0] for d in drawn[0]} == {"bash", "answer", "finish"}


def test_the_fingerprint_names_every_part() -> None:
    parts = OsTask().fingerprint(Settings(), "test")
    assert parts == OsTask().fingerprint(Settings(), "test")
    assert parts["limits"] == OsTask().fingerprint(Settings(profile="v0.2"), "test")["limits"]
    assert parts["prompts"] != OsTask().fingerprint(Settings(profile="v0.2"), "test")["prompts"]
    assert parts["data"] != OsTask().fingerprint(Settings(), "train")["data"]


def test_a_packed_archive_reads_back_and_damage_is_noticed() -> None:
    held = {"b.txt": b"2\n", "a.txt": b"1\n"}
    packed = manifest.pack(held)
    assert manifest.unpack(packed) == tuple(sorted(held.items()))
    assert packed == manifest.pack(held)
    assert manifest.unpack(packed[:-20]) is None
    assert manifest.unpack(b"") is None
    assert manifest.unpack(manifest.pack({"big": b"0" * (manifest.LARGEST + 1)})) is None
