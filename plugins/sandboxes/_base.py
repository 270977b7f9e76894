"""What all sandboxes of a run stand on: layers to read from, and the ids they are seen with.

`idmap`   the caller is root: the root is shown with all owners moved up by 100000, so that root
          inside is nobody outside. Never an identity map: with one, root inside writes host sysctls.
`subuid`  the caller has a range in /etc/subuid: the zygote lives in a user namespace of that range.
`shifted` the caller is root, but the kernel or the file system has no idmapped mounts.
`single`  the caller has neither: one id inside, everything is root's.
"""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH102, PTH112, PTH118, PTH123

import contextlib
import errno
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import _kernel, _skeleton
from ._mask import Mask

IDS = 65536
_FIRST_HOST_ID = 100000
_MAPPINGS = {b"u": "subuid", b"s": "single", b"r": "shifted"}
_POOLS = ("/mnt", "/media", "/srv", "/opt", "/run", "/boot", "/tmp")


class Forbidden(Exception):
    """The kernel or its administrator does not allow this; the message says what to do."""


@dataclass(frozen=True)
class Tree:
    """One overlay of a sandbox's root."""

    at: str
    """Where it is mounted: "" is the root itself."""
    lower: tuple[str, ...]
    """Layers below the writable one, topmost first, relative to the pool."""


@dataclass(frozen=True)
class Base:
    name: str
    mapping: str
    map: str
    """Text for uid_map and gid_map of each sandbox, seen from the zygote's user namespace."""
    owner: int
    """Who is root inside, seen from the zygote's user namespace."""
    trees: tuple[Tree, ...]
    overlay_options: str


def prepare(order: dict[str, Any]) -> Base:
    """Enter private namespaces and lay out the layers. Leaves the process inside the pool."""
    root, wanted = order["root"], order["mapping"]
    if wanted == "idmap" or (wanted == "auto" and _is_privileged()):
        with explained("mount namespace"):
            _kernel.unshare(_kernel.CLONE_NEWNS)
        _enter_pool(order)
        return _shifted(root or "/", order["hide"], masked=root is None)
    mapping = _enter_user_namespace(wanted)
    _enter_pool(order)
    return _unprivileged(root, order["hide"], mapping)


def _is_privileged() -> bool:
    """Real root with the right to mount and to map ids, and not root of some container's namespace."""
    with open("/proc/self/status") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line)
    effective = int(fields["CapEff"], 16)
    needed = (0, 3, 5, 6, 7, 18, 21)  # chown, fowner, kill, setgid, setuid, sys_chroot, sys_admin
    with open("/proc/self/uid_map") as file:  # a container's root may have a map of its own
        initial = file.read().split() == ["0", "0", "4294967295"]
    return initial and os.geteuid() == 0 and all(effective >> number & 1 for number in needed)


def _enter_pool(order: dict[str, Any]) -> None:
    """A tmpfs of our own over some folder we do not need: nothing to clean up on the host, ever."""
    _kernel.mount(None, "/", None, _kernel.MS_REC | _kernel.MS_PRIVATE)
    needed = [os.path.realpath(p) for p in (order["root"] or "/", *order["needed"])]
    for pool in _POOLS:
        if os.path.isdir(pool) and not any(f"{p}/".startswith(f"{pool}/") for p in needed):
            with explained("tmpfs"):
                _kernel.mount("pool", pool, "tmpfs", _kernel.MS_NOSUID, "mode=755,size=256m")
            os.chdir(pool)
            return
    raise Forbidden(f"no folder among {', '.join(_POOLS)} can serve as a mount point; create /mnt")


def _shifted(root: str, hide: list[str], masked: bool) -> Base:
    with _user_namespace(f"0 {_FIRST_HOST_ID} {IDS}") as owner_map:
        trees = []
        for number, (at, source) in enumerate(_parts(root)):
            os.mkdir(f"r{number}")
            try:
                _kernel.mount_shifted(source, f"r{number}", owner_map)
            except OSError as e:
                raise Forbidden(
                    f"the file system of {source} cannot be shown with moved owners ({e});"
                    " it takes Linux 5.19 and a file system with idmapped mounts (ext4, xfs, btrfs)."
                    " Run as an ordinary user, or give a built root on such a file system:"
                    " --sandbox namespaces:DIR"
                ) from e
            trees.append((at, f"r{number}"))
    if masked:
        os.mkdir("k", 0o755)
        os.chown("k", _FIRST_HOST_ID, _FIRST_HOST_ID)
        Mask("k", _FIRST_HOST_ID, "trusted.overlay.opaque", IDS).build(hide)
    layered = tuple(
        Tree(at, ((f"k{at}",) if masked and os.path.isdir(f"k{at}") else ()) + (lower,))
        for at, lower in trees
    )
    name = "host-masked" if masked else root
    return Base(name, "idmap", f"0 {_FIRST_HOST_ID} {IDS}", _FIRST_HOST_ID, layered, "")


def _parts(root: str) -> list[tuple[str, str]]:
    """The root and those of its main folders that are file systems of their own."""
    parts = [("", root)]
    for name in ("usr", "etc", "var", "usr/local", "var/lib"):
        path = os.path.join(root, name)
        if os.path.ismount(path):
            parts.append((f"/{name}", path))
    return parts


@contextlib.contextmanager
def _user_namespace(id_map: str) -> Iterator[int]:
    """A descriptor of a user namespace with this map, held open by a child while we need it."""
    made, told = os.pipe()
    holder = os.fork()
    if holder == 0:
        status = 0
        try:
            _kernel.unshare(_kernel.CLONE_NEWUSER)
        except OSError as e:
            status = e.errno or 1
        os.write(told, bytes([status]))
        signal.pause()
        os._exit(0)
    namespace = -1
    try:
        status = os.read(made, 1)[0]
        if status:
            with explained("user namespace"):
                raise OSError(status, os.strerror(status))
        for kind in ("uid_map", "gid_map"):
            _write_map(holder, kind, id_map)
        namespace = os.open(f"/proc/{holder}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        yield namespace
    finally:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
        for fd in (made, told, namespace):
            if fd >= 0:
                os.close(fd)


def _enter_user_namespace(wanted: str) -> str:
    """Become root of a new user namespace, with a range of ids if we may have one."""
    uid, gid, me = os.getuid(), os.getgid(), os.getpid()
    go_reader, go_writer = os.pipe()
    back_reader, back_writer = os.pipe()
    helper = os.fork()
    if helper == 0:  # stays outside: only from there may the maps be written
        os.read(go_reader, 1)
        mapping = b"-"
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            mapping = _write_own_maps(me, uid, gid, wanted)
        os.write(back_writer, mapping)
        os._exit(0)
    try:
        with explained("user namespace"):
            _kernel.unshare(_kernel.CLONE_NEWUSER)
    finally:
        os.write(go_writer, b"1")
        answer = os.read(back_reader, 1)
        os.waitpid(helper, 0)
        for fd in (go_reader, go_writer, back_reader, back_writer):
            os.close(fd)
    if answer not in _MAPPINGS:
        raise Forbidden("the ids of a new user namespace could not be mapped; " + _advice())
    with contextlib.suppress(PermissionError):
        os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    # The change of ids hid our /proc files from ourselves; sandboxes' maps are written through them.
    _kernel.prctl(_kernel.PR_SET_DUMPABLE, 1)
    with explained("mount namespace"):
        _kernel.unshare(_kernel.CLONE_NEWNS)
    return _MAPPINGS[answer]


def _write_own_maps(pid: int, uid: int, gid: int, wanted: str) -> bytes:
    if uid == 0:
        # Root is never mapped to itself: with that, root inside writes the host's sysctls.
        for text in (f"0 {_FIRST_HOST_ID} {IDS}", f"0 1 {IDS - 1}"):
            with contextlib.suppress(OSError):
                _write_map(pid, "uid_map", text)
                _write_map(pid, "gid_map", text)
                return b"r"
        return b"-"
    first_uid, first_gid = (
        _skeleton.subordinate("/etc/subuid", uid),
        _skeleton.subordinate("/etc/subgid", uid),
    )
    if wanted != "single" and first_uid and first_gid:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            for tool, own, first in (("newuidmap", uid, first_uid), ("newgidmap", gid, first_gid)):
                words = [tool, str(pid), "0", str(own), "1", "1", str(first), str(IDS - 1)]
                subprocess.run(words, check=True, capture_output=True)
            return b"u"
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        _write_map(pid, name, text)
    return b"s"


def _write_map(pid: int, name: str, text: str) -> None:
    with open(f"/proc/{pid}/{name}", "w") as file:
        file.write(text)


def _unprivileged(root: str | None, hide: list[str], mapping: str) -> Base:
    ids = 1 if mapping == "single" else IDS - 1
    with explained("overlay"):
        trees = _skeleton.trees(root, hide)
    name = "host-masked" if root is None else root
    layered = tuple(Tree(at, lower) for at, lower in trees)
    # Two lines: an extent may not span two of the outer map, and ours begins with a single id.
    id_map = "0 0 1" if ids == 1 else f"0 0 1\n1 1 {ids - 1}"
    return Base(name, mapping, id_map, 0, layered, ",userxattr")


@contextlib.contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn a refusal of the kernel into advice."""
    try:
        yield
    except OSError as e:
        if e.errno in (errno.EPERM, errno.EACCES, errno.ENOSPC, errno.EINVAL, errno.ENOSYS, errno.EUSERS):
            raise Forbidden(f"no {what} can be made here ({e}); " + _advice()) from e
        raise


def _advice() -> str:
    """Which setting forbids user namespaces, and the command that allows them."""
    settings = {
        "/proc/sys/kernel/unprivileged_userns_clone": ("0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        "/proc/sys/user/max_user_namespaces": ("0", "sysctl -w user.max_user_namespaces=15000"),
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
            "1",
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    }
    for path, (forbidding, remedy) in settings.items():
        with contextlib.suppress(OSError), open(path) as file:
            if file.read().strip() == forbidding:
                name = path.removeprefix("/proc/sys/").replace("/", ".")
                return f"the setting {name}={forbidding} forbids it: as root, run `{remedy}`"
    with contextlib.suppress(OSError, StopIteration), open("/proc/self/status") as file:
        if next(line for line in file if line.startswith("Seccomp:")).split()[1] != "0":
            return (
                "a seccomp filter, as containers have, forbids it: start the container with"
                " `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`, or use docker:IMAGE"
            )
    return (
        "the kernel may lack user namespaces or overlayfs (Linux 5.11 or newer); docker:IMAGE works without"
    )
