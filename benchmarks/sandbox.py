"""Times of a sandbox beside a bare `bash -c true` and `unshare`, as medians and ratios in one run.

    python benchmarks/sandbox.py [SPEC] [ROUNDS]

Aim on two cores: open 40 ms, command 2 ms, fork 80 ms.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from harness import Sandbox, SandboxProvider


def main(spec: str, rounds: str) -> None:
    times: dict[str, list[float]] = {}
    plugin = import_module(f"harness.plugins.sandboxes.{spec.split(':')[0]}")
    provider: SandboxProvider = plugin.harness_sandbox(spec)
    provider.open().close()  # the zygote and its mask are made once a run
    for key, value in provider.describe().items():
        print(f"{key + ':':<16}{value}")
    for _ in range(int(rounds)):
        _round(provider, times)
    provider.close()
    bare = statistics.median(times["bare bash -c true"])
    print(f"\n{'':<24}{'median ms':>10}{'worst ms':>10}{'x bare bash':>13}")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:<24}{1000 * median:>10.2f}{1000 * max(values):>10.2f}{median / bare:>13.2f}")


def _round(provider: SandboxProvider, times: dict[str, list[float]]) -> None:
    def timed(name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = work()
        times.setdefault(name, []).append(time.perf_counter() - started)
        return result

    timed("bare bash -c true", lambda: subprocess.run(["bash", "-c", "true"], check=True))
    bare_spaces = ["unshare", "-Urmpfn", "bash", "-c", "true"]
    timed("unshare bash -c true", lambda: subprocess.run(bare_spaces, check=False, capture_output=True))
    box: Sandbox = timed("open", provider.open)
    timed("first command", lambda: box.run("true"))
    for _ in range(5):
        timed("command", lambda: box.run("true"))
    timed("command with a program", lambda: box.run("ls / > /dev/null"))
    timed("execute", lambda: box.execute(["true"]))
    timed("write", lambda: box.write("/tmp/file", b"x" * 1000))
    copy = timed("fork, one file", box.fork)
    copy.close()
    box.run("cd /tmp; for i in {1..100}; do head -c 4096 /dev/zero > f$i; done; useradd ann")
    copy = timed("fork, 100 files", box.fork)
    timed("close", copy.close)
    box.close()


if __name__ == "__main__":
    main(*[*sys.argv[1:], *("namespaces", "20")[len(sys.argv) - 1 :]][:2])
