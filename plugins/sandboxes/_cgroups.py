"""Memory and process limits by control groups, v1 or v2, as children of the caller's own group.

Where none can be made the sandbox falls back on rlimits, and `describe()` says so.
Covered by tests here: v1. The v2 branch is tested on a made-up folder only.
"""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH102, PTH106, PTH112, PTH120, PTH123, PTH208

import contextlib
import os
import time
from collections.abc import Mapping, Sequence

_PREFIX = "harness-sandbox-"
_FILES = {
    1: {"memory": "memory.limit_in_bytes", "pids": "pids.max"},
    2: {"memory": "memory.max", "pids": "pids.max"},
}


def own_groups(mounts: str = "/proc/self/mountinfo", membership: str = "/proc/self/cgroup") -> dict[str, str]:
    """Folder of the caller's group for `memory`, `pids` (v1) and `2` (the unified tree), if mounted."""
    places: dict[str, tuple[str, str]] = {}
    for line in _lines(mounts):
        left, _, right = line.partition(" - ")
        root, at = left.split()[3:5]
        kind, _, options = right.split()[:3]
        names = ["2"] if kind == "cgroup2" else options.split(",") if kind == "cgroup" else []
        for name in names:
            if name in ("2", "memory", "pids"):
                places.setdefault(name, (root, at))
    found: dict[str, str] = {}
    for line in _lines(membership):
        _, controllers, path = line.split(":", 2)
        for name in controllers.split(",") if controllers else ["2"]:
            if name in places:
                root, at = places[name]
                inside = path.removeprefix(root.rstrip("/")) if path.startswith(root.rstrip("/")) else ""
                found[name] = at + inside.rstrip("/")
    return found


def create(name: str, limits: Mapping[str, int], own: Mapping[str, str]) -> dict[str, list[str]]:
    """Make groups that hold `limits` (`memory` bytes, `pids`); answers which limit lies in which folder."""
    made: dict[str, list[str]] = {}
    for limit, value in limits.items():
        candidates = [(1, own[limit])] if limit in own else []
        if "2" in own:
            # v2 forbids a group with processes to have limited children: a sibling is the way out.
            candidates += [(2, own["2"]), (2, os.path.dirname(own["2"]))]
        for version, parent in candidates:
            folder = f"{parent}/{_PREFIX}{name}"
            if _limited(version, parent, folder, limit, value):
                made.setdefault(folder, []).append(limit)
                break
    return made


def _limited(version: int, parent: str, folder: str, limit: str, value: int) -> bool:
    fresh = not os.path.isdir(folder)
    try:
        if version == 2:
            with contextlib.suppress(OSError):
                _write(f"{parent}/cgroup.subtree_control", f"+{limit}")
        if fresh:
            os.mkdir(folder)
        _write(f"{folder}/{_FILES[version][limit]}", str(value))
        if limit == "memory":
            # Without swap in the account a hog would be paged out instead of stopped.
            with contextlib.suppress(OSError):
                if version == 1:
                    _write(f"{folder}/memory.memsw.limit_in_bytes", str(value))
                else:
                    _write(f"{folder}/memory.swap.max", "0")
    except OSError:
        if fresh:
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        return False
    return True


def join(folders: Sequence[str]) -> None:
    for folder in folders:
        _write(f"{folder}/cgroup.procs", "0")


def remove(folders: Sequence[str], patience: float = 3.0) -> None:
    """Remove emptied groups; the kernel needs a moment after the last process."""
    until = time.monotonic() + patience
    for folder in folders:
        while True:
            try:
                os.rmdir(folder)
            except FileNotFoundError:
                break
            except OSError:
                if time.monotonic() > until:
                    break
                time.sleep(0.005)
            else:
                break


def sweep(own: Mapping[str, str]) -> None:
    """Remove groups whose harness no longer lives: both were killed before they could."""
    parents = {*own.values(), *(os.path.dirname(p) for n, p in own.items() if n == "2")}
    for parent in parents:
        with contextlib.suppress(OSError):
            for name in os.listdir(parent):
                owner = name.removeprefix(_PREFIX).split("-")[0]
                if name.startswith(_PREFIX) and owner.isdigit() and not os.path.isdir(f"/proc/{owner}"):
                    remove([f"{parent}/{name}"], 0.0)


def _lines(path: str) -> list[str]:
    try:
        with open(path) as file:
            return file.read().splitlines()
    except OSError:
        return []


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)
