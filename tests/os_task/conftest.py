"""The task `os`, set up with the built-in sandboxes of this machine."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from harness.tasks.os.environment import OsEnvironment
from harness.tasks.os.play import PROFILES
from harness.tasks.os.task import OsTask

from harness import Action, EnvironmentFailure, Sample, SandboxProvider, Score, Settings


class LocalHost:
    """What a run offers the task, without a run."""

    def __init__(self, provider: SandboxProvider, scratch: Path, checkout: Path | None) -> None:
        self.settings = Settings()
        self.provider, self.scratch, self.checkout = provider, scratch, checkout

    def sandbox(self, spec: str) -> SandboxProvider:
        assert spec == "namespaces"
        return self.provider

    def data(self, name: str) -> Path | None:
        return self.checkout

    def model(self, name: str) -> Any:
        raise AssertionError("the task os asks for no model")


@pytest.fixture(scope="session")
def provider() -> Iterator[SandboxProvider]:
    plugin = importlib.import_module("harness.plugins.sandboxes.namespaces")
    made: SandboxProvider = plugin.harness_sandbox("namespaces")
    try:
        made.open().close()
    except EnvironmentFailure as e:
        pytest.skip(f"this machine gives no sandboxes: {e}")
    yield made
    made.close()


@pytest.fixture(scope="session")
def task(
    provider: SandboxProvider, tmp_path_factory: pytest.TempPathFactory, agentbench: Path | None
) -> OsTask:
    os_task = OsTask()
    os_task.setup(LocalHost(provider, tmp_path_factory.mktemp("scratch"), agentbench))
    return os_task


@pytest.fixture(scope="session")
def settings() -> Callable[[str], Settings]:
    protocols = {"native": "text", "v0.2": "text", "fc": "tools"}
    return lambda profile: Settings(profile=profile, protocol=protocols[profile])


@pytest.fixture
def world(task: OsTask) -> Iterator[Callable[..., OsEnvironment]]:
    """Opens and resets environments, and closes them after the test."""
    opened: list[OsEnvironment] = []

    def open_(sample: Any, profile: str = "native") -> OsEnvironment:
        assert task.machines is not None
        environment = OsEnvironment(sample, PROFILES[profile], task.machines)
        opened.append(environment)
        environment.reset()
        return environment

    yield open_
    for environment in opened:
        environment.close()


@pytest.fixture
def play(world: Callable[..., OsEnvironment]) -> Callable[..., Score]:
    """The score of a list of actions; a text stands for a bash command."""

    def play_(sample: Sample, *actions: Action | str, profile: str = "native") -> Score:
        environment = world(sample, profile)
        for action in actions:
            bash = Action("bash", {"script": action}) if isinstance(action, str) else action
            environment.step(bash)
        return environment.score()

    return play_


@pytest.fixture
def expert(task: OsTask, settings: Callable[[str], Settings]) -> Callable[..., Sequence[Action]]:
    return lambda sample, profile="native": task.solve(sample, settings(profile))
