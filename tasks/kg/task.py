"""The task: which questions there are, how they are played, over which graph."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from threading import Lock
from typing import ClassVar

from harness import Action, Environment, Host, Renames, Rules, Sample, Settings, Task, Tell, UsageError

from . import native as world
from . import official
from .calls import ANSWER, PARAMETERS, call
from .engines import Endpoint, Engine, Worker, needs_pyoxigraph, place, seconds
from .environment import KgEnvironment
from .expert import known, replayed, trajectory
from .expressions import iri
from .ontology import Ontology
from .rules_fc import fc
from .rules_native import RENAMES, native
from .rules_v02 import v02
from .samples import KgSample

SMALL = "graphs made from the gold programs"


class KgTask(Task):
    name = "kg"
    summary = "Answer questions by walking through a knowledge graph with seven tools."
    profiles: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "native": ("text", "tools"),
        "v0.2": ("text",),
        "fc": ("tools",),
    }
    splits = (*world.SPLITS, *official.SPLITS)
    options: ClassVar[Mapping[str, str]] = {
        "engine": "oxigraph, or small: a graph made from each official question's own program",
        "kg-endpoint": "the URL of a SPARQL endpoint",
        "graph": "FILE.nt or FILE.ttl: the official questions over triples of your own",
        "query-timeout": "seconds a query may run",
    }

    def __init__(self) -> None:
        self.host: Host | None = None
        self.split = "test"
        """The one that was asked for last: a run has one, and its graph depends on it."""
        self.engines: dict[tuple[str, ...], Engine] = {}
        self.lock = Lock()

    def setup(self, host: Host) -> None:
        self.host = host

    def teardown(self) -> None:
        with self.lock:
            engines, self.engines = list(self.engines.values()), {}
        for engine in engines:
            engine.close()

    def samples(self, split: str) -> Iterable[Sample]:
        if split not in self.splits:
            raise UsageError(f"task 'kg' has no split {split!r}; it has {', '.join(self.splits)}")
        self.split = split
        if self._place(self._host.settings) not in ("endpoint", "none"):
            needs_pyoxigraph()
        samples = self._samples(split)
        self._engine(self._host.settings)  # what does not answer is told before the run
        return samples

    def _samples(self, split: str) -> tuple[KgSample, ...]:
        if split in official.SPLITS:
            return official.load(self._host.data("agentbench"), split)
        return world.bundled(self._host.cache, split)

    def skipped(self, split: str) -> Mapping[str, str]:
        if split not in official.SPLITS or self._place(self._host.settings) != "none":
            return {}
        why = "is about Freebase: give --kg-endpoint URL, or -T graph=FILE with its triples"
        return {s.id: why for s in self._samples(split)}

    def rules(self, settings: Settings) -> Rules:
        if settings.profile == "v0.2":
            return v02(settings)
        return fc(settings) if settings.profile == "fc" else native(settings)

    def renames(self, settings: Settings) -> Renames:
        return RENAMES if settings.profile == "native" else Renames()

    def open(self, sample: Sample, settings: Settings) -> Environment:
        assert isinstance(sample, KgSample)
        engine = self._engine(settings) or self._small(sample)
        return KgEnvironment(sample, settings.profile, engine, self._ontology())

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        assert isinstance(sample, KgSample)
        return trajectory(sample) if known(sample) else ()

    def random_action(self, sample: Sample, random: Random) -> Action:
        """Tools at random over the entities, low variables, and the relations that matter."""
        assert isinstance(sample, KgSample)
        if random.random() < 0.1:
            return call(ANSWER, f"#{random.randint(0, 3)}")
        sources = [name for name, _ in sample.entities] + [f"#{n}" for n in range(3)]
        relations = [a[2] for a in sample.actions if a[0] == "get_neighbors"] or ["type.object.type"]
        attributes = [a[2] for a in sample.actions if a[0] in ("argmax", "argmin")] or relations
        name = random.choice(["get_relations", "get_neighbors", *PARAMETERS])
        second = {"relation": relations, "attribute": attributes, "variable2": sources}
        return call(name, random.choice(sources), *(random.choice(second[p]) for p in PARAMETERS[name][1:]))

    def facts(self, split: str, settings: Settings) -> Mapping[str, str]:
        """For the audit: how many gold trajectories lead to the gold answer, each on a small graph that is
        made from its program."""
        if split not in official.SPLITS:
            return {}
        needs_pyoxigraph()
        samples = self._samples(split)
        playable = [s for s in samples if known(s)]
        wrong = [s.id for s in playable if not replayed(s, settings, self._ontology(), self._small(s))]
        without = [s.id for s in samples if not known(s)]
        said = f"{len(playable) - len(wrong)} of {len(samples)} lead to the gold answer on {SMALL}"
        said += f"; not: {', '.join(wrong)}" if wrong else ""
        return {"gold trajectories": said + (f"; no expert: {', '.join(without)}" if without else "")}

    def engine(self, settings: Settings) -> Mapping[str, str]:
        engine = self._engine(settings)
        facts = engine.facts() if engine is not None else {"engine": SMALL}
        if self._place(settings) == "none":
            facts = {"engine": "none"}
        return {**facts, "ontology": self._ontology().label}

    def make(self, target: Path, options: Mapping[str, str], tell: Tell) -> list[str]:
        """`harness data make kg -T graph=FILE`: a store on disk, for AgentBench's own questions."""
        needs_pyoxigraph()
        if set(options) != {"graph"}:
            raise UsageError("harness data make kg -T graph=FILE: expected N-Triples or Turtle, and no more")
        from .engines.store import build

        source = Path(options["graph"]).expanduser()
        if not source.exists():
            raise UsageError(f"-T graph={source}: no such file or folder")
        return [f"{build(source, target, tell)} triples"]

    # Which graph

    def _place(self, settings: Settings) -> str:
        return place(settings, self._host.data("kg"), self.split in official.SPLITS)

    def _engine(self, settings: Settings) -> Engine | None:
        """One engine a run, for all its episodes; None where each sample has a graph of its own."""
        where = self._place(settings)
        if where in ("none", "small"):
            return None
        options = settings.options
        key = (where, self.split, *(options.get(o, "") for o in ("kg-endpoint", "graph", "query-timeout")))
        with self.lock:
            if key not in self.engines:
                self.engines[key] = self._made(where, options)
            return self.engines[key]

    def _made(self, where: str, options: Mapping[str, str]) -> Engine:
        limit = seconds(options)
        if where == "bundled":
            return Worker(world.graph(self._host.cache), limit)
        if where == "graph":
            path = Path(options["graph"]).expanduser() if "graph" in options else self._host.data("kg")
            assert path is not None
            if not path.exists():
                raise UsageError(f"-T graph={path}: no such file or folder")
            return self._checked(Worker(path, limit), f"-T graph={path}")
        endpoint = Endpoint(options["kg-endpoint"], limit)
        endpoint.check(self._named())
        return endpoint

    def _checked(self, worker: Worker, flag: str) -> Worker:
        try:
            worker.check(flag, self._named())
        except BaseException:
            worker.close()
            raise
        return worker

    def _named(self) -> list[str]:
        """Some of the entities that the questions name."""
        named = dict.fromkeys(iri(e) for s in self._samples(self.split) for _, e in s.entities)
        return list(named)[:50]

    def _small(self, sample: KgSample) -> Engine:
        from .engines.small import Small
        from .synthetic import graph

        return Small(graph(sample), SMALL)

    def _ontology(self) -> Ontology:
        if self.split in world.SPLITS:
            return world.ontology()
        folder = self._host.data("agentbench")
        return official.ontology(folder) if folder is not None else Ontology({})

    @property
    def _host(self) -> Host:
        if self.host is None:
            raise UsageError("task 'kg' was used before its setup(host)")
        return self.host
