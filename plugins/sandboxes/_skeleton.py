"""The base of an unprivileged caller: what it may not own is copied or covered by folders it owns.

The kernel refuses `/` itself as a layer there, because of the mounts below it. So the root is a layer
of our own with a copy of /etc, and /usr and /var are overlays of their own: folders that root inside
owns, over the machine's files. Not covered: changing the mode of an existing file in /usr; setuid
programs of the machine, whose bit means nothing here.
"""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH101, PTH102, PTH112, PTH114, PTH115, PTH116, PTH123, PTH208, PTH211

import contextlib
import errno
import os
import pwd
import shutil
import stat

from ._mask import Mask

_OPAQUE = "user.overlay.opaque"
_DEEP = {"doc", "man", "locale", "src", "include", "icons", "zoneinfo", "help", "info", "__pycache__"}
_DEPTH = 5

Trees = list[tuple[str, tuple[str, ...]]]


def subordinate(path: str, uid: int) -> int | None:
    """First id of the caller's range in /etc/subuid or /etc/subgid, if it is long enough."""
    names = {str(uid)}
    with contextlib.suppress(KeyError):
        names.add(pwd.getpwuid(uid).pw_name)
    with contextlib.suppress(OSError, ValueError), open(path) as file:
        for line in file:
            name, first, count = line.strip().split(":")
            if name in names and int(count) >= 65535:
                return int(first)
    return None


def trees(root: str | None, hide: list[str]) -> Trees:
    """Lay out the layers in the pool; answers where each overlay goes and what it reads."""
    if root is not None:
        return [("", (root,))]
    os.mkdir("c", 0o755)
    os.mkdir("k", 0o755)
    try:
        os.setxattr("k", "user.overlay.probe", b"y")
        os.removexattr("k", "user.overlay.probe")
    except OSError as e:
        raise OSError(errno.ENOSYS, "tmpfs keeps no user attributes: that takes Linux 6.6, or root") from e
    laid: Trees = [("", ("k", "c"))]
    for name in os.listdir("/"):
        path = f"/{name}"
        if os.path.islink(path):
            os.symlink(os.readlink(path), f"c/{name}")
        elif name == "etc":
            _copy_readable(path, "c/etc")
        elif name in ("usr", "var", "bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            os.mkdir(f"c/{name}", 0o755)
            os.mkdir(f"s-{name}", 0o755)
            _folders(path, f"s-{name}", _DEPTH)
            laid.append((path, (f"k/{name}", f"s-{name}", path)))
    Mask("k", 0, _OPAQUE, ids=1).build(hide)
    return [(at, tuple(p for p in lower if os.path.isdir(p))) for at, lower in laid]


def _copy_readable(source: str, target: str) -> None:
    os.mkdir(target, 0o755)
    with os.scandir(source) as entries:
        for entry in entries:
            into = f"{target}/{entry.name}"
            with contextlib.suppress(PermissionError):
                if entry.is_symlink():
                    os.symlink(os.readlink(entry.path), into)
                elif entry.is_dir():
                    _copy_readable(entry.path, into)
                elif entry.is_file():
                    shutil.copy2(entry.path, into)
    _dress(source, target)


def _folders(source: str, target: str, depth: int) -> None:
    """The folders of `source`, empty, so that files can be made, replaced and deleted in them."""
    with contextlib.suppress(PermissionError), os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                into = f"{target}/{entry.name}"
                os.mkdir(into, 0o755)
                if depth > 1 and entry.name not in _DEEP:
                    _folders(entry.path, into, depth - 1)
                else:
                    _dress(entry.path, into)
    _dress(source, target)


def _dress(source: str, target: str) -> None:
    about = os.stat(source)
    os.chmod(target, stat.S_IMODE(about.st_mode))
    os.utime(target, ns=(about.st_atime_ns, about.st_mtime_ns))
