"""One sandbox as the harness holds it: a socket to its process 1, and a shell."""

# Paths here are the sandbox's and descriptors, not the host's files.
# ruff: noqa: PTH118, PTH123

import contextlib
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness import EnvironmentFailure, Result, Sandbox

from . import _wire
from ._output import Output
from ._shell import Pipes, Shell, ticks

if TYPE_CHECKING:
    from .namespaces import NamespaceProvider

_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}
_SHELL = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
_SHELL_ENVIRONMENT = {**_ENVIRONMENT, "USER": "root", "LOGNAME": "root", "SHELL": "/bin/bash", "TERM": "dumb"}


class NamespaceSandbox(Sandbox):
    def __init__(
        self, provider: "NamespaceProvider", order: Mapping[str, Any], control: socket.socket, process: int
    ) -> None:
        self.number: int = order["id"]
        self.depth: int = order["depth"]
        self.zygote: int = order["zygote"]
        self._provider, self._order = provider, order
        self._control, self._process = control, process
        self._lock = threading.RLock()
        self._closed = False
        self._shell: Shell | None = None

    def begin(self, state: bytes, last: int) -> None:
        self._control.settimeout(60)
        try:
            answer, _ = _wire.receive(self._control)
        except (_wire.Closed, OSError) as e:
            raise EnvironmentFailure("a sandbox's first process ended before it was ready") from e
        if "error" in answer:
            raise EnvironmentFailure(f"a sandbox's root could not be entered: {answer['error']}")
        self._shell = Shell(self, state, last)

    # ---- the contract

    def run(self, command: str, timeout: float = 30.0) -> Result:
        with self._lock:
            return self._living().run(command, timeout)

    def execute(self, argv: Sequence[str], stdin: bytes = b"", timeout: float = 30.0) -> Result:
        with self._lock:
            self._living()
            since = ticks()
            source = [_wire.memory_file(stdin)] if stdin else []
            try:
                pid, fds = self._spawn(list(argv), _ENVIRONMENT, [[1], [2]], source)
            finally:
                for fd in source:
                    os.close(fd)
            return self._collect(pid, fds, since, time.monotonic() + timeout)

    def write(self, path: str, data: bytes, mode: int = 0o644) -> None:
        with self._lock:
            self._living()
            source = _wire.memory_file(data)
            try:
                wanted = {"do": "write", "path": os.path.join("/", path), "mode": mode}
                _, (report,) = self._request(wanted, [source])
            finally:
                os.close(source)
            with open(report, "rb") as file:
                said = file.read().decode()
            if said != "ok":
                raise EnvironmentFailure(f"{path} could not be written in the sandbox: {said or 'killed'}")

    def fork(self) -> "NamespaceSandbox":
        with self._lock:
            shell = self._living()
            return self._provider.give_birth(self, shell.dump(), shell.last)

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            try:
                self._provider.end(self, self._order, self._process)
            finally:
                if self._shell:
                    self._shell.close()
                self._control.close()
                os.close(self._process)

    # ---- what the shell asks for

    def spawn_shell(self, state: bytes, fds: tuple[int, int, int]) -> Pipes:
        report, output, restored = fds
        reader, writer = os.pipe()
        sent = [reader] + ([_wire.memory_file(state)] if state else [])
        try:
            extra = [restored] if state else []
            targets = [[1, 2, output], [report]]
            pid, (out, said, ended) = self._spawn(_SHELL, _SHELL_ENVIRONMENT, targets, sent, extra)
        except BaseException:
            os.close(writer)
            raise
        finally:
            for fd in sent:
                os.close(fd)
        return Pipes(pid, writer, out, said, ended)

    def interrupt(self, since: int, shell: int) -> None:
        # The shell first: if its child died before, it would go on with the next command.
        self._request({"do": "signal", "pid": shell, "signal": signal.SIGINT})
        self._request({"do": "kill", "since": since, "keep": [shell], "signal": signal.SIGINT})

    def kill_since(self, since: int, keep: tuple[int, ...]) -> None:
        """Until none is found; what forks faster than we list it is stopped all at once."""
        wanted = {"do": "kill", "since": since, "keep": list(keep), "signal": signal.SIGKILL}
        for _ in range(20):
            answer, _ = self._request(wanted)
            if not answer["found"]:
                return
            time.sleep(0.002)
        self._request({"do": "kill_all"})

    # ---- inside

    def _living(self) -> Shell:
        if self._closed or self._shell is None:
            raise EnvironmentFailure("this sandbox is closed")
        return self._shell

    def _spawn(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        out: Sequence[Sequence[int]],
        fds: Sequence[int],
        extra: Sequence[int] = (),
    ) -> tuple[int, list[int]]:
        wanted = {"do": "spawn", "argv": argv, "env": env, "out": out, "extra": extra, "cwd": "/root"}
        answer, got = self._request(wanted, fds)
        return answer["pid"], got

    def _request(self, wanted: Mapping[str, Any], fds: Sequence[int] = ()) -> tuple[Any, list[int]]:
        try:
            _wire.send(self._control, wanted, fds)
            answer, got = _wire.receive(self._control)
        except (_wire.Closed, OSError) as e:
            raise EnvironmentFailure(f"the sandbox's first process is gone or stuck ({e!r})") from e
        if "error" in answer:
            raise EnvironmentFailure(f"the sandbox could not {wanted['do']}: {answer['error']}")
        return answer, got

    def _collect(self, pid: int, fds: Sequence[int], since: int, deadline: float) -> Result:
        out, err, ended = fds
        kept = {out: Output(), err: Output()}
        watch = select.poll()
        for fd in fds:
            watch.register(fd, select.POLLIN)
            os.set_blocking(fd, False)
        code: int | None = None
        try:
            while code is None and (left := deadline - time.monotonic()) > 0:
                for fd, _ in watch.poll(left * 1000 + 1):
                    if fd == ended:
                        code = int(os.read(ended, 16) or b"-9")
                    elif not _take(fd, kept[fd]):
                        watch.unregister(fd)
            if code is None:
                self.kill_since(since, (self._living().pid,))
            for fd, output in kept.items():
                for _ in range(16):  # a program left in the background may write for ever
                    if not _take(fd, output):
                        break
        finally:
            for fd in fds:
                os.close(fd)
        return Result(kept[out].text(), None if code is None else code, kept[err].text())


def _take(fd: int, output: Output) -> bool:
    """False when there is nothing more to read."""
    with contextlib.suppress(BlockingIOError):
        data = os.read(fd, 1 << 16)
        output.add(data)
        return bool(data)
    return False
