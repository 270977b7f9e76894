"""pyoxigraph in a process of its own, so that a query past its limit can be stopped."""

import json
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

from harness import EnvironmentFailure, UsageError

from .base import Engine, TooSlow, any_of
from .store import identity

LOADING = 3600.0
LIMITS = (-signal.SIGALRM, -signal.SIGABRT)
"""How a process ends at a limit of its own: of time (its clock) or of memory (Rust aborts)."""


class Worker(Engine):
    """One process for all episodes: their queries take turns, as pyoxigraph gains nothing from threads.
    After a kill the next query starts another; waiting for one's turn is not counted."""

    def __init__(self, path: Path, seconds: float) -> None:
        self.path, self.seconds = path, seconds
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = Lock()

    def select(self, query: str) -> list[str]:
        with self.lock:
            process = self._running()
            answer = self._ask(process, json.dumps(query).encode() + b"\n", self.seconds)
        if "error" in answer:
            raise EnvironmentFailure(f"pyoxigraph refused a query: {answer['error']}")
        return list(answer["found"])

    def check(self, flag: str, known: Sequence[str] = ()) -> None:
        """Load the graph now. Raises `UsageError` naming `flag` where it cannot be read, or knows nothing
        of `known`."""
        with self.lock:
            try:
                self._running()
            except EnvironmentFailure as wrong:
                raise UsageError(
                    f"{flag}: {wrong}; expected N-Triples (.nt), Turtle (.ttl) or the folder of a store"
                ) from None
        if known and not self.select(any_of(known)):
            raise UsageError(
                f"{flag} knows none of the entities of these questions (such as {known[0]}); "
                "is it the right graph?"
            )

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is not None and self.process.poll() is None:
            return self.process
        self._stop()
        program = [sys.executable, str(Path(__file__).with_name("serve.py")), str(self.path)]
        process = subprocess.Popen(
            [*program, str(self.seconds + 1)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.process = process
        try:
            said = self._ask(process, b"", LOADING)
        except TooSlow:
            raise EnvironmentFailure(f"{self.path} could not be loaded: out of memory, or of time") from None
        if "error" in said:
            self._stop()
            raise EnvironmentFailure(f"{self.path} cannot be loaded: {said['error']}")
        return process

    def _ask(self, process: subprocess.Popen[bytes], line: bytes, seconds: float) -> dict[str, Any]:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except OSError:
            self._stop()
            raise EnvironmentFailure("the graph's process has ended") from None
        waiting = select.poll()  # unlike select.select, for any number of open files
        waiting.register(process.stdout, select.POLLIN)
        if not waiting.poll(seconds * 1000):
            self._stop()
            raise TooSlow
        said = process.stdout.readline()
        if not said.endswith(b"\n"):
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)  # it is going down by itself: why?
            ended = process.returncode  # before `_stop`, which kills what is left
            self._stop()
            if ended is None or ended in LIMITS:
                raise TooSlow
            raise EnvironmentFailure(f"the graph's process {_end(ended)}; graph: {self.path}")
        answer: dict[str, Any] = json.loads(said)
        return answer

    def _stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what a dead process did not read
                    pipe.close()
        process.kill()
        process.wait()

    def facts(self) -> dict[str, str]:
        made = identity(self.path) if self.path.is_dir() else sha256(self.path.read_bytes()).hexdigest()
        return {"engine": f"pyoxigraph {version('pyoxigraph')}", "graph": made[:16]}

    def close(self) -> None:
        with self.lock:
            self._stop()


def _end(status: int) -> str:
    if status == -signal.SIGKILL:  # perhaps by the kernel
        return "was killed from outside (is the machine short of memory?)"
    return f"ended without an answer (exit status {status})"
