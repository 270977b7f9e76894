"""A host, a task and environments of `db` for its tests; AgentBench's files and MariaDB where present."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.tasks.db.engines.mariadb import MariaDb
from harness.tasks.db.task import DbTask

from harness import Action, Environment, Observation, Sample, Settings

SERVER = shutil.which("mariadbd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class TestHost:
    __test__ = False

    def __init__(self, settings: Settings, scratch: Path, agentbench: Path | None = None) -> None:
        self.settings, self.scratch, self.agentbench = settings, scratch, agentbench

    def data(self, name: str) -> Path | None:
        return self.agentbench if name == "agentbench" else None

    def sandbox(self, spec: str) -> Any:
        raise NotImplementedError

    def model(self, name: str) -> Any:
        raise NotImplementedError


class Play:
    """A task set up for one profile, and what tests do with it."""

    def __init__(self, settings: Settings, scratch: Path, agentbench: Path | None = None) -> None:
        self.settings, self.task = settings, DbTask()
        self.task.setup(TestHost(settings, scratch, agentbench))
        self.rules = self.task.rules(settings)
        self.shared: tuple[str, str, str] | None = None

    def share(self, server: MariaDb) -> "Play":
        """Play on a server that other tests use too."""
        self.shared = ("mariadb", "", self.settings.options.get("sql-timeout", ""))
        self.task.engines[self.shared] = server
        return self

    def close(self) -> None:
        if self.shared is not None:
            del self.task.engines[self.shared]
        self.task.teardown()

    def open(self, sample: Sample) -> Environment:
        environment = self.task.open(sample, self.settings)
        environment.reset()
        return environment

    def expert(self, sample: Sample) -> float:
        """The score of the expert, whose actions go through the protocol."""
        environment = self.open(sample)
        try:
            for action in self.task.solve(sample, self.settings):
                (read,) = self.rules.parse(self.rules.write(action))
                environment.step(read)
            return environment.score().value
        finally:
            environment.close()


def sql(environment: Environment, query: str) -> Observation:
    return environment.step(Action("execute_sql", {"query": query}))


def answer(environment: Environment, *answers: str) -> Observation:
    return environment.step(Action("commit_final_answer", {"answers": list(answers)}))


@pytest.fixture
def dev(agentbench: Path | None) -> Callable[[], Path]:
    """Gives the checkout with the official dev file, or skips the test."""

    def found() -> Path:
        if agentbench is None or not (agentbench / "data/dbbench/dev.jsonl").is_file():
            pytest.skip("AgentBench's files are not here; set AGENTBENCH to a checkout")
        return agentbench

    return found


@pytest.fixture
def play(tmp_path: Path, dev: Callable[[], Path]) -> Iterator[Callable[..., Play]]:
    """Builds a `Play`: `play("v0.2", engine="sqlite")`."""
    made: list[Play] = []

    def build(profile: str = "native", protocol: str = "", official: bool = False, **options: str) -> Play:
        protocol = protocol or DbTask.profiles[profile][0]
        options = {k.replace("_", "-"): v for k, v in options.items()}
        where = dev() if official else None
        made.append(Play(Settings(profile, protocol, options=options), tmp_path, where))
        return made[-1]

    yield build
    for one in made:
        one.close()


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """One private server for all tests."""
    if SERVER is None:
        pytest.skip("mariadbd is not installed: apt-get install mariadb-server")
    server = MariaDb(tmp_path_factory.mktemp("mariadb"), limit=3.0)
    yield server
    server.close()
