"""Starts the processes of a training, and ends them.

One process without DeepSpeed is the command's own. Several on this machine are started here as torchrun would
start them: RANK, LOCAL_RANK, WORLD_SIZE and a free port of the loopback, which Accelerate and DeepSpeed read.
(Not by torchrun: it answers a misspelt key with a traceback, and its rendezvous sometimes fails on a busy
machine.) With `--hostfile` DeepSpeed's own launcher starts them over ssh.

On a cluster whose scheduler starts the processes, run the worker itself:

    torchrun --nnodes 2 --nproc-per-node 8 --rdzv-endpoint HOST:PORT \\
        -m harness.training.worker sft RECIPE --deepspeed zero3
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness import ModelError, UsageError
from harness.near import suggest

SHIPPED: Final = Path(__file__).parent / "deepspeed"
GRACE: Final = 20.0
"""Seconds that the other processes get when one has failed, or after a second Ctrl-C."""
INTERRUPTED: Final = 130
"""The status of a process that Ctrl-C ended, as shells have it."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How many processes train, and by which DeepSpeed configuration."""

    processes: int = 1
    deepspeed: str | None = None
    """A shipped name, such as zero3, or a file."""
    hostfile: Path | None = None

    @property
    def apart(self) -> bool:
        """Whether processes of their own are needed."""
        return self.processes > 1 or self.deepspeed is not None or self.hostfile is not None


def configuration(name: str) -> Path:
    """The DeepSpeed file of a shipped name, or the file itself."""
    if name in (known := configurations()):
        return SHIPPED / f"{name}.json"
    file = Path(name)
    if not file.is_file():
        raise UsageError(f"--deepspeed {name}: no such file, and none shipped; {suggest(name, known)}")
    try:
        if not isinstance(json.loads(file.read_text(encoding="utf-8")), dict):
            raise ValueError("not an object")
    except ValueError as e:
        raise UsageError(f"--deepspeed {name}: not a JSON object: {e}") from None
    return file


def configurations() -> list[str]:
    return sorted(f.stem for f in SHIPPED.glob("*.json"))


def launch(arguments: Sequence[str], at: Placement) -> None:
    """Run the worker with these arguments in all processes, and wait for them.

    Raises `UsageError` where the worker found the person's mistake (it has said which), and `ModelError`
    where a process failed; exits with 130 where Ctrl-C ended one before it trained.
    """
    worker = [sys.executable, "-m", "harness.training.worker", *arguments]
    with _passing_signals() as running:
        if at.hostfile is not None:
            running.append(subprocess.Popen(_over_ssh(arguments, at.hostfile), start_new_session=True))
        else:
            with _held_back():
                for environment in _environments(at.processes):
                    running.append(subprocess.Popen(worker, env=environment, start_new_session=True))
        code = _wait(running)
    if code in (INTERRUPTED, -signal.SIGINT):
        raise SystemExit(INTERRUPTED)
    if code == UsageError.exit_code:
        raise SystemExit(code)  # told by the worker
    if code:
        raise ModelError(f"a training process ended with status {code}; what it said stands above")


def _over_ssh(arguments: Sequence[str], hostfile: Path) -> list[str]:
    if not hostfile.is_file():
        raise UsageError(f"--hostfile {hostfile}: there is no such file")
    if shutil.which("pdsh") is None:
        raise UsageError("--hostfile: DeepSpeed reaches other machines by pdsh, which is not installed here")
    given = [sys.executable, "-m", "deepspeed.launcher.runner", "--hostfile", str(hostfile)]
    return [*given, "--module", "harness.training.worker", *arguments]


def _environments(processes: int) -> Iterator[Mapping[str, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    threads = max(1, len(os.sched_getaffinity(0)) // processes)
    shared = {"WORLD_SIZE": str(processes), "LOCAL_WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1"}
    shared |= {"MASTER_PORT": str(port), "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", str(threads))}
    # DeepSpeed compiles with the ninja of this environment, which is on PATH only where it is activated.
    shared["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    shared["HARNESS_PARENT"] = str(os.getpid())
    for rank in range(processes):
        yield {**os.environ, **shared, "RANK": str(rank), "LOCAL_RANK": str(rank)}


@contextmanager
def _passing_signals() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Ctrl-C and SIGTERM reach all processes; none is left when the block ends."""
    running: list[subprocess.Popen[bytes]] = []

    def passing(number: int, frame: object) -> None:
        _send(running, number)

    before = {s: signal.signal(s, passing) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield running
    finally:
        _end(running)
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _held_back() -> Iterator[None]:
    """Processes started in the block get Ctrl-C only when they allow it: Python itself would answer it with
    a traceback while it starts. The worker allows it in its first line."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait(running: Sequence["subprocess.Popen[bytes]"]) -> int:
    """Until all have ended, or one has failed. Returns the status of the first that failed, else 0."""
    while True:
        codes = [p.poll() for p in running]
        if failed := [c for c in codes if c]:
            return failed[0]
        if None not in codes:
            return 0
        time.sleep(0.1)


def _send(running: Sequence["subprocess.Popen[bytes]"], number: int) -> None:
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, number)


def _end(running: Sequence["subprocess.Popen[bytes]"]) -> None:
    """A process that waits for one that failed never ends by itself."""
    time.sleep(0.2 if any(p.poll() is None for p in running) else 0)
    _send(running, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and any(p.poll() is None for p in running):
        time.sleep(0.1)
        if time.monotonic() > deadline - GRACE + 2:
            _send(running, signal.SIGKILL)
    for process in running:
        process.wait()
