"""Process 1 of a sandbox: finishes the root, then starts, reaps and kills programs on request.

It never executes a file, so it keeps the zygote's memory descriptor, whose owner is the host's user
namespace: being not dumpable then puts its memory and descriptors out of reach of root inside.
"""

import contextlib
import fcntl
import os
import resource
import select
import signal
import socket
from typing import Any, NoReturn

from . import _kernel, _processes, _root, _seccomp, _wire

# What Docker leaves to root in a container: useradd, su, chown and kill work; mounting does not.
_KEPT = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
_CAPABILITIES = sum(1 << number for number in _KEPT)


def main(place: str, order: dict[str, Any], control_fd: int, ready: int) -> NoReturn:
    control = socket.socket(fileno=control_fd)
    try:
        if os.read(ready, 1) != b"1":
            os._exit(1)
        _become_root()
        _kernel.prctl(_kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        _kernel.overwrite_arguments(b"/sbin/init")
        _root.enter(f"{place}/m")
        _restrict(order)
        _wire.send(control, {"ready": True})
        Init(control).serve()
    except _wire.Closed:
        pass
    except BaseException as e:  # nobody is above to see it
        with contextlib.suppress(BaseException):
            _wire.send(control, {"error": f"{type(e).__name__}: {e}"})
    os._exit(0)


def _become_root() -> None:
    with contextlib.suppress(PermissionError):  # one mapped id: the kernel forbids setgroups
        os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def _restrict(order: dict[str, Any]) -> None:
    os.setsid()
    os.umask(0o022)
    for name, value in order["rlimits"].items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    _seccomp.install()
    _kernel.keep_capabilities(_CAPABILITIES)
    _kernel.prctl(_kernel.PR_SET_DUMPABLE, 0)


class Init:
    """Serves one control socket until its other end closes."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.watched: dict[int, int] = {}
        """Where to write the exit status of a running program."""
        self.proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def serve(self) -> None:
        woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        watch = select.poll()
        watch.register(woken, select.POLLIN)
        watch.register(self.control, select.POLLIN)
        while True:
            for fd, _ in watch.poll():
                if fd == woken:
                    os.read(woken, 4096)
                    self.reap()
                else:
                    self.answer(*_wire.receive(self.control))

    def reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.watched:
                listener = self.watched.pop(pid)
                with contextlib.suppress(OSError):
                    os.write(listener, str(os.waitstatus_to_exitcode(status)).encode())
                os.close(listener)

    def answer(self, request: dict[str, Any], fds: list[int]) -> None:
        sent: list[int] = []
        try:
            reply = getattr(self, "do_" + request["do"])(request, fds, sent)
        except Exception as e:
            reply = {"error": f"{type(e).__name__}: {e}"}
        _wire.send(self.control, reply, sent)
        for fd in fds + sent:
            os.close(fd)

    def do_spawn(self, request: dict[str, Any], fds: list[int], sent: list[int]) -> dict[str, Any]:
        """Start a program. Its pipes are made here, so that root inside may reopen /dev/stdout."""
        pipes = [os.pipe2(os.O_CLOEXEC) for _ in request["out"]]
        status_reader, status_writer = os.pipe2(os.O_CLOEXEC)
        plan = {0: fds[0] if fds else None}
        for targets, (_, writer) in zip(request["out"], pipes, strict=True):
            plan.update(dict.fromkeys(targets, writer))
        plan.update(zip(request.get("extra", ()), fds[1:], strict=True))
        pid = os.fork()
        if pid == 0:
            _start(request, plan)
        self.watched[pid] = status_writer
        for _, writer in pipes:
            os.close(writer)
        sent += [reader for reader, _ in pipes] + [status_reader]
        return {"pid": pid}

    def do_write(self, request: dict[str, Any], fds: list[int], sent: list[int]) -> dict[str, Any]:
        """Write a file from a child of ours: it may block or fail without harm."""
        reader, writer = os.pipe2(os.O_CLOEXEC)
        pid = os.fork()
        if pid == 0:
            _root.write_file(request["path"], request["mode"], fds[0], writer)
        os.close(writer)
        sent.append(reader)
        return {"pid": pid}

    def do_kill(self, request: dict[str, Any], fds: list[int], sent: list[int]) -> dict[str, Any]:
        """Signal what was started since a moment: a command and whatever it left behind."""
        found = _processes.started_since(self.proc, request["since"], request["keep"])
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, request["signal"])
        return {"found": len(found)}

    def do_kill_all(self, request: dict[str, Any], fds: list[int], sent: list[int]) -> dict[str, Any]:
        """One atomic kill of everything but us: even a fork bomb does not outrun it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        return {}

    def do_signal(self, request: dict[str, Any], fds: list[int], sent: list[int]) -> dict[str, Any]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(request["pid"], request["signal"])
        return {}


def _start(request: dict[str, Any], plan: dict[int, int | None]) -> NoReturn:
    """Become the program; what goes wrong is told on standard error, as a shell would."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        high = {target: _raised(source) for target, source in plan.items()}
        for target, source in high.items():
            os.dup2(source, target, inheritable=True)
        os.chdir(request["cwd"])
        os.execvpe(request["argv"][0], request["argv"], request["env"])
    except OSError as e:
        message = f"{request['argv'][0]}: {e.strerror or e}\n".encode(errors="replace")
        with contextlib.suppress(OSError):
            os.write(2, message)
        os._exit(127 if isinstance(e, FileNotFoundError) else 126)
    finally:
        os._exit(126)


def _raised(source: int | None) -> int:
    """A copy out of the way of all targets."""
    if source is None:
        source = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    return fcntl.fcntl(source, fcntl.F_DUPFD_CLOEXEC, 300)
