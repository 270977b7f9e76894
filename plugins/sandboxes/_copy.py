"""Copies an overlay's writable layer: owners, modes, times, links, deletions, opaque folders."""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH101, PTH102, PTH115, PTH211

import contextlib
import os
import stat

_CHUNK = 1 << 24


def copy_tree(source: str, target: str) -> None:
    """Copy what is in `source` into the existing folder `target`.

    The source may be alive: what vanishes during the copy is left out.
    """
    _copy_folder(source, target, {})


def _copy_folder(source: str, target: str, linked: dict[tuple[int, int], str]) -> None:
    with os.scandir(source) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                _copy_entry(entry.path, f"{target}/{entry.name}", linked)
    _copy_attributes(source, target, os.lstat(source))


def _copy_entry(source: str, target: str, linked: dict[tuple[int, int], str]) -> None:
    about = os.lstat(source)
    kind = stat.S_IFMT(about.st_mode)
    if kind == stat.S_IFDIR:
        os.mkdir(target)
        _copy_folder(source, target, linked)
        return
    if about.st_nlink > 1 and kind != stat.S_IFCHR:
        known = linked.setdefault((about.st_dev, about.st_ino), target)
        if known != target:
            os.link(known, target, follow_symlinks=False)
            return
    if kind == stat.S_IFREG:
        _copy_bytes(source, target)
    elif kind == stat.S_IFLNK:
        os.symlink(os.readlink(source), target)
    else:  # whiteouts are character devices 0:0; pipes and sockets keep their kind
        os.mknod(target, about.st_mode, about.st_rdev)
    _copy_attributes(source, target, about)


def _copy_bytes(source: str, target: str) -> None:
    reader = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        writer = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            while os.sendfile(writer, reader, None, _CHUNK):
                pass
        finally:
            os.close(writer)
    finally:
        os.close(reader)


def _copy_attributes(source: str, target: str, about: os.stat_result) -> None:
    os.chown(target, about.st_uid, about.st_gid, follow_symlinks=False)
    for name in os.listxattr(source, follow_symlinks=False):
        value = os.getxattr(source, name, follow_symlinks=False)
        os.setxattr(target, name, value, follow_symlinks=False)
    if not stat.S_ISLNK(about.st_mode):
        os.chmod(target, stat.S_IMODE(about.st_mode))  # after chown, which clears setuid bits
    os.utime(target, ns=(about.st_atime_ns, about.st_mtime_ns), follow_symlinks=False)
