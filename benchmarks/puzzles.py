"""How many resets, steps and forks `puzzles` does in a second.

python benchmarks/puzzles.py [--rounds 2000]
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

from harness import Action, Environment
from harness.host import Plugins
from harness.plan import plan_task
from harness.spec import RunSpec


def rate(work: Callable[[], object], rounds: int) -> float:
    began = time.perf_counter()
    for _ in range(rounds):
        work()
    return rounds / (time.perf_counter() - began)


def first_step(world: Environment, action: Action) -> None:
    """From the beginning each time: a question asked again is refused, which costs less."""
    world.reset()
    world.step(action)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    rounds = parser.parse_args().rounds
    planned = plan_task(Plugins(), RunSpec(("puzzles",), "oracle"), "puzzles", [])
    try:
        sample = planned.samples[0]
        world = planned.task.open(sample, planned.settings)
        question = planned.task.solve(sample, planned.settings)[0]
        for name, work in (
            ("reset", world.reset),
            ("reset + step", partial(first_step, world, question)),
            ("fork", world.fork),
        ):
            print(f"{name:12} {rate(work, rounds):10.0f} a second")
    finally:
        planned.close()


if __name__ == "__main__":
    main()
