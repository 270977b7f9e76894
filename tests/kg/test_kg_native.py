"""The bundled graph and questions: the same everywhere, answerable, not trivial, the splits apart."""

import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from harness.tasks.kg import native
from harness.tasks.kg.native.schema import SPLITS, schema
from harness.tasks.kg.native.world import build
from harness.tasks.kg.programs import expressions
from harness.tasks.kg.samples import KgSample

FILES = ("graph.nt", "test.jsonl", "train.jsonl")
SPLIT = pytest.mark.parametrize("split", SPLITS)


def digests(folder: Path) -> list[str]:
    return [sha256((folder / name).read_bytes()).hexdigest() for name in FILES]


def test_the_same_bytes_in_a_process_with_another_hash_seed(cache: Path, tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from harness.tasks.kg import native; native.made(pathlib.Path(sys.argv[1]))"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env=env)
    (there,) = tmp_path.iterdir()
    here = native.made(cache)
    assert (there.name, digests(there)) == (here.name, digests(here))


def test_nothing_is_made_twice_and_nothing_half_made_is_left(cache: Path) -> None:
    folder = native.made(cache)
    before = {f.name: f.stat().st_mtime_ns for f in folder.iterdir()}
    native.graph(cache), native.bundled(cache, "test")
    assert {f.name: f.stat().st_mtime_ns for f in folder.iterdir()} == before
    assert list(cache.iterdir()) == [folder] and sorted(before) == sorted(FILES)


def test_about_a_hundred_thousand_triples(cache: Path) -> None:
    lines = native.graph(cache).read_text().splitlines()
    assert 90_000 < len(lines) < 110_000 and len(set(lines)) == len(lines)


def test_relations_have_their_reverse_and_names_are_told_apart() -> None:
    world = build()
    for relation in (r for split in SPLITS for r in schema(split).relations.values()):
        back = world.out[relation.reverse]
        assert all(e in back[t] for e, targets in world.out[relation.id].items() for t in targets)
    assert len({n.lower() for n in world.names.values()}) == len(world.names)


@SPLIT
def test_sizes_and_ids(cache: Path, split: str) -> None:
    samples = native.bundled(cache, split)
    assert len(samples) == native.SIZES[split]
    assert samples[7].id == f"{split}-007" and all(s.split == split for s in samples)


@SPLIT
def test_every_question_has_a_few_answers_and_none_is_asked_twice(cache: Path, split: str) -> None:
    samples = native.bundled(cache, split)
    assert all(1 <= len(s.gold) <= 8 for s in samples)
    assert all(2 <= int(s.gold[0]) <= 40 for s in samples if s.kind == "count")
    assert len({expressions(s)[-1] for s in samples}) == len(samples)
    assert len({s.question for s in samples}) == len(samples)


@SPLIT
def test_questions_are_a_mixture_of_two_to_five_steps(cache: Path, split: str) -> None:
    samples = native.bundled(cache, split)
    kinds = Counter(s.kind for s in samples)
    assert all(kinds[k] >= len(samples) // 8 for k in ("set", "count", "extreme"))
    steps = Counter(sum(a[0] == "get_neighbors" for a in s.actions) for s in samples)
    assert set(steps) == {2, 3, 4, 5}
    assert all(len(s.actions) + 1 <= 15 for s in samples)
    assert {a[0] for s in samples for a in s.actions} >= {"intersection", "argmax", "argmin", "count"}


@SPLIT
def test_a_question_names_its_entities_and_no_id(cache: Path, split: str) -> None:
    for s in native.bundled(cache, split):
        assert all(name in s.question and entity not in s.question for name, entity in s.entities), s.id
        assert "{" not in s.question and s.question[-1] in "?." and s.question[0].isupper()


@SPLIT
def test_answers_are_not_among_the_named_entities(cache: Path, split: str) -> None:
    assert not [s.id for s in native.bundled(cache, split) if {e for _, e in s.entities} & set(s.gold)]


def test_names_with_commas_and_with_brackets_are_among_the_entities(cache: Path) -> None:
    names = [name for split in SPLITS for s in native.bundled(cache, split) for name, _ in s.entities]
    assert any("," in n for n in names) and any("(" in n for n in names)


def test_the_splits_share_no_entity_relation_type_or_sentence(cache: Path) -> None:
    def parts(samples: tuple[KgSample, ...]) -> set[str]:
        entities = {e for s in samples for _, e in s.entities}
        relations = {
            a[2] for s in samples for a in s.actions if a[0] in ("get_neighbors", "argmax", "argmin")
        }
        return entities | relations | {g for s in samples for g in s.gold if s.kind != "count"}

    test, train = (parts(native.bundled(cache, split)) for split in ("test", "train"))
    assert not test & train
    one, other = schema("test"), schema("train")
    assert not set(one.types) & set(other.types)
    frames = [{f for said in s.frames.values() for f in said} for s in (one, other)]
    assert not frames[0] & frames[1]


def test_schemas_are_whole() -> None:
    for plan in map(schema, SPLITS):
        for relation in plan.relations.values():
            assert {relation.domain, relation.range} <= set(plan.types), relation.id
            assert plan.relations[relation.reverse].reverse == relation.id
            assert all(v.count("{}") == 1 for v in relation.verbs), relation.id
        for attribute in plan.attributes.values():
            assert attribute.domain in plan.types and attribute.most != attribute.least
        assert set(plan.frames) == {"set", "count", "extreme"}
