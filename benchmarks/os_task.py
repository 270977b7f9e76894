"""How long `os` takes to reset, step, fork and score, beside a bare `bash -c true` in the same run.

    python benchmarks/os_task.py [--rounds 30]

Aims on two cores: reset 40 ms, a command 2 ms, fork 80 ms. Medians in milliseconds.
"""

import argparse
import statistics
import subprocess
import time
from collections.abc import Callable
from functools import partial

from harness import Action
from harness.host import Plugins
from harness.plan import plan_task
from harness.spec import RunSpec

AIMS = {"reset": 40.0, "step": 2.0, "fork": 80.0}


def once(work: Callable[[], object], took: list[float]) -> object:
    """Do it, and note the milliseconds."""
    began = time.perf_counter()
    answer = work()
    took.append(1000 * (time.perf_counter() - began))
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    took: dict[str, list[float]] = {n: [] for n in ("bare", "reset", "step", "fork", "score", "close")}
    planned = plan_task(Plugins(), RunSpec(("os",), "oracle"), "os", [])
    try:
        for i in range(rounds + 1):
            world = planned.task.open(planned.samples[i % len(planned.samples)], planned.settings)
            once(world.reset, took["reset"])
            once(partial(subprocess.run, ["bash", "-c", "true"], check=True), took["bare"])
            step = Action("bash", {"script": "cd /tmp; x=1; echo $x"})
            once(partial(world.step, step), took["step"])
            copy = once(world.fork, took["fork"])
            once(world.score, took["score"])
            copy.close()  # type: ignore[attr-defined]
            once(world.close, took["close"])
    finally:
        planned.close()
    bare = statistics.median(took["bare"][1:])
    print(f"{'bash -c true':14} {bare:7.2f} ms")
    for name in ("reset", "step", "fork", "score", "close"):
        median = statistics.median(took[name][1:])  # the first one starts what all share
        aim = f"   aim {AIMS[name]:g} ms" if name in AIMS else ""
        print(f"{name:14} {median:7.2f} ms   {median / bare:6.2f} x bash -c true{aim}")


if __name__ == "__main__":
    main()
