"""Sandboxes from Linux namespaces and overlayfs: `namespaces` or `namespaces:/path/to/a/root`.

A private root made of this machine's own files (or of a built root), thrown away with the sandbox.
Covered: writes (thrown away), host files (masked), network (none), processes, memory, disk, time.
Not covered: kernel bugs; reading world-readable files of the base's /usr. This is isolation for
benchmarks, not a boundary proven against a hostile kernel exploit.
"""

import contextlib
import hashlib
import itertools
import os
import platform
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness import EnvironmentFailure, Sandbox, SandboxProvider, UsageError, hookimpl

from . import _cgroups, _wire
from ._sandbox import NamespaceSandbox

_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from sandboxes import _zygote;"
    " _zygote.main(int(sys.argv[2]), int(sys.argv[3]))"
)


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one sandbox may use. Memory counts the files it has written, which live in memory too."""

    memory: int = 512 << 20
    disk: int = 512 << 20
    processes: int = 256
    inodes: int = 200_000
    open_files: int = 1024


@hookimpl
def harness_sandbox(spec: str) -> SandboxProvider | None:
    kind, _, root = spec.partition(":")
    if kind != "namespaces":
        return None
    if spec.endswith(":"):
        raise UsageError("--sandbox namespaces: needs a folder after the colon; without one, no colon")
    return NamespaceProvider(Path(root) if root else None)


class NamespaceProvider(SandboxProvider):
    """Starts one zygote at the first `open` and asks it for every sandbox."""

    def __init__(
        self, root: Path | None = None, limits: SandboxLimits | None = None, mapping: str = "auto"
    ) -> None:
        if root is not None and not (root / "bin/bash").exists():
            raise UsageError(
                f"--sandbox namespaces:{root}: no bin/bash there; run `harness sandbox build {root}`"
            )
        self.root = root.resolve() if root else None
        self.limits = limits or SandboxLimits()
        self._wanted = mapping
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._facts: dict[str, str] = {}
        self._groups: dict[str, str] = {}
        self._open: set[NamespaceSandbox] = set()

    def open(self) -> Sandbox:
        return self.give_birth(None, b"", 0)

    def give_birth(self, parent: NamespaceSandbox | None, state: bytes, last: int) -> NamespaceSandbox:
        """Ask the zygote for a sandbox: fresh, or with the files of `parent`."""
        control = self._started()
        number = next(self._numbers)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        order = self._order(number, parent)
        try:
            with theirs:
                _, fds = self._ask(control, order, [theirs.fileno()])
            sandbox = NamespaceSandbox(self, order, ours, fds[0])
        except BaseException:
            ours.close()
            _cgroups.remove(order["cgroups"], 0.5)
            raise
        with self._lock:
            self._open.add(sandbox)
        try:
            sandbox.begin(state, last)
        except BaseException:
            sandbox.close()
            raise
        return sandbox

    def end(self, sandbox: NamespaceSandbox, order: Mapping[str, Any], process: int) -> None:
        """Ask the zygote to end a sandbox, and wait until nothing of it is left."""
        with self._lock:
            self._open.discard(sandbox)
            control, zygote = self._control, self._zygote
        groups = order["cgroups"]
        if control and zygote and zygote.poll() is None and sandbox.zygote == zygote.pid:
            self._ask(control, {"do": "close", "id": order["id"], "cgroups": groups}, [process])
        else:  # all of the sandbox died with its zygote
            _cgroups.remove(groups)

    def describe(self) -> Mapping[str, str]:
        self._started()
        limits = ", ".join(f"{k} {v}" for k, v in asdict(self.limits).items())
        return {
            "kind": "namespaces",
            **self._facts,
            "limits": limits,
            "limited by": "control groups" if self._groups else "rlimits",
            "system": _release(self.root),
        }

    def close(self) -> None:
        for sandbox in list(self._open):
            sandbox.close()
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        """Let go of the zygote, which ends with its control socket, and all sandboxes with it."""
        control, self._control = self._control, None
        zygote, self._zygote = self._zygote, None
        if control:
            control.close()
        if zygote:
            with contextlib.suppress(subprocess.TimeoutExpired):
                zygote.wait(10)
            if zygote.poll() is None:
                zygote.kill()
                zygote.wait()

    def _order(self, number: int, parent: NamespaceSandbox | None) -> dict[str, Any]:
        limits, depth = self.limits, parent.depth + 1 if parent else 0
        grown = limits.disk + depth * (32 << 20)  # a copy of a full disk must still have room for its grader
        name = f"{self._zygote.pid if self._zygote else 0}-{number}"
        wanted = {"memory": limits.memory + grown, "pids": limits.processes}
        groups = _cgroups.create(name, wanted, self._groups)
        rlimits = {
            "RLIMIT_FSIZE": grown,
            "RLIMIT_DATA": limits.memory,
            "RLIMIT_NOFILE": limits.open_files,
            "RLIMIT_CORE": 0,
        }
        if not any("pids" in held for held in groups.values()):
            rlimits["RLIMIT_NPROC"] = limits.processes
        return {
            "do": "open",
            "zygote": self._zygote.pid if self._zygote else 0,
            "id": number,
            "parent": parent.number if parent else None,
            "depth": depth,
            "disk": grown,
            "inodes": limits.inodes + depth * 4096,
            "cgroups": list(groups),
            "rlimits": rlimits,
        }

    def _ask(
        self, control: socket.socket, order: Mapping[str, Any], fds: Sequence[int]
    ) -> tuple[Any, list[int]]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            try:
                with theirs, self._lock:
                    _wire.send(control, order, [theirs.fileno(), *fds])
                ours.settimeout(60)
                answer, got = _wire.receive(ours)
            except (_wire.Closed, OSError) as e:
                raise EnvironmentFailure(f"the process that opens sandboxes is gone or stuck ({e!r})") from e
        if "error" in answer:
            raise EnvironmentFailure(f"no sandbox could be {order['do']}ed: {answer['error']}")
        return answer, got

    def _started(self) -> socket.socket:
        with self._lock:
            if self._zygote and self._zygote.poll() is not None:
                self._forget()
            if self._control is None:
                self._start()
            assert self._control is not None
            return self._control

    def _start(self) -> None:
        if platform.system() != "Linux":
            raise EnvironmentFailure("sandboxes of kind `namespaces` need Linux; use --sandbox docker:IMAGE")
        try:
            zygote, control, facts = self._zygote_with(self._wanted)
        except EnvironmentFailure:
            if self._wanted != "auto":
                raise
            # Say a kernel without idmapped mounts: the way of ordinary users may still be open.
            zygote, control, facts = self._zygote_with("unprivileged")
        self._zygote, self._control = zygote, control
        if facts["mapping"] != "shifted":  # there the joining process is nobody outside
            self._groups = self._usable_groups(zygote.pid)
        self._facts = {"base": facts["base"], "mapping": facts["mapping"]}
        if self.root:
            self._facts["base manifest"] = _manifest(self.root)

    def _zygote_with(self, mapping: str) -> tuple[subprocess.Popen[bytes], socket.socket, dict[str, str]]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        folder = str(Path(__file__).resolve().parent.parent)
        words = [sys.executable, "-I", "-S", "-c", _START, folder, str(theirs.fileno()), str(os.getpid())]
        with theirs:
            zygote = subprocess.Popen(
                words,
                env={
                    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "LANG": "C.UTF-8",
                },
                cwd="/",
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the harness, which then closes us in order
            )
        try:
            _wire.send(ours, self._first_order(mapping))
            answer, _ = _wire.receive(ours)
        except _wire.Closed:
            answer = {"error": "the process that opens them ended at once"}
        if problem := answer.get("forbidden") or answer.get("error"):
            ours.close()
            zygote.wait()
            raise EnvironmentFailure(f"no sandbox of kind `namespaces` can be made here: {problem}")
        return zygote, ours, answer

    def _usable_groups(self, owner: int) -> dict[str, str]:
        """The groups below which limits can really be set; none for most ordinary users."""
        own = _cgroups.own_groups()
        _cgroups.sweep(own)
        made = _cgroups.create(f"{owner}-probe", {"memory": self.limits.memory, "pids": 16}, own)
        _cgroups.remove(list(made))
        return own if made else {}

    def _first_order(self, mapping: str) -> dict[str, Any]:
        code = Path(__file__).resolve()
        return {
            "root": str(self.root) if self.root else None,
            "mapping": mapping,
            "hide": _hidden(),
            "needed": [str(code), sys.prefix, sys.base_prefix, os.path.realpath(sys.executable)],
        }


def _hidden() -> list[str]:
    """The harness with its answers, the caller's home, the places where runs write."""
    package = Path(sys.modules["harness"].__file__ or "").resolve().parent
    room = Path(__file__).resolve().parent.parent
    places = {package, room, room.parent / "tasks", room.parent / "training", Path(tempfile.gettempdir())}
    for place in (os.getcwd, lambda: os.path.expanduser("~")):  # noqa: PTH111  (pathlib's raises more)
        with contextlib.suppress(OSError):
            places.add(Path(place()))
    if (package.parent / "pyproject.toml").exists():
        places.add(package.parent)
    return sorted({str(p.resolve()) for p in places})


def _release(root: Path | None) -> str:
    with contextlib.suppress(OSError):
        for line in ((root or Path("/")) / "etc/os-release").read_text().splitlines():
            if line.startswith("PRETTY_NAME="):
                return line.partition("=")[2].strip('"')
    return "unknown"


def _manifest(root: Path) -> str:
    """A hash of the packages of a built root: two roots of one recipe and day have the same."""
    status = root / "var/lib/dpkg/status"
    if status.exists():
        return hashlib.sha256(status.read_bytes()).hexdigest()[:16]
    names = "\n".join(sorted(p.name for p in (root / "usr/bin").iterdir()))
    return hashlib.sha256(names.encode()).hexdigest()[:16]
