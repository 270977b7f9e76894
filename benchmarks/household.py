"""How long `household` takes to load, reset, step and fork, beside the alfworld package in the same run.

    python benchmarks/household.py [--games 3] [--steps 15]

Both play the same random walks through games of the `test` split, and what they say is compared on the way.
A step includes the list of commands. Three columns, medians in milliseconds: our engine; the package as it
is (alfworld 0.4.2 on textworld 1.7.0, its PddlEnv in this process); the package as `--engine alfworld`
runs it (a process of its own that parses nothing twice). The package cannot fork: the nearest thing is to
reset and to give the commands again. Without the package only our column is there.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from random import Random
from typing import Any, Protocol, TypeVar

from harness.tasks.games.household.engine import House
from harness.tasks.games.household.native import bundled
from harness.tasks.games.household.pddl.original import Original
from harness.tasks.games.household.pddl.read import read_problem
from harness.tasks.games.household.pddl.write import problem
from harness.tasks.games.household.world import Game

AIMS = {"step": 0.1, "fork": 0.1}
"""Milliseconds; for our column."""
T = TypeVar("T")


class Engine(Protocol):
    def load(self, game: Game) -> str: ...
    def reset(self) -> str: ...
    def step(self, command: str) -> tuple[str, list[str]]: ...
    def fork(self, said: list[str]) -> object: ...


class Ours:
    house: House

    def load(self, game: Game) -> str:
        read_problem(problem(game), game.description)
        self.house = House(game)  # with our names for sinks: ALFWorld's own would be sinkbasinbasin
        return self.reset()

    def reset(self) -> str:
        return str(self.house.reset())

    def step(self, command: str) -> tuple[str, list[str]]:
        return self.house.step(command), self.house.admissible()

    def fork(self, said: list[str]) -> object:
        return self.house.copy()


class Replaying:
    """The package forks by doing all again; here in the same engine, which ends where it was."""

    def reset(self) -> str:
        raise NotImplementedError

    def step(self, command: str) -> tuple[str, list[str]]:
        raise NotImplementedError

    def fork(self, said: list[str]) -> object:
        self.reset()
        return [self.step(command) for command in said]


class Package(Replaying):
    def __init__(self) -> None:
        import textworld
        from textworld.envs.pddl import PddlEnv

        self.env: Any = PddlEnv(textworld.EnvInfos(admissible_commands=True, won=True))

    def load(self, game: Game) -> str:
        from alfworld.info import ALFRED_PDDL_PATH, ALFRED_TWL2_PATH

        with open(ALFRED_PDDL_PATH) as domain, open(ALFRED_TWL2_PATH) as grammar:  # noqa: PTH123
            logic = {"pddl_domain": domain.read(), "grammar": grammar.read()}
        logic["grammar"] = logic["grammar"].replace("UNKNOWN GOAL.", game.description)
        self.env.load({**logic, "pddl_problem": problem(game)})
        for info in self.env._entity_infos.values():
            info.name = _names(game).get(info.id, info.id)
        return self.reset()

    def reset(self) -> str:
        return str(self.env.reset().feedback)

    def step(self, command: str) -> tuple[str, list[str]]:
        state = self.env.step(command)[0]
        return state.feedback, state["admissible_commands"]


class Apart(Replaying):
    def __init__(self) -> None:
        self.process = Original({})

    def load(self, game: Game) -> str:
        document = {"pddl_problem": problem(game), "task": game.description, "names": _names(game)}
        return str(self.process.load(document))

    def reset(self) -> str:
        return str(self.process.reset())

    def step(self, command: str) -> tuple[str, list[str]]:
        return self.process.step(command), self.process.admissible()


def _names(game: Game) -> dict[str, str]:
    return {thing.uid: thing.name for thing in (*game.receptacles, *game.items)}


class Clock:
    """Milliseconds by operation."""

    def __init__(self) -> None:
        self.took: dict[str, list[float]] = {}

    def __call__(self, what: str, work: Callable[..., T], *given: object) -> T:
        began = time.perf_counter()
        answer = work(*given)
        self.took.setdefault(what, []).append(1000 * (time.perf_counter() - began))
        return answer


def play(engine: Engine, game: Game, commands: list[str], clock: Clock) -> list[object]:
    """All that the engine says in one walk, which forks at its middle."""
    seen: list[object] = [clock("load", engine.load, game), clock("reset", engine.reset)]
    for number, command in enumerate(commands):
        if number == len(commands) // 2:
            clock("fork", engine.fork, commands[:number])
        seen.append(clock("step", engine.step, command))
    return seen


def walk(game: Game, steps: int, random: Random) -> list[str]:
    house, said = House(game), list[str]()
    house.reset()
    for _ in range(steps):
        said.append(random.choice(house.admissible()))
        house.step(said[-1])
    return said


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--games", type=int, default=3)
    parser.add_argument("--steps", type=int, default=15)
    given = parser.parse_args()
    engines: dict[str, Engine] = {"ours": Ours()}
    apart = Apart()
    if find_spec("alfworld") and find_spec("textworld"):
        engines |= {"package": Package(), "--engine alfworld": apart}
    else:
        print("alfworld and textworld are not installed: pip install 'agentbench-harness[alfworld]'")
    clocks, random, differences = {name: Clock() for name in engines}, Random(0), 0
    for sample in bundled("test")[: given.games]:
        commands = walk(sample.game, given.steps, random)
        said = [play(engines[name], sample.game, commands, clocks[name]) for name in engines]
        differences += sum(one != said[0] for one in said)
    apart.process.close()
    show(clocks)
    print(f"{given.games} games, {given.steps} steps each; walks that differ: {differences}")


def show(clocks: dict[str, Clock]) -> None:
    medians = {name: {w: statistics.median(t) for w, t in c.took.items()} for name, c in clocks.items()}
    print(f"{'ms':6}" + "".join(f"{name:>28}" for name in medians))
    for what in ("load", "reset", "step", "fork"):
        ours = medians["ours"][what]
        cells = [f"{ours:28.4f}"]
        cells += [f"{m[what]:14.1f} ({m[what] / ours:9,.0f} x)" for n, m in medians.items() if n != "ours"]
        aim = AIMS.get(what)
        met = "" if aim is None else f"  aim {aim:g} ms: {'met' if ours <= aim else 'MISSED'}"
        print(f"{what:6}" + "".join(cells) + met)


if __name__ == "__main__":
    main()
