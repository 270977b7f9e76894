"""`--engine alfworld`: the package's engine in a process of its own, and what becomes of its failures."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest
from harness.tasks.games.household.engine import House
from harness.tasks.games.household.environment import HouseholdEnvironment
from harness.tasks.games.household.native import bundled
from harness.tasks.games.household.pddl import original as module
from harness.tasks.games.household.pddl.original import Original, open_original
from harness.tasks.games.household.pddl.read import read_file
from harness.tasks.games.household.task import HouseholdTask

from harness import EnvironmentFailure, Settings, Status, UsageError
from harness.testing import harness

from .conftest import MISSING, Document, earlier, whole

needed = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")
SAMPLE = bundled("test")[0]
Put = Callable[[Path, str, Document], Path]


@pytest.fixture(scope="module")
def opened() -> Iterator[Original]:
    made = open_original(SAMPLE.game, None)
    yield made
    made.close()


def process(world: Original) -> int:
    assert world._process is not None
    return world._process.pid


@needed
class TestWorlds:
    def test_resets_are_the_same_and_the_world_goes_back_to_its_start(self, opened: Original) -> None:
        first, commands = opened.reset(), opened.admissible()
        assert opened.step(next(c for c in commands if c.startswith("go to"))).startswith("You arrive at ")
        assert opened.admissible() != commands
        assert (opened.reset(), opened.admissible()) == (first, commands)

    def test_what_is_no_command_does_nothing(self, opened: Original) -> None:
        opened.reset()
        for text in ("dance", "", "look\nlook", '"}', "\ud800"):
            assert opened.step(text) == "Nothing happens."

    def test_a_game_the_package_cannot_load_is_a_failure_of_the_environment(self) -> None:
        world = Original({**whole(SAMPLE.game), "pddl_problem": "(define)"})
        with pytest.raises(EnvironmentFailure, match="alfworld's engine failed in load"):
            world.reset()
        pid = process(world)
        world.close()
        assert not Path(f"/proc/{pid}").exists()

    def test_an_official_game_is_played_from_its_file(self, put: Put, tmp_path: Path) -> None:
        name = "valid_unseen/task/trial"
        file = put(tmp_path, name, earlier(whole(SAMPLE.game)))
        sample = replace(SAMPLE, game=read_file(file), file=f"json_2.1.1/{name}/game.tw-pddl")
        settings = Settings("v0.2", options={"engine": "alfworld"})
        task = HouseholdTask()
        task.setup(SimpleNamespace(settings=settings, data={"alfworld": tmp_path}.get))
        world = task.open(sample, settings)
        seen = [world.reset(), *(world.step(action) for action in task.solve(sample, settings))]
        own = HouseholdEnvironment(sample, "v0.2", House(sample.game))
        assert seen == [own.reset(), *(own.step(action) for action in task.solve(sample, settings))]
        assert seen[-1].status is Status.COMPLETED and world.score().value == 1
        world.close()

    def test_a_strategy_that_comes_back_replays(self, tmp_path: Path) -> None:
        asked = ("run", "--tasks", "household", "--engine", "alfworld", "--strategy", "backtrack")
        done = harness(*asked, "--limit", "1", "--model", "oracle", "-o", tmp_path)
        assert (done.code, "100.0" in done.out) == (0, True)


def test_an_engine_that_does_not_answer_is_a_failure_of_the_environment() -> None:
    world = Original({}, patience=0)
    with pytest.raises(EnvironmentFailure, match="did not answer within 0 s in load"):
        world.reset()
    world._patience = 60
    with pytest.raises(EnvironmentFailure, match="ended in 'look': exit status -9"):
        world.step("look")
    world.close()


def test_a_process_that_dies_tells_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = tmp_path / "player.py"
    dying.write_text("import sys\ninput()\nsys.exit('out of memory')\n")
    monkeypatch.setattr(module, "_PLAYER", dying)
    world = Original({})
    with pytest.raises(EnvironmentFailure, match="ended in load: exit status 1; out of memory"):
        world.reset()
    world.close()


def test_without_the_packages_it_says_how_to_install_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "installed", absent)
    task, host = HouseholdTask(), SimpleNamespace(settings=Settings(options={"engine": "alfworld"}))
    with pytest.raises(UsageError, match=r"pip install 'agentbench-harness\[alfworld\]'"):
        task.setup(host)  # type: ignore[arg-type]
