"""The clean, single-threaded parent of all sandboxes of a run.

The harness has threads, and a process with threads must not fork without executing something. So it
starts this program once; it prepares the base (mask, owner shift) in its own mount namespace and then
forks a short-lived child for each sandbox to open or close. It watches the harness by a process
descriptor: when the harness ends, by `kill -9` too, it kills all sandboxes, cleans up and ends.

    python -I -S -c "import sys; sys.path.insert(0, FOLDER); from sandboxes import _zygote; ..."
"""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH123, PTH208

import contextlib
import os
import select
import signal
import socket
import sys
import time
from typing import Any, NoReturn

from . import _base, _birth, _cgroups, _kernel, _wire


def main(control_fd: int, harness: int) -> NoReturn:
    try:
        # Not PDEATHSIG: that fires when the thread ends that started us. A process descriptor is exact.
        watched = os.pidfd_open(harness)
    except ProcessLookupError:
        os._exit(1)
    control = socket.socket(fileno=control_fd)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _kernel.overwrite_arguments(b"harness-sandboxes")
    try:
        order, _ = _wire.receive(control)
        base = _base.prepare(order)
    except _base.Forbidden as e:
        _wire.send(control, {"forbidden": str(e)})
        os._exit(1)
    except _wire.Closed:
        os._exit(1)
    except Exception as e:
        _wire.send(control, {"error": f"{type(e).__name__}: {e}"})
        os._exit(1)
    _wire.send(control, {"mapping": base.mapping, "base": base.name})
    zygote = Zygote(control, base)
    with contextlib.suppress(_wire.Closed):
        zygote.serve(watched)
    zygote.end()
    sys.exit(0)


class Zygote:
    def __init__(self, control: socket.socket, base: _base.Base) -> None:
        self.control = control
        self.base = base
        self.groups: dict[int, list[str]] = {}
        """Control groups of the sandboxes that are open."""

    def serve(self, harness: int) -> None:
        watch = select.poll()
        watch.register(self.control, select.POLLIN)
        watch.register(harness, select.POLLIN)
        while True:
            ready = [fd for fd, _ in watch.poll(1000)]
            self.reap()
            if harness in ready:
                return
            if ready:
                order, fds = _wire.receive(self.control)
                self.delegate(order, fds)
                for fd in fds:
                    os.close(fd)

    def delegate(self, order: dict[str, Any], fds: list[int]) -> None:
        if order["do"] == "open":
            self.groups[order["id"]] = order["cgroups"]
        else:
            self.groups.pop(order["id"], None)
        if os.fork():
            return
        reply = socket.socket(fileno=fds[0])
        try:
            self.control.close()
            if order["do"] == "open":
                _birth.bring_up(self.base, order, fds[1], reply)
            else:
                _birth.tear_down(self.base, order, fds[1], reply)
        except BaseException as e:  # a child must never fall into the zygote's loop
            with contextlib.suppress(BaseException):
                _wire.send(reply, {"error": f"{type(e).__name__}: {e}"})
                if order["do"] == "open":
                    _birth.unmount_all(self.base, str(order["id"]))
        finally:
            os._exit(0)

    def reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    def end(self) -> None:
        """Kill what is left: the sandboxes' first processes are our children, and births under way."""
        with contextlib.suppress(ChildProcessError):
            while True:
                for name in os.listdir("/proc"):
                    if name.isdigit() and _parent(name) == os.getpid():
                        with contextlib.suppress(OSError):
                            os.kill(int(name), signal.SIGKILL)
                time.sleep(0.005)
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
        for folders in self.groups.values():
            _cgroups.remove(folders)


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except OSError:
        return 0
