"""Plays a game in the alfworld package's own engine, in a process of its own: `--engine alfworld`.

The engine keeps its state in a C library that cannot be copied and leaks; with a process an episode,
episodes do not meet, and all of it goes when the episode ends. `player.py` is what runs there. A process
takes one to two seconds to start, and 80 MB.
"""

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from time import monotonic
from typing import Any

from harness import EnvironmentFailure, UsageError

from ..world import Game
from .read import load_document
from .write import problem

PACKAGES = ("alfworld", "textworld")
PATIENCE = 300.0
"""Seconds to wait for an answer. A game loads in about a second, a step takes 30 milliseconds."""
_PLAYER = Path(__file__).with_name("player.py")


def version() -> str:
    """Packages with their versions. Raises `UsageError` with the command that installs what is missing."""
    try:
        return ", ".join(f"{name} {installed(name)}" for name in PACKAGES)
    except PackageNotFoundError as e:
        raise UsageError(
            f"--engine alfworld needs the package {e.name}: pip install 'agentbench-harness[alfworld]'"
        ) from None


def open_original(game: Game, file: Path | None) -> "Original":
    """The world of a game: as ALFWorld's file has it, or, without one, as PDDL that says the same in the
    domain and the grammar of the package. Raises `UsageError` where the file or a package is missing."""
    version()
    if file is not None:
        return Original(load_document(file))
    things = {thing.uid: thing.name for thing in (*game.receptacles, *game.items)}
    return Original({"pddl_problem": problem(game), "task": game.description, "names": things})


class Original:
    """A `World` behind a pipe. Raises `EnvironmentFailure` when the process dies or does not answer."""

    def __init__(self, document: Mapping[str, Any], patience: float = PATIENCE) -> None:
        self._document = document
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close())
        self._unread = b""
        self._state: Mapping[str, Any] = {}

    def reset(self) -> str:
        if self._process is None:
            return self.load(self._document)
        return self._ask({"reset": True}, "reset")

    def load(self, document: Mapping[str, Any]) -> str:
        """Another game, in the same process; the opening text."""
        if self._process is None:
            self._process = self._start()
        return self._ask(document, "load")

    def step(self, command: str) -> str:
        return self._ask({"command": command}, repr(command))

    def admissible(self) -> list[str]:
        return list(self._state["admissible"])

    @property
    def won(self) -> bool:
        return bool(self._state["won"])

    def close(self) -> None:
        self._complaints.close()
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        # -P: the modules beside player.py must not be taken for top-level ones of the same name.
        return subprocess.Popen(
            [sys.executable, "-P", str(_PLAYER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            start_new_session=True,  # Ctrl-C is for the harness to handle
        )

    def _ask(self, request: Mapping[str, Any], doing: str) -> str:
        assert self._process is not None and self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            line = self._line(doing)
        except BrokenPipeError:
            line = b""
        if not line:
            raise EnvironmentFailure(f"alfworld's engine ended in {doing}: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise EnvironmentFailure(f"alfworld's engine failed in {doing}: {answer['error']}")
        self._state = answer
        return str(answer["observation"])

    def _line(self, doing: str) -> bytes:
        """The next line of the process; empty where it ended."""
        assert self._process is not None and self._process.stdout is not None
        pipe, deadline = self._process.stdout.fileno(), monotonic() + self._patience
        with selectors.DefaultSelector() as ready:
            ready.register(pipe, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not ready.select(max(0.0, deadline - monotonic())):
                    self._process.kill()  # a late answer must not be taken for the next one
                    raise EnvironmentFailure(
                        f"alfworld's engine did not answer within {self._patience:g} s in {doing}"
                    )
                chunk = os.read(pipe, 1 << 16)
                if not chunk:
                    return b""
                self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _last_words(self) -> str:
        assert self._process is not None
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:  # it hangs at its exit
            self._process.kill()
            code = self._process.wait()
        self._complaints.seek(0)
        said = self._complaints.read().decode("utf-8", "replace").strip().splitlines()
        return f"exit status {code}; {said[-1] if said else 'it said nothing'}"
