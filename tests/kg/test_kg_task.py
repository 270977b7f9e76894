"""The task as a whole: every gold trajectory, options, engines, facts, the content hash, making a store."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from harness.tasks.kg.samples import KgSample
from harness.tasks.kg.task import KgTask

from harness import UsageError
from harness.testing import harness, play_scripted

from .conftest import Play, small_graph
from .sparql import Server
from .test_kg_official import checkout, record

Builder = Callable[..., Play]


@pytest.mark.parametrize(
    ("profile", "protocol"), [("native", "text"), ("native", "tools"), ("v0.2", "text"), ("fc", "tools")]
)
def test_the_expert_scores_1_on_every_test_question(play: Builder, profile: str, protocol: str) -> None:
    plays = play(profile, protocol)
    assert [s.id for s in plays.task.samples("test") if plays.expert(s) != 1] == []


def test_the_expert_scores_1_on_train_questions_of_every_shape(play: Builder) -> None:
    plays = play()
    assert [s.id for s in list(plays.task.samples("train"))[100:136] if plays.expert(s) != 1] == []


def test_a_random_agent_earns_next_to_nothing(play: Builder) -> None:
    plays = play()
    values = []
    for sample in list(plays.task.samples("test"))[:20]:
        world, dice = plays.task.open(sample, plays.settings), Random(sample.id)
        world.reset()
        for _ in range(15):
            if world.step(plays.task.random_action(sample, dice)).done:
                break
        values.append(world.score().value)
    assert sum(values) / len(values) < 0.1


def test_gold_variables_are_all_the_progress_there_is(play: Builder) -> None:
    plays = play()
    sample = next(iter(plays.task.samples("test")))
    world = plays.task.open(sample, plays.settings)
    world.reset()
    progress = [world.score().progress]
    for action in plays.task.solve(sample, plays.settings):
        world.step(action)
        progress.append(world.score().progress)
    assert progress == sorted(progress, key=float) and (progress[0], progress[-1]) == (0, 1)


@pytest.mark.parametrize(
    ("options", "split", "why"),
    [
        ({"engine": "mariadb"}, "test", "kg has the engines oxigraph and small"),
        ({"engine": "small"}, "test", "for AgentBench's own questions"),
        ({"graph": "x.nt"}, "test", "for AgentBench's own questions"),
        ({"query_timeout": "0"}, "test", "-T query-timeout=0: expected seconds"),
        ({"query_timeout": "soon"}, "test", "-T query-timeout=soon: expected seconds"),
        ({"graph": "x.nt", "engine": "small"}, "agentbench-dev", "exclude one another"),
        ({"graph": "/no/such/x.nt"}, "agentbench-dev", "no such file or folder"),
        ({}, "validation", "has no split 'validation'"),
    ],
)
def test_a_mistake_in_the_options_is_told_before_the_run(
    play: Builder, tmp_path: Path, options: dict[str, str], split: str, why: str
) -> None:
    plays = play(folders={"agentbench": checkout(tmp_path, [record([], ["m.x"])])}, **options)
    with pytest.raises(UsageError, match=why):
        plays.task.samples(split)


def test_an_endpoint_without_our_graph_is_refused_for_our_questions(play: Builder, server: Server) -> None:
    with pytest.raises(UsageError, match="knows none of the entities"):
        play(kg_endpoint=server.url).task.samples("test")


def test_a_graph_without_the_entities_is_refused(play: Builder, tmp_path: Path) -> None:
    path = tmp_path / "small.nt"
    path.write_text("\n".join(small_graph()))
    other = record([], ["m.x"], entities={"Zoe": "m.zoe"})
    plays = play(folders={"agentbench": checkout(tmp_path, [other])}, graph=str(path))
    with pytest.raises(UsageError, match=r"small\.nt knows none of the entities.*m\.zoe"):
        plays.task.samples("agentbench-dev")


def test_official_questions_are_played_at_an_endpoint(play: Builder, server: Server, tmp_path: Path) -> None:
    steps = ["get_relations(m.ada)", "get_neighbors(m.ada,film.director.films)"]
    folders = {"agentbench": checkout(tmp_path, [record(steps, ["m.f1", "m.f2", "m.f3"])])}
    plays = play("fc", folders=folders, kg_endpoint=server.url)
    (sample,) = plays.task.samples("agentbench-dev")
    assert plays.expert(sample) == 1
    assert plays.task.engine(plays.settings)["engine"] == f"endpoint {server.url}"


def test_an_endpoint_that_goes_away_during_a_run_makes_errors_and_no_zeros(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ["get_relations(m.ada)", "get_neighbors(m.ada,film.director.films)"]
    monkeypatch.setenv("HARNESS_HOME", str(tmp_path / "home"))
    folder = checkout(tmp_path / "bench", [record(steps, ["m.f1"])])
    assert harness("data", "add", "agentbench", str(folder)).code == 0
    server.otherwise = {"status": 503, "body": b"gone", "pings": True}
    done = harness(
        "run", "--tasks", "kg", "--split", "agentbench-dev", "--kg-endpoint", server.url, "--model", "oracle",
        "-o", str(tmp_path / "runs"), "--json",
    )  # fmt: skip
    (task,) = json.loads(done.out)["tasks"]
    assert done.code == 1 and task["score"] is None and task["statuses"]["error"] == 1, task


def test_an_endpoint_that_does_not_answer_ends_the_command_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_HOME", str(tmp_path / "home"))
    harness("data", "add", "agentbench", str(checkout(tmp_path / "bench", [record([], ["m.f1"])])))
    done = harness(
        "run", "--tasks", "kg", "--split", "agentbench-dev", "--kg-endpoint", "http://127.0.0.1:9/sparql",
        "--model", "random", "-o", str(tmp_path / "runs"),
    )  # fmt: skip
    assert done.code == 2 and "does not answer SPARQL" in done.err and not (tmp_path / "runs").exists()


def test_one_engine_serves_all_episodes_and_ends_with_the_run(play: Builder) -> None:
    plays = play()
    worlds = [plays.task.open(s, plays.settings) for s in list(plays.task.samples("test"))[:3]]
    assert len({id(w.engine) for w in worlds}) == 1  # type: ignore[attr-defined]
    (engine,) = plays.task.engines.values()
    worlds[0].reset()
    engine.select("SELECT ?x WHERE { VALUES ?x { 1 } }")
    process = engine.process  # type: ignore[attr-defined]
    plays.task.teardown()
    assert process.poll() is not None


def test_graph_ontology_and_engine_are_part_of_the_content_hash(play: Builder) -> None:
    plays = play()
    plays.task.samples("test")
    facts = plays.task.engine(plays.settings)
    assert set(facts) == {"engine", "graph", "ontology"} and facts["ontology"] == "bundled"


def test_a_store_is_made_for_the_official_questions(play: Builder, tmp_path: Path) -> None:
    source, target = tmp_path / "small.nt", tmp_path / "store"
    source.write_text("\n".join(small_graph()))
    target.mkdir()
    made = KgTask().make(target, {"graph": str(source)}, lambda *_, **__: None)
    assert made == [f"{len(small_graph())} triples"]
    steps = ["get_relations(m.ada)", "get_neighbors(m.ada,film.director.films)"]
    folder = checkout(tmp_path, [record(steps, ["m.f1", "m.f2", "m.f3"])])
    plays = play(folders={"agentbench": folder, "kg": target})
    (sample,) = plays.task.samples("agentbench-dev")
    assert isinstance(sample, KgSample) and plays.expert(sample) == 1


@pytest.mark.parametrize("options", [{}, {"graph": "/no/such.nt"}, {"graph": ".", "size": "3"}])
def test_a_store_of_nothing_is_refused(tmp_path: Path, options: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="graph"):
        KgTask().make(tmp_path, options, lambda *_, **__: None)


def test_an_episode_without_an_answer_scores_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(cache))
    replies = ["Hello.", "Action: get_relations(nobody)", "Final Answer: #0"]
    episode = play_scripted("kg", "test-000", replies)
    assert episode.score is not None and episode.score.value == 0
