"""pyoxigraph in a process of its own, so that a query past its limit can be stopped."""

import json
import select
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

from harness import EnvironmentFailure

from .base import Engine, TooSlow

LOADING = 300.0


class Worker(Engine):
    """All queries go through the process; after a kill the next query starts another."""

    def __init__(self, path: Path, seconds: float) -> None:
        self.path, self.seconds = path, seconds
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = Lock()

    def select(self, query: str) -> list[str]:
        with self.lock:
            if self.process is None or self.process.poll() is not None:
                self._start()
            answer = self._ask(json.dumps(query).encode() + b"\n", self.seconds)
        if "error" in answer:
            raise EnvironmentFailure(f"pyoxigraph refused a query: {answer['error']}")
        return list(answer["found"])

    def _start(self) -> None:
        self._stop()
        program = [sys.executable, str(Path(__file__).with_name("serve.py")), str(self.path)]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self._ask(b"", LOADING)
        except TooSlow:
            raise EnvironmentFailure(f"{self.path} was not loaded in {LOADING:g} s") from None

    def _ask(self, line: bytes, seconds: float) -> dict[str, Any]:
        process = self.process
        assert process is not None and process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except OSError:
            raise EnvironmentFailure("the graph's process has ended") from None
        if not select.select([process.stdout], [], [], seconds)[0]:
            self._stop()
            raise TooSlow
        said = process.stdout.readline()
        if not said:
            self._stop()
            raise EnvironmentFailure(f"the graph's process ended without an answer; graph: {self.path}")
        answer: dict[str, Any] = json.loads(said)
        return answer

    def _stop(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def facts(self) -> dict[str, str]:
        graph = sha256(self.path.read_bytes()).hexdigest()[:16] if self.path.is_file() else str(self.path)
        return {"engine": f"pyoxigraph {version('pyoxigraph')}", "graph": graph}

    def close(self) -> None:
        with self.lock:
            self._stop()
