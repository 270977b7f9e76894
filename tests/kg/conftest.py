"""A small graph, the bundled one, a host and episodes of `kg`; AgentBench's files where they are present."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.tasks.kg import native
from harness.tasks.kg.calls import ANSWER, call
from harness.tasks.kg.engines.small import Small
from harness.tasks.kg.environment import KgEnvironment
from harness.tasks.kg.expressions import NAMESPACE as NS
from harness.tasks.kg.ontology import Ontology
from harness.tasks.kg.samples import KgSample
from harness.tasks.kg.task import KgTask

from harness import Observation, Sample, Settings, Status

from .sparql import Server

FILMS = {"m.f1": 90, "m.f2": 120, "m.f3": 120, "m.f4": 70}
"""The films of the small graph and their lengths; f1 to f3 are by m.ada, f2 to f4 star m.bo."""


def triple(one: str, relation: str, other: str | int) -> str:
    number = "http://www.w3.org/2001/XMLSchema#integer"
    end = f'"{other}"^^<{number}>' if isinstance(other, int) else f"<{NS}{other}>"
    return f"<{NS}{one}> <{NS}{relation}> {end} ."


def small_graph() -> list[str]:
    lines = [triple("m.ada", "film.director.films", f) for f in ("m.f1", "m.f2", "m.f3")]
    lines += [triple("m.bo", "film.actor.films", f) for f in ("m.f2", "m.f3", "m.f4")]
    lines += [triple(f, "film.film.director", "m.ada") for f in ("m.f1", "m.f2", "m.f3")]
    lines += [triple(f, "film.film.cast", "m.bo") for f in ("m.f2", "m.f3", "m.f4")]
    lines += [triple(f, "film.film.length", length) for f, length in FILMS.items()]
    lines += [triple("m.ada", "people.person.home", "g.town_1"), triple("m.ada", "type.object.type", "t.t")]
    return [*lines, triple("g.town_1", "place.town.people", "m.ada")]


RANGES = {
    "film.director.films": "film.film",
    "film.actor.films": "film.film",
    "film.film.director": "film.director",
    "film.film.cast": "film.actor",
    "people.person.home": "place.town",
    "place.town.people": "people.person",
}
SAMPLE = KgSample(
    id="s",
    split="test",
    question="Which films by Ada have Bo in them?",
    entities=(("Ada Quill", "m.ada"), ("Bo, Jr. (actor)", "m.bo"), ("Old Town", "g.town_1")),
    actions=(
        ("get_relations", "m.ada"),
        ("get_neighbors", "m.ada", "film.director.films"),
        ("get_relations", "m.bo"),
        ("get_neighbors", "m.bo", "film.actor.films"),
        ("intersection", "#0", "#1"),
    ),
    gold=("m.f2", "m.f3"),
    kind="set",
)


class World:
    """One episode in the small graph, played by calls."""

    def __init__(self, profile: str = "native", ontology: Ontology | None = None) -> None:
        ontology = ontology or Ontology(RANGES)
        self.world = KgEnvironment(SAMPLE, profile, Small(small_graph(), "small"), ontology)
        self.opening = self.world.reset().text

    def __call__(self, name: str, *arguments: str) -> str:
        return self.world.step(call(name, *arguments)).text

    def films_of_both(self) -> "World":
        """#0 by Ada, #1 with Bo."""
        self("get_relations", "Ada Quill")
        self("get_neighbors", "Ada Quill", "film.director.films")
        self("get_relations", "Bo, Jr. (actor)")
        self("get_neighbors", "Bo, Jr. (actor)", "film.actor.films")
        return self

    def answer(self, variable: str) -> Observation:
        return self.world.step(call(ANSWER, variable))


class TestHost:
    __test__ = False

    def __init__(self, settings: Settings, cache: Path, folders: dict[str, Path]) -> None:
        self.settings, self.cache, self.scratch, self.folders = settings, cache, cache, folders
        self.judge: str | None = None

    def data(self, name: str) -> Path | None:
        return self.folders.get(name)

    def sandbox(self, spec: str) -> Any:
        raise NotImplementedError

    def model(self, name: str) -> Any:
        raise NotImplementedError


class Play:
    """A task set up for one profile, and what tests do with it."""

    def __init__(self, settings: Settings, cache: Path, folders: dict[str, Path]) -> None:
        self.settings, self.task = settings, KgTask()
        self.task.setup(TestHost(settings, cache, folders))
        self.rules = self.task.rules(settings)

    def expert(self, sample: Sample) -> float:
        """The score of the expert, whose actions go through the protocol, if it completes."""
        world = self.task.open(sample, self.settings)
        last = world.reset()
        for action in self.task.solve(sample, self.settings):
            (read,) = self.rules.parse(self.rules.write(action))
            last = world.step(read)
        return world.score().value if last.status is Status.COMPLETED else -1.0


@pytest.fixture(scope="session", autouse=True)
def pyoxigraph() -> None:
    pytest.importorskip("pyoxigraph", reason="pip install 'agentbench-harness[kg]'")


@pytest.fixture(scope="session")
def cache(pyoxigraph: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which the bundled graph is made once for all tests."""
    folder = tmp_path_factory.mktemp("kg")
    native.graph(folder)
    return folder


@pytest.fixture
def play(cache: Path) -> Iterator[Callable[..., Play]]:
    """Builds a `Play`: `play("v0.2", query_timeout="3")`; folders are what is registered."""
    made: list[Play] = []

    def build(
        profile: str = "native", protocol: str = "", folders: dict[str, Path] | None = None, **options: str
    ) -> Play:
        protocol = protocol or KgTask.profiles[profile][0]
        options = {k.replace("_", "-"): v for k, v in options.items()}
        made.append(Play(Settings(profile, protocol, options=options), cache, folders or {}))
        return made[-1]

    yield build
    for one in made:
        one.task.teardown()


@pytest.fixture
def server() -> Iterator[Server]:
    """A SPARQL endpoint over the small graph."""
    made = Server(small_graph())
    yield made
    made.close()


@pytest.fixture
def dev(agentbench: Path | None) -> Path:
    """The checkout with the official dev file, or the test is skipped."""
    if agentbench is None or not (agentbench / "data/knowledgegraph/dev.json").is_file():
        pytest.skip("AgentBench's files are not here; set AGENTBENCH to a checkout")
    return agentbench
