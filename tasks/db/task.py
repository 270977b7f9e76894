"""The task: which samples there are, how they are played, in which engine."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from random import Random
from threading import Lock
from typing import ClassVar

from harness import (
    Action,
    Environment,
    Host,
    Renames,
    Rules,
    Sample,
    Settings,
    Synthesis,
    Task,
    UsageError,
)

from . import official
from .dialect import to_sqlite
from .engines import Database, Engine, choose, engine_name
from .environment import DbEnvironment
from .native import bundled
from .rules_fc import fc
from .rules_native import ANSWER, RENAMES, SQL, native
from .rules_v02 import v02
from .samples import DbSample


class DbTask(Task):
    name = "db"
    summary = "Answer questions about, and make changes to, a database by SQL."
    profiles: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "native": ("text", "tools"),
        "v0.2": ("text",),
        "fc": ("tools",),
    }
    splits = ("test", "train", *official.SPLITS)
    options: ClassVar[Mapping[str, str]] = {
        "engine": "sqlite or mariadb",
        "db-url": "a MySQL server: mysql://USER:PASSWORD@HOST:PORT",
        "sql-timeout": "seconds a statement may run",
    }

    def __init__(self) -> None:
        self.host: Host | None = None
        self.engines: dict[tuple[str, str, str], Engine] = {}
        self.lock = Lock()

    def setup(self, host: Host) -> None:
        self.host = host

    def teardown(self) -> None:
        with self.lock:
            engines, self.engines = list(self.engines.values()), {}
        for engine in engines:
            engine.close()

    def samples(self, split: str) -> Iterable[Sample]:
        if split in official.SPLITS:
            return official.load(self._host.data("agentbench"), split, self._profile)[0]
        if split not in self.splits:
            raise UsageError(f"task 'db' has no split {split!r}; it has {', '.join(self.splits)}")
        return bundled(split)

    def skipped(self, split: str) -> Mapping[str, str]:
        if split in official.SPLITS:
            return official.load(self._host.data("agentbench"), split, self._profile)[1]
        return {}

    def rules(self, settings: Settings) -> Rules:
        if settings.profile == "v0.2":
            return v02(settings)
        if settings.profile == "fc":
            return fc(settings)
        return native(settings, engine_name(settings))

    def renames(self, settings: Settings) -> Renames:
        return RENAMES if settings.profile == "native" else Renames()

    def synthesis(self, settings: Settings) -> Synthesis:
        from .synthesis import DbSynthesis

        return DbSynthesis(settings)

    def open(self, sample: Sample, settings: Settings) -> Environment:
        assert isinstance(sample, DbSample)
        fresh = partial(self._database, sample, settings)
        stands_in = engine_name(settings) == "sqlite" and settings.profile != "native"
        return DbEnvironment(sample, settings.profile, fresh, to_sqlite if stands_in else str)

    def _database(self, sample: DbSample, settings: Settings) -> Database:
        return self._engine(settings).open(sample.tables, sample.dialect == "mysql")

    def _engine(self, settings: Settings) -> Engine:
        """One engine a run: all episodes share its server."""
        options = settings.options
        key = (engine_name(settings), options.get("db-url", ""), options.get("sql-timeout", ""))
        with self.lock:
            if key not in self.engines:
                self.engines[key] = choose(settings, self._host.scratch)
            return self.engines[key]

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        assert isinstance(sample, DbSample)
        query = sample.reference
        if query and sample.dialect == "mysql" and engine_name(settings) == "sqlite":
            query = to_sqlite(query)
        if sample.changes:
            return (Action(SQL, {"query": query}), Action(ANSWER, {"answers": ["done"]}))
        gold = sample.gold
        if settings.profile == "native" and sample.corrected is not None:
            gold = sample.corrected
        steps = [Action(SQL, {"query": query})] if query and sample.dialect == "ansi" else []
        return (*steps, Action(ANSWER, {"answers": list(gold)}))

    def random_action(self, sample: Sample, random: Random) -> Action:
        assert isinstance(sample, DbSample)
        table = random.choice(sample.tables)
        column, other = random.choice(table.heads), random.choice(table.heads)
        value = random.choice([row[table.heads.index(other)] for row in table.rows] or [None])
        where = "'" + str(value).replace("'", "''") + "'"
        name, column, other = (f"`{n}`" for n in (table.name, column, other))
        queries = (
            f"SELECT {column} FROM {name} WHERE {other} = {where}",
            f"SELECT COUNT(*) FROM {name} WHERE {column} < {where}",
            f"SELECT {column}, {other} FROM {name} ORDER BY {other} LIMIT {random.randint(1, 9)}",
            f"UPDATE {name} SET {column} = NULL WHERE {column} <> {where}",
            f"INSERT INTO {name} ({column}) VALUES ({where})",
            f"DELETE FROM {name}",
        )
        if random.random() < 0.8:
            return Action(SQL, {"query": random.choice(queries)})
        return Action(ANSWER, {"answers": [f"{random.uniform(1000, 100000):.2f}"]})

    def errata(self, sample: Sample) -> str | None:
        return official.erratum(sample.split, sample.id)

    def macro(self, settings: Settings) -> bool:
        """v0.2: AgentBench's overall_cat_accuracy, the mean of the accuracies of SELECT, INSERT and
        UPDATE, those that are present (`Score.category` says which); fc and native: the plain mean."""
        return settings.profile == "v0.2"

    def facts(self, split: str, settings: Settings) -> Mapping[str, str]:
        """For the audit: how many of AgentBench's published table hashes our engine gives."""
        changing = [s for s in self.samples(split) if isinstance(s, DbSample) and s.changes]
        if split not in official.SPLITS or not changing:
            return {}
        right = sum(self._as_published(s, settings) for s in changing)
        said = f"{right} of {len(changing)} reproduced with {engine_name(settings)}"
        return {"published table hashes": said}

    def _as_published(self, sample: DbSample, settings: Settings) -> bool:
        world = self.open(sample, settings)
        try:
            world.reset()
            world.step(self.solve(sample, settings)[0])
            return world.score().progress == 1
        finally:
            world.close()

    def engine(self, settings: Settings) -> Mapping[str, str]:
        return self._engine(settings).facts()

    @property
    def _host(self) -> Host:
        if self.host is None:
            raise UsageError("task 'db' was used before its setup(host)")
        return self.host

    @property
    def _profile(self) -> str:
        return self._host.settings.profile
