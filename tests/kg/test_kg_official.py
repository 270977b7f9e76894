"""AgentBench's own questions: parsing, gold trajectories on small graphs, the ontology, partial checkouts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.tasks.kg import official
from harness.tasks.kg.engines.small import Small
from harness.tasks.kg.environment import KgEnvironment
from harness.tasks.kg.expert import known, replayed
from harness.tasks.kg.expressions import values
from harness.tasks.kg.ontology import Ontology
from harness.tasks.kg.programs import expressions
from harness.tasks.kg.samples import KgSample
from harness.tasks.kg.synthetic import graph

from harness import Settings, UsageError

from .conftest import Play, small_graph

Builder = Callable[..., Play]
PROFILES = pytest.mark.parametrize("profile", ["native", "v0.2", "fc"])


def record(actions: list[str], answers: list[str], **more: Any) -> dict[str, Any]:
    usual = {
        "question": "q?",
        "qid": "1",
        "source": "grailqa",
        "entities": {"Ada, the (first)": "m.ada", "Bo": "g.bo_1"},
        "s_expression": "",
        "actions": actions,
        "answer": [{"answer_argument": a, "answer_type": "Entity"} for a in answers],
    }
    return {**usual, **more}


def checkout(folder: Path, records: Any, name: str = "dev.json") -> Path:
    (folder / "data/knowledgegraph").mkdir(parents=True, exist_ok=True)
    text = records if isinstance(records, str) else json.dumps(records)
    (folder / "data/knowledgegraph" / name).write_text(text, encoding="utf-8")
    return folder


def with_ontology(folder: Path) -> Path:
    where = folder / official.ONTOLOGY
    where.mkdir(parents=True)
    (where / "fb_roles").write_text("a.b a.b.films film.film\nf.a f.a.films film.film\nf.f f.f.l type.int\n")
    vocab = {"relations": ["a.b.films", "f.a.films"], "attributes": ["f.f.len"], "classes": []}
    (where / "vocab.json").write_text(json.dumps(vocab))
    return folder


STEPS = [
    "get_relations(m.ada)",
    "get_neighbors(m.ada,a.b.films)",
    "get_relations(g.bo_1)",
    "get_neighbors(g.bo_1,f.a.films)",
    "intersection(#0,#1)",
]


def sample(tmp_path: Path, actions: list[str], answers: list[str]) -> KgSample:
    (one,) = official.load(checkout(tmp_path, [record(actions, answers)]), "agentbench-dev")
    return one


@pytest.mark.parametrize(
    ("more", "answers"),
    [
        ([], ["m.x", "m.y"]),
        (["count(#2)"], ["133"]),
        (["get_attributes(#2)", "argmax(#2,f.f.len)"], ["m.x"]),
        (["get_attributes(#2)", "argmin(#2,f.f.len)"], ["m.x", "m.y"]),
        (["get_relations(#2)", "get_neighbors(#2,f.f.by)"], ["m.x"]),
    ],
)
def test_a_graph_made_from_a_program_lets_the_expert_win(
    tmp_path: Path, more: list[str], answers: list[str]
) -> None:
    one = sample(tmp_path, STEPS + more, answers)
    assert replayed(one, Settings(), Ontology({}), Small(graph(one), "small"))


@pytest.mark.parametrize("answers", [["1999-02-03", "2001"], ['a "quoted" text\nof two \\ lines']])
def test_a_graph_made_from_a_program_may_answer_with_texts(tmp_path: Path, answers: list[str]) -> None:
    one = sample(tmp_path, [*STEPS, "get_relations(#2)", "get_neighbors(#2,f.f.date)"], answers)
    found = Small(graph(one), "small").select(values(expressions(one)[-1]))
    assert sorted(found) == sorted(answers)


def test_the_dev_file_is_read(dev: Path) -> None:
    samples = official.load(dev, "agentbench-dev")
    assert [s.id for s in samples] == [f"dev-{n}" for n in range(20)]
    commas = next(s for s in samples if s.id == "dev-12")
    assert commas.entities == (("Handel: Messiah (Dublin Version, 1742)", "m.03xxf2z"),)


@PROFILES
def test_gold_trajectories_of_dev_lead_to_the_gold_answers(play: Builder, dev: Path, profile: str) -> None:
    plays = play(profile, folders={"agentbench": dev}, engine="small")
    samples = list(plays.task.samples("agentbench-dev"))
    assert [s.id for s in samples if isinstance(s, KgSample) and not known(s)] == ["dev-17"]
    assert [s.id for s in samples if s.id != "dev-17" and plays.expert(s) != 1] == []


def test_the_facts_tell_of_the_trajectories(play: Builder, dev: Path) -> None:
    plays = play(folders={"agentbench": dev})
    plays.task.samples("agentbench-dev")
    facts = plays.task.facts("agentbench-dev", plays.settings)
    assert facts["gold trajectories"].startswith("19 of 20 lead to the gold answer")
    assert facts["gold trajectories"].endswith("no expert: dev-17")


def test_a_trajectory_that_does_not_lead_to_the_answer_is_told(play: Builder, tmp_path: Path) -> None:
    wrong = record(["get_neighbors(m.ada,a.b.films)"], ["m.x"])  # nothing was listed before
    plays = play(folders={"agentbench": checkout(tmp_path, [wrong, record(STEPS, ["m.x"])])})
    plays.task.samples("agentbench-dev")
    facts = plays.task.facts("agentbench-dev", plays.settings)
    assert facts["gold trajectories"].startswith("1 of 2") and "not: dev-0" in facts["gold trajectories"]


def test_without_an_endpoint_the_questions_are_skipped_with_the_reason(play: Builder, tmp_path: Path) -> None:
    plays = play(folders={"agentbench": checkout(tmp_path, [record(STEPS, ["m.x"])])})
    assert len(list(plays.task.samples("agentbench-dev"))) == 1
    skipped = plays.task.skipped("agentbench-dev")
    assert list(skipped) == ["dev-0"] and "--kg-endpoint URL" in skipped["dev-0"]


def test_with_a_graph_of_the_users_they_are_played(play: Builder, tmp_path: Path) -> None:
    steps = ["get_relations(m.ada)", "get_neighbors(m.ada,film.director.films)"]
    folder = checkout(tmp_path, [record(steps, ["m.f1", "m.f2", "m.f3"])])
    path = tmp_path / "triples.nt"
    path.write_text("\n".join(small_graph()))
    plays = play(folders={"agentbench": folder}, graph=str(path))
    (one,) = plays.task.samples("agentbench-dev")
    assert not plays.task.skipped("agentbench-dev") and plays.expert(one) == 1


def test_the_ontology_types_variables_and_decides_what_is_shown(play: Builder, tmp_path: Path) -> None:
    folder = with_ontology(checkout(tmp_path, [record(STEPS, ["m.x"])]))
    plays = play("v0.2", folders={"agentbench": folder}, engine="small")
    (one,) = plays.task.samples("agentbench-dev")
    world = plays.task.open(one, plays.settings)
    assert isinstance(world, KgEnvironment)
    world.reset()
    seen = [world.step(a).text for a in plays.task.solve(one, plays.settings)]
    assert seen[0] == "Observation: [a.b.films]", "base.other.things is no relation of the vocabulary"
    assert seen[4] == "Observation: variable #2, which are instances of film.film"
    assert world.score().value == 1


def test_without_ontology_files_nothing_is_assumed(tmp_path: Path) -> None:
    assert official.ontology(tmp_path) == Ontology({})


@pytest.mark.parametrize("text", ["{", "[]", '{"relations": []}'])
def test_an_ontology_file_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    folder = with_ontology(tmp_path)
    (folder / official.ONTOLOGY / "vocab.json").write_text(text)
    with pytest.raises(UsageError, match=r"vocab\.json: "):
        official.ontology(folder)


def test_without_a_checkout_the_command_that_adds_one_is_said(play: Builder) -> None:
    with pytest.raises(UsageError, match="harness data add agentbench PATH"):
        play().task.samples("agentbench-dev")


def test_a_partial_checkout_names_the_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"std\.json is missing"):
        official.load(checkout(tmp_path, []), "agentbench-std")


@pytest.mark.parametrize(
    "records",
    [
        "{",
        {"a": 1},
        [3],
        [{"question": "q"}],
        [record(["get_neighbors(m.ada)"], ["m.x"])],
        [record(["get_everything(m.ada)"], ["m.x"])],
        [record(["count(#3)"], ["1"])],
        [record(STEPS, [])],
        [record(["get_relations(m.a> ?x)"], ["m.x"])],
        [record([], ["m.x"], entities={"Ada": "m.a b"})],
        [record(STEPS, ["m.x"], entities=["m.ada"])],
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, records: Any) -> None:
    with pytest.raises(UsageError, match=r"dev\.json: (not JSON|question 0 is not a knowledgegraph record)"):
        official.load(checkout(tmp_path, records), "agentbench-dev")


def test_the_project_contains_no_official_data(dev: Path) -> None:
    question = json.loads((dev / "data/knowledgegraph/dev.json").read_text())[0]["question"]
    folder = Path(official.__file__).parent
    texts = [f.read_text(errors="ignore") for f in folder.rglob("*.*") if f.is_file() and f.suffix != ".pyc"]
    assert not [t for t in texts if question in t]
