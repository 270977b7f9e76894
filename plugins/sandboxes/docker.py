"""Sandboxes as Docker containers: `docker:IMAGE`. Needs `pip install docker` and a running engine.

The image needs bash and coreutils. The shell is one `docker exec` with a raw stream; it speaks the
protocol of the other sandboxes' shell, but its report comes in the output stream, so a command that
wants to confuse it can. This project's tests cover only what needs no engine.
"""

import contextlib
import io
import posixpath
import secrets
import shlex
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness import EnvironmentFailure, Result, Sandbox, SandboxProvider, UsageError, hookimpl

from ._output import Output

_LABEL = "agentbench-harness"
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}
_STATE = "/var/tmp/.harness-state"
_DUMP = (
    f"{{ builtin printf 'builtin cd -- %q\\n' \"$PWD\"; declare -p; declare -f; declare -Fx; alias -p;"
    f" shopt -p; umask -p; set +o; trap -p; }} >{_STATE} 2>/dev/null"
)


@hookimpl
def harness_sandbox(spec: str) -> SandboxProvider | None:
    kind, _, image = spec.partition(":")
    if kind != "docker":
        return None
    if not image:
        raise UsageError("--sandbox docker: expects an image after the colon, as in docker:debian:12")
    return DockerProvider(image)


class DockerProvider(SandboxProvider):
    def __init__(self, image: str, memory: int = 512 << 20, processes: int = 256) -> None:
        self.image, self.memory, self.processes = image, memory, processes
        self._lock = threading.Lock()
        self._engine: Any = None
        self._run = secrets.token_hex(4)

    def open(self) -> Sandbox:
        return self.start(self.image)

    def start(self, image: str, last_image: str | None = None) -> "DockerSandbox":
        engine = self._connected()
        with _explained(f"container of {image}"):
            container = engine.containers.run(image, **self.arguments())
        return DockerSandbox(self, container, last_image)

    def arguments(self) -> dict[str, Any]:
        """How a container is started."""
        return {
            "command": ["sleep", "infinity"],
            "entrypoint": "",
            "detach": True,
            "init": True,
            "network_mode": "none",
            "mem_limit": self.memory,
            "memswap_limit": self.memory,
            "pids_limit": self.processes,
            "hostname": "sandbox",
            "working_dir": "/root",
            "environment": _ENVIRONMENT,
            "labels": {_LABEL: self._run},
            "user": "0:0",
        }

    def describe(self) -> Mapping[str, str]:
        with _explained(f"image {self.image}"):
            image = self._connected().images.get(self.image)
        limits = f"memory {self.memory}, processes {self.processes}"
        return {"kind": "docker", "base": self.image, "image id": image.id, "limits": limits}

    def close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is None:
            return
        with contextlib.suppress(Exception):
            for container in engine.containers.list(filters={"label": f"{_LABEL}={self._run}"}):
                container.remove(force=True)
            for image in engine.images.list(filters={"label": f"{_LABEL}={self._run}"}):
                engine.images.remove(image.id, force=True)
        engine.close()

    def _connected(self) -> Any:
        with self._lock:
            if self._engine is None:
                self._engine = _connect()
            return self._engine


def _connect() -> Any:
    try:
        import docker
    except ModuleNotFoundError as e:
        raise UsageError("--sandbox docker:IMAGE needs the docker package: `pip install docker`") from e
    try:
        engine = docker.from_env()  # asks the engine for its version
    except Exception as e:  # its errors have no common base but DockerException and those of requests
        raise EnvironmentFailure(
            f"no Docker engine answers ({e}): start one, or set DOCKER_HOST, or use --sandbox namespaces"
        ) from e
    return engine


@contextlib.contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except (EnvironmentFailure, UsageError):
        raise
    except Exception as e:
        raise EnvironmentFailure(f"{what}: {type(e).__name__}: {e}") from e


class DockerSandbox(Sandbox):
    def __init__(self, provider: DockerProvider, container: Any, image: str | None) -> None:
        self._provider, self._container, self._image = provider, container, image
        self._lock = threading.RLock()
        self._closed = False
        self._last = 0
        self._shell()

    def _shell(self) -> None:
        api = self._container.client.api
        words = ["bash", "--norc", "--noprofile"]
        with _explained("the container's shell"):
            made = api.exec_create(self._container.id, words, stdin=True, tty=False, environment=_ENVIRONMENT)
            self._stream = api.exec_start(made["Id"], socket=True, demux=False)
        self._socket = getattr(self._stream, "_sock", self._stream)
        self._buffer = b""
        self._type(f"shopt -s expand_aliases; source {_STATE} 2>/dev/null; rm -f {_STATE}", 20.0, Output())

    def run(self, command: str, timeout: float = 30.0) -> Result:
        with self._lock:
            output = Output()
            status = f"(exit {self._last}); " if self._last else ""
            line = f"{status}eval -- {shlex.quote(command)} </dev/null 2>&1"
            try:
                self._last = self._type(line, timeout, output)
            except TimeoutError:
                self._renew(output, "the command was stopped with the shell, which was started anew")
                return Result(output.text(), None)
            except EOFError:
                self._renew(output, "the shell ended and was started anew")
                return Result(output.text(), 1)
            return Result(output.text(), self._last)

    def execute(self, argv: Sequence[str], stdin: bytes = b"", timeout: float = 30.0) -> Result:
        with self._lock:
            token = f"/var/tmp/.stdin-{secrets.token_hex(8)}"
            self.write(token, stdin)
            limited = ["timeout", "-s", "KILL", f"{timeout:.3f}", *argv]
            script = f'exec <{token}; rm -f {token}; exec "$@"'
            with _explained(f"program {argv[0]}"):
                words = ["bash", "-c", script, "bash", *limited]
                code, (out, err) = self._container.exec_run(words, demux=True, environment=_ENVIRONMENT)
            stopped = code == 137
            texts = [(part or b"").decode(errors="replace") for part in (out, err)]
            return Result(texts[0], None if stopped else code, texts[1])

    def write(self, path: str, data: bytes, mode: int = 0o644) -> None:
        carrier = io.BytesIO()
        with tarfile.open(fileobj=carrier, mode="w") as archive:
            entry = tarfile.TarInfo(posixpath.join("/", path).lstrip("/"))
            entry.size, entry.mode, entry.mtime = len(data), mode, int(time.time())
            archive.addfile(entry, io.BytesIO(data))
        with self._lock, _explained(f"writing {path}"):
            self._container.put_archive("/", carrier.getvalue())

    def fork(self) -> Sandbox:
        with self._lock:
            self._type(_DUMP, 20.0, Output())
            name = f"{_LABEL}-{secrets.token_hex(6)}"
            with _explained("the copy of a container"):
                self._container.commit(repository=name, pause=True)
            copy = self._provider.start(name, name)
            copy._last = self._last
            return copy

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            with contextlib.suppress(Exception):
                self._stream.close()
            with _explained("the end of a container"):
                self._container.remove(force=True, v=True)
                if self._image:
                    self._container.client.images.remove(self._image, force=True)

    def _renew(self, output: Output, note: str) -> None:
        """Without a hand inside the container its processes are ended all at once."""
        with contextlib.suppress(Exception):
            self._stream.close()
        with _explained("restarting a container"):
            self._container.restart(timeout=0)
        self._last = 0
        self._shell()
        output.note(note)

    def _type(self, line: str, timeout: float, output: Output) -> int:
        word = secrets.token_hex(16)
        self._socket.sendall(f"{line}; builtin printf '\\0%s %d\\0' {word} $?\n".encode())
        deadline, mark = time.monotonic() + timeout, f"\0{word} ".encode()
        seen = b""
        while True:
            before, found, after = seen.partition(mark)
            if found and b"\0" in after:
                output.add(before)
                return int(after.partition(b"\0")[0])
            if not found and len(seen) > 1 << 16:
                output.add(seen[:-64])
                seen = seen[-64:]
            try:
                seen += self._frame(deadline)
            except (TimeoutError, EOFError):
                output.add(seen)
                raise

    def _frame(self, deadline: float) -> bytes:
        """One piece of the engine's multiplexed stream: 8 bytes of header, then the payload."""
        header = self._exactly(8, deadline)
        return self._exactly(int.from_bytes(header[4:], "big"), deadline)

    def _exactly(self, count: int, deadline: float) -> bytes:
        while len(self._buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            data = self._socket.recv(1 << 16)
            if not data:
                raise EOFError
            self._buffer += data
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken
