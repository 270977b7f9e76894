"""The same samples in a second process with another hash seed: `python -m harness.audit.again`.

It reads an `Order` as JSON from standard input and prints the digest of each sample and its opening.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import harness
from harness.errors import HarnessError
from harness.host import Plugins
from harness.plan import PlannedTask, plan_task
from harness.spec import RunSpec
from harness.types import Observation, Sample, digest


@dataclass(frozen=True, slots=True)
class Order:
    """Which samples, and how to find their task."""

    task: str
    files: tuple[str, ...]
    block: tuple[str, ...]
    spec: Mapping[str, Any]
    """The fields of `RunSpec` that a task sees."""


def order(spec: RunSpec, task: str, files: tuple[Path, ...], block: tuple[str, ...]) -> Order:
    seen = ("profile", "protocol", "split", "limit", "seed", "max_samples")
    said: dict[str, Any] = {name: getattr(spec, name) for name in seen}
    said["task_options"] = dict(spec.task_options)
    said["sample_ids"] = list(spec.sample_ids)
    said["prompts"] = str(spec.prompts) if spec.prompts else None
    return Order(task, tuple(map(str, files)), block, said)


def sample_digest(sample: Sample, opening: Observation) -> str:
    """What must not depend on the process."""
    return digest(sample, opening)


def digests(asked: Order) -> dict[str, str]:
    """Sample id to digest, from a new process. Raises `HarnessError` if that fails."""
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    root = str(Path(harness.__file__).parent.parent)
    path = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH")) if p)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "harness.audit.again"],
        input=json.dumps(asdict(asked)),
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        raise HarnessError(f"the second process failed: {last}")
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    said = json.load(sys.stdin)
    given = said["spec"]
    given["prompts"] = Path(given["prompts"]) if given["prompts"] else None
    given["sample_ids"] = tuple(given["sample_ids"])
    spec = RunSpec((said["task"],), "oracle", **given)
    plugins = Plugins([Path(f) for f in said["files"]], said["block"])
    planned = plan_task(plugins, spec, said["task"], [])
    try:
        with ThreadPoolExecutor(spec.max_samples) as threads:
            found = dict(threads.map(lambda s: _one(planned, s), planned.samples))
    finally:
        planned.close()
    sys.stdout.write("\n" + json.dumps(found) + "\n")


def _one(planned: PlannedTask, sample: Sample) -> tuple[str, str]:
    world = planned.task.open(sample, planned.settings)
    try:
        return sample.id, sample_digest(sample, world.reset())
    finally:
        world.close()


if __name__ == "__main__":
    main()
