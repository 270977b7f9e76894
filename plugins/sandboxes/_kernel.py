"""System calls that Python 3.11 does not offer, by ctypes. Imported by the zygote: standard library only."""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH123, SIM115

import ctypes
import fcntl
import os
import platform
import socket
import struct
from typing import Final

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWCGROUP: Final = 0x02000000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000
CLONE_PARENT: Final = 0x00008000
SIGCHLD: Final = 17

MS_RDONLY: Final = 0x1
MS_NOSUID: Final = 0x2
MS_NODEV: Final = 0x4
MS_NOEXEC: Final = 0x8
MS_REMOUNT: Final = 0x20
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 1 << 18
MS_SLAVE: Final = 1 << 19
MNT_DETACH: Final = 2

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_CAPBSET_DROP: Final = 24

_MACHINE = platform.machine()
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41}.get(_MACHINE, 155)
_CLONE = {"x86_64": 56, "aarch64": 220, "riscv64": 220}.get(_MACHINE, 56)
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442  # one number on every architecture
_AT_FDCWD, _AT_EMPTY_PATH = -100, 0x1000

# PyDLL keeps the interpreter's lock: `clone` must not return in a child without it.
_libc = ctypes.PyDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _syscall(what: str, number: int, *arguments: object) -> int:
    return _checked(int(_libc.syscall(ctypes.c_long(number), *arguments)), what)


def unshare(flags: int) -> None:
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int = 0, data: str = "") -> None:
    def raw(text: str | None) -> bytes | None:
        return os.fsencode(text) if text else None

    result = _libc.mount(raw(source), raw(target), raw(kind), ctypes.c_ulong(flags), raw(data))
    _checked(result, f"mount {kind or source} on {target} ({data})")


def unmount(target: str) -> None:
    _checked(_libc.umount2(os.fsencode(target), ctypes.c_int(MNT_DETACH)), f"unmount {target}")


def pivot_root_here() -> None:
    """Make the present directory the root and let go of the old one."""
    _syscall("pivot_root", _PIVOT_ROOT, b".", b".")
    unmount(".")
    os.chdir("/")


def clone(flags: int) -> int:
    """fork(2) into new namespaces; only for a process with one thread."""
    return _syscall("clone", _CLONE, ctypes.c_ulong(flags), None, None, None, None)


def prctl(option: int, value: int) -> None:
    nothing = ctypes.c_ulong(0)
    _checked(_libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), nothing, nothing, nothing), "prctl")


def mount_shifted(source: str, target: str, user_namespace: int) -> None:
    """Show `source` (its own file system only) at `target`, owners moved as the user namespace maps them."""
    clone_it, close_on_exec, move_empty_path, idmap = 1, os.O_CLOEXEC, 0x4, 0x00100000
    flags = ctypes.c_uint(clone_it | close_on_exec | _AT_EMPTY_PATH)
    tree = _syscall("open_tree", _OPEN_TREE, ctypes.c_int(_AT_FDCWD), os.fsencode(source), flags)
    try:
        wanted = struct.pack("QQQQ", idmap, 0, 0, user_namespace)
        empty = ctypes.c_uint(_AT_EMPTY_PATH)
        size = ctypes.c_size_t(len(wanted))
        _syscall("mount_setattr", _MOUNT_SETATTR, ctypes.c_int(tree), b"", empty, wanted, size)
        here, to = ctypes.c_int(tree), ctypes.c_int(_AT_FDCWD)
        _syscall(
            "move_mount", _MOVE_MOUNT, here, b"", to, os.fsencode(target), ctypes.c_uint(move_empty_path)
        )
    finally:
        os.close(tree)


def keep_capabilities(kept: int) -> None:
    """Give up, for this process and all it will start, every capability that is not in the bit set."""
    last = int(open("/proc/sys/kernel/cap_last_cap").read())
    for number in range(last + 1):
        if not kept >> number & 1:
            prctl(PR_CAPBSET_DROP, number)
    header = struct.pack("Ii", 0x20080522, 0)
    low, high = kept & 0xFFFFFFFF, kept >> 32
    data = struct.pack("IIIIII", low, low, 0, high, high, 0)
    _checked(_libc.capset(header, data), "capset")


def loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        up_and_running = 0x1 | 0x40
        fcntl.ioctl(probe, 0x8914, struct.pack("16sh22x", b"lo", up_and_running))  # SIOCSIFFLAGS


def set_hostname(name: str) -> None:
    raw = name.encode()
    _checked(_libc.sethostname(raw, ctypes.c_size_t(len(raw))), "sethostname")


def overwrite_arguments(words: bytes) -> None:
    """Show `words` as this process's command line instead of paths of the host."""
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    start, end = int(fields[45]), int(fields[46])  # arg_start, arg_end of proc(5), fields 48 and 49
    ctypes.memmove(start, words[: end - start].ljust(end - start, b"\0"), end - start)


def set_filter(program: bytes) -> None:
    """Install a seccomp program (struct sock_fprog)."""
    mode_filter = 2
    _checked(
        _libc.prctl(22, ctypes.c_ulong(mode_filter), program, ctypes.c_ulong(0), ctypes.c_ulong(0)), "seccomp"
    )
