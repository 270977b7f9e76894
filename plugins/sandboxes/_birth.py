"""One sandbox comes to life, or ends. Runs in a short-lived child of the zygote, never in the zygote.

The child works in the zygote's mount namespace, so what it mounts below the pool outlives it: the
sandbox's own tmpfs `N`, with the writable layers `N/0u`, `N/1u` ..., and the assembled root `N/m`.
"""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH102, PTH106

import contextlib
import os
import select
import signal
import socket
from typing import Any

from . import _cgroups, _init, _kernel, _wire
from ._base import Base
from ._copy import copy_tree

_NAMESPACES = (
    _kernel.CLONE_NEWUSER
    | _kernel.CLONE_NEWNS
    | _kernel.CLONE_NEWPID
    | _kernel.CLONE_NEWNET
    | _kernel.CLONE_NEWIPC
    | _kernel.CLONE_NEWUTS
    | _kernel.CLONE_NEWCGROUP
)


def bring_up(base: Base, order: dict[str, Any], control: int, reply: socket.socket) -> None:
    """Make the root and start its process 1; answer with that process's descriptor."""
    place, parent = str(order["id"]), order["parent"]
    _cgroups.join(order["cgroups"])
    _mount_layers(base, place, None if parent is None else str(parent), order)
    ready, go = os.pipe()
    # CLONE_PARENT: process 1 is the zygote's own child, and dies with it.
    pid = _kernel.clone(_NAMESPACES | _kernel.CLONE_PARENT | _kernel.SIGCHLD)
    if pid == 0:
        os.close(go)
        reply.close()
        _init.main(place, order, control, ready)
    handle = os.pidfd_open(pid)
    try:
        _write_maps(base, pid)
    except OSError:
        os.kill(pid, signal.SIGKILL)
        raise
    os.write(go, b"1")
    _wire.send(reply, {"pid": pid}, [handle])


def _mount_layers(base: Base, place: str, parent: str | None, order: dict[str, Any]) -> None:
    os.mkdir(place)
    owner = f"uid={base.owner},gid={base.owner}"
    options = f"mode=700,{owner},size={order['disk']},nr_inodes={order['inodes']}"
    _kernel.mount("sandbox", place, "tmpfs", _kernel.MS_NOSUID | _kernel.MS_NODEV, options)
    os.mkdir(f"{place}/m")
    for number in range(len(base.trees)):
        upper, work = f"{place}/{number}u", f"{place}/{number}w"
        for folder in (upper, work):
            os.mkdir(folder, 0o755)
            os.chown(folder, base.owner, base.owner)
    if parent is not None:
        _copy_layers(base, place, parent)
    for number, tree in enumerate(base.trees):
        layers = f"lowerdir={':'.join(tree.lower)},upperdir={place}/{number}u,workdir={place}/{number}w"
        _kernel.mount("sandbox", f"{place}/m{tree.at}", "overlay", 0, layers + base.overlay_options)


def _copy_layers(base: Base, place: str, parent: str) -> None:
    """Copy what the parent changed, from inside the pool: no link in it can lead to the host."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.chroot(".")
            for number in range(len(base.trees)):
                copy_tree(f"/{parent}/{number}u", f"/{place}/{number}u")
            status = 0
        except BaseException as e:  # the parent process must not run twice
            os.write(2, f"sandbox fork: {type(e).__name__}: {e}\n".encode())
        finally:
            os._exit(status)
    if os.waitpid(child, 0)[1]:
        raise OSError("the files of the sandbox could not be copied")


def _write_maps(base: Base, pid: int) -> None:
    for kind in ("uid_map", "gid_map"):
        file = os.open(f"/proc/{pid}/{kind}", os.O_WRONLY)
        try:
            os.write(file, base.map.encode())
        finally:
            os.close(file)


def tear_down(base: Base, order: dict[str, Any], process: int, reply: socket.socket) -> None:
    """Kill every process of a sandbox, then give back its mounts and control groups."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(process, signal.SIGKILL)
    wait_for_end(process)
    unmount_all(base, str(order["id"]))
    _wire.send(reply, {})
    _cgroups.remove(order["cgroups"])


def wait_for_end(process: int, seconds: float = 10.0) -> None:
    watch = select.poll()
    watch.register(process, select.POLLIN)
    watch.poll(seconds * 1000)


def unmount_all(base: Base, place: str) -> None:
    for target in [f"{place}/m{tree.at}" for tree in reversed(base.trees)] + [place]:
        with contextlib.suppress(OSError):
            _kernel.unmount(target)
    with contextlib.suppress(OSError):
        os.rmdir(place)
