"""How long each task takes to set up, reset, step, fork and score, and the memory it needs.

    python benchmarks/environments.py [--tasks kg,webshop] [--rounds 30] [--alone]

Each task is measured in a process of its own: the expert plays `rounds` of its samples, and a fork is made
before every step. Milliseconds are medians; memory is the growth of the process's peak from before the
set-up (MB; servers and sandboxes beside it are not in it). Then, unless `--alone`, the comparison of each
task with an original or a peer engine is run, where it is installed: benchmarks/kg.py against rdflib,
household.py against alfworld and textworld, webshop.py against SQLite FTS5 and bm25s, db.py against bare
sqlite3, and so on.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

from harness.environment import Environment
from harness.host import Plugins
from harness.plan import PlannedTask, plan_task
from harness.spec import RunSpec
from harness.types import Action

TASKS = ("os", "db", "kg", "webshop", "mind2web", "household", "cards", "puzzles")
COMPARISONS = {"os": "os_task"}
"""Scripts that are not named like their task."""
T = TypeVar("T")


class Clock:
    """Milliseconds by operation."""

    def __init__(self) -> None:
        self.took: dict[str, list[float]] = {}

    def __call__(self, what: str, work: Callable[..., T], *given: object) -> T:
        began = time.perf_counter()
        answer = work(*given)
        self.took.setdefault(what, []).append(1000 * (time.perf_counter() - began))
        return answer

    def median(self, what: str) -> str:
        took = self.took.get(what, ())
        return f"{statistics.median(took):9.3f}" if took else f"{'-':>9}"


def peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(name: str, rounds: int) -> str:
    """One line of the table."""
    before, clock = peak(), Clock()
    planned = clock("setup", plan_task, Plugins(), RunSpec((name,), "oracle"), name, [])
    try:
        for sample in islice(cycle(planned.samples), rounds):
            world = clock("open", planned.task.open, sample, planned.settings)
            try:
                clock("reset", world.reset)
                _play(world, _expert(planned, sample.id), clock)
                clock("score", world.score)
            finally:
                world.close()
        grown = peak() - before
    finally:
        planned.close()
    cells = "".join(clock.median(what) for what in ("setup", "reset", "step", "fork", "score"))
    return f"{name:10}{cells}{grown:9.0f}"


def _expert(planned: PlannedTask, sample: str) -> list[Action]:
    (one,) = (s for s in planned.samples if s.id == sample)
    return list(planned.task.solve(one, planned.settings))


def _play(world: Environment, actions: list[Action], clock: Clock) -> None:
    for action in actions:
        if world.capabilities.fork:
            clock("fork", world.fork).close()
        if clock("step", world.step, action).done:
            break


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--alone", action="store_true", help="without the comparisons")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(measure(given.one, given.rounds), flush=True)
        return
    tasks = given.tasks.split(",")
    print(f"{'task':10}{'set-up':>9}{'reset':>9}{'step':>9}{'fork':>9}{'score':>9}{'memory':>9}", flush=True)
    for task in tasks:
        subprocess.run([sys.executable, __file__, "--one", task, "--rounds", str(given.rounds)], check=True)
    for task in () if given.alone else tasks:
        script = Path(__file__).with_name(f"{COMPARISONS.get(task, task)}.py")
        if script.exists():
            print(f"\n== {script.name}", flush=True)
            subprocess.run([sys.executable, script], check=True)


if __name__ == "__main__":
    main()
