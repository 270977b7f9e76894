"""Start-up of the command line, beside a bare interpreter and a bare click program, in one run.

Aim: `harness --help` in 0.2 s on two cores. Run: python benchmarks/startup.py
"""

import subprocess
import sys
import time
from pathlib import Path

HARNESS = str(Path(sys.executable).with_name("harness"))
PROGRAMS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import click": [sys.executable, "-c", "import click"],
    "harness --help": [HARNESS, "--help"],
    "harness list": [HARNESS, "list"],
    "harness run --help": [HARNESS, "run", "--help"],
    "import openai": [sys.executable, "-c", "import openai"],
}


def seconds(command: list[str], times: int = 11) -> float:
    """The median of several runs."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return sorted(taken)[times // 2]


def main() -> None:
    medians = {name: seconds(command) for name, command in PROGRAMS.items()}
    bare = medians["import click"]
    for name, median in medians.items():
        print(f"{name:20} {1000 * median:6.0f} ms   {median / bare:5.1f} x `import click`")


if __name__ == "__main__":
    main()
