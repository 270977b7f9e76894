"""Which processes of a sandbox a command started, read from /proc by process 1."""

import contextlib
import os
from collections.abc import Collection
from typing import NamedTuple


class _Process(NamedTuple):
    parent: int
    started: int
    """Clock ticks since boot."""


def started_since(proc: int, since: int, keep: Collection[int]) -> list[int]:
    """Processes not older than `since`, without `keep` and without the offspring of older ones."""
    table = _table(proc)
    old = {pid for pid, p in table.items() if pid != 1 and p.started < since and pid not in keep}

    def young(pid: int) -> bool:
        if pid == 1 or pid in keep or pid in old:
            return False
        ancestor = table[pid].parent
        while ancestor in table and ancestor != 1 and ancestor not in keep:
            if ancestor in old:
                return False
            ancestor = table[ancestor].parent
        return True

    return [pid for pid in table if young(pid)]


def _table(proc: int) -> dict[int, _Process]:
    table: dict[int, _Process] = {}
    for name in os.listdir(proc):
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError):
            file = os.open(f"{name}/stat", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
            try:
                # The command name may hold anything, parentheses included: the last one ends it.
                fields = os.read(file, 4096).rpartition(b")")[2].split()
            finally:
                os.close(file)
            if fields[0] not in b"ZX":
                table[int(name)] = _Process(int(fields[1]), int(fields[19]))
    return table
