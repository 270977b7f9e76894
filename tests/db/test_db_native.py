"""The bundled splits: generated, deterministic, disjoint, solvable, and not to be guessed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from random import Random

import pytest
from harness.tasks.db import harness_tasks
from harness.tasks.db.engines.mariadb import MariaDb
from harness.tasks.db.native import SIZES, bundled, sentences
from harness.tasks.db.native.problems import TEMPLATES
from harness.tasks.db.native.schema import schemas
from harness.tasks.db.samples import CHANGES, DbSample

from harness import UsageError

from .conftest import Play, answer

Builder = Callable[..., Play]
BOTH = tuple(SIZES)
GUESSES = (
    "",
    "nan",
    "inf",
    "none",
    "null",
    "0",
    "1",
    "[]",
    "True",
    "' OR 1=1 --",
    "'; DROP TABLE book; --",
    "*",
    "%",
)


def test_the_plug_in_offers_the_task() -> None:
    assert [t.name for t in harness_tasks()] == ["db"]


def test_sizes() -> None:
    assert {split: len(bundled(split)) for split in BOTH} == {"test": 60, "train": 600}


def test_both_are_made_in_an_instant() -> None:
    bundled.cache_clear()
    began = time.process_time()
    for split in BOTH:
        bundled(split)
    assert time.process_time() - began < 1.0  # measured 0.2 s; the rest is for slow machines


def test_other_hash_seeds_make_the_same_samples() -> None:
    program = "from harness.tasks.db.native import bundled; from hashlib import md5;" + (
        "print(md5(repr((bundled('test'), bundled('train'))).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_the_splits_share_no_schema() -> None:
    tables = [{e.table for s in schemas(split) for e in (s.parent, s.child)} for split in BOTH]
    columns = [
        {(e.name, e.sort, *(n.column for n in e.numbers)) for s in schemas(x) for e in (s.parent, s.child)}
        for x in BOTH
    ]
    things = [{e.many for s in schemas(split) for e in (s.parent, s.child)} for split in BOTH]
    for one, two in (tables, columns, things):
        assert one and two and not one & two


def test_the_splits_share_no_sentence() -> None:
    one, two = ({s for said in sentences(split).values() for s in said} for split in BOTH)
    assert not one & two
    assert not {s.question for s in bundled("test")} & {s.question for s in bundled("train")}


@pytest.mark.parametrize("split", BOTH)
def test_every_template_has_its_sentences(split: str) -> None:
    assert set(sentences(split)) == {t.__name__ for t in TEMPLATES}


@pytest.mark.parametrize("split", BOTH)
def test_ids_and_questions_are_unique_and_samples_hashable(split: str) -> None:
    samples = bundled(split)
    assert len({s.id for s in samples}) == len({(s.question, s.tables) for s in samples}) == len(set(samples))


def test_there_is_something_of_every_kind() -> None:
    kinds = {s.category for s in bundled("test")[:30]}
    assert kinds >= {
        *CHANGES,
        "counting",
        "ranking",
        "comparison",
        "join",
        "other",
        "aggregation-SUM",
        "aggregation-AVG",
    }


@pytest.mark.parametrize("protocol", ["text", "tools"])
def test_the_expert_is_right_everywhere(play: Builder, protocol: str) -> None:
    plays = play("native", protocol)
    wrong = [s.id for split in BOTH for s in plays.task.samples(split) if plays.expert(s) != 1]
    assert wrong == []


def test_the_expert_is_right_on_mariadb_too(play: Builder, mariadb: MariaDb) -> None:
    for profile in ("native", "v0.2", "fc"):
        plays = play(profile, engine="mariadb").share(mariadb)
        assert [s.id for s in plays.task.samples("test") if plays.expert(s) != 1] == []


@pytest.mark.parametrize("split", BOTH)
def test_guesses_are_wrong_everywhere(play: Builder, split: str) -> None:
    plays = play()
    for sample in plays.task.samples(split):
        assert isinstance(sample, DbSample)
        world = plays.task.open(sample, plays.settings)
        problem = world.reset()
        assert world.score().value == 0
        for guess in (*GUESSES, sample.question, problem.text):
            answer(world, guess)
            assert world.score().value == 0, (sample.id, guess)
        answer(world)
        assert world.score().value == 0
        world.close()


def test_a_random_agent_is_wrong(play: Builder) -> None:
    plays = play()
    lucky = []
    for sample in plays.task.samples("test"):
        random, world = Random(sample.id), plays.open(sample)
        for _ in range(15):
            if world.step(plays.task.random_action(sample, random)).done:
                break
        lucky += [sample.id] * int(world.score().value)
        world.close()
    assert lucky == []


def test_random_actions_are_mostly_legal(play: Builder) -> None:
    plays, errors = play(), 0
    for sample in plays.task.samples("test"):
        world = plays.open(sample)
        errors += world.step(plays.task.random_action(sample, Random(sample.id))).text.startswith("Error")
        world.close()
    assert errors < 6


def test_an_unknown_split_is_a_usage_error(play: Builder) -> None:
    with pytest.raises(UsageError, match="agentbench-dev"):
        play().task.samples("dev")
