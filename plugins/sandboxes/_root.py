"""The inside of a sandbox's root: proc, dev, the change of root; and writing a file there."""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH102, PTH103, PTH105, PTH108, PTH110, PTH112, PTH120, PTH211

import contextlib
import errno
import os
from typing import NoReturn

from . import _kernel
from ._kernel import MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_REC, MS_REMOUNT

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}
_READ_ONLY = ("sys", "sysrq-trigger", "irq", "bus", "fs")
_MASKED = ("kcore", "keys", "timer_list", "sched_debug", "latency_stats", "scsi", "acpi")


def enter(root: str) -> None:
    """Make the assembled root ours and the only one."""
    os.makedirs(f"{root}/proc", exist_ok=True)
    os.makedirs(f"{root}/dev", exist_ok=True)
    # Mounts inherited from a more privileged namespace are locked; a bind of our own is not.
    _kernel.mount(root, root, None, MS_BIND | MS_REC)
    os.chdir(root)
    _kernel.mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    _populate_dev()
    # No user namespace below ours: it would hand out the capabilities that we give up.
    with contextlib.suppress(OSError):
        _write("proc/sys/user/max_user_namespaces", "0")
    _kernel.set_hostname("sandbox")
    _kernel.loopback_up()
    _protect_proc()
    _kernel.pivot_root_here()


def _populate_dev() -> None:
    _kernel.mount("dev", "dev", "tmpfs", MS_NOSUID, "mode=755,size=64k,nr_inodes=64")
    for name in _DEVICES:
        os.close(os.open(f"dev/{name}", os.O_CREAT | os.O_WRONLY, 0o666))
        _kernel.mount(f"/dev/{name}", f"dev/{name}", None, MS_BIND)
    for name, target in _LINKS.items():
        os.symlink(target, f"dev/{name}")
    os.mkdir("dev/pts")
    os.mkdir("dev/shm")
    options = "newinstance,ptmxmode=0666,mode=620"
    _kernel.mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, options)
    _kernel.mount("shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=64m,nr_inodes=4096")


def _protect_proc() -> None:
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    for name in _READ_ONLY:
        if os.path.exists(f"proc/{name}"):
            _kernel.mount(f"proc/{name}", f"proc/{name}", None, MS_BIND | MS_REC)
            _kernel.mount(None, f"proc/{name}", None, MS_BIND | MS_REMOUNT | MS_RDONLY | flags)
    for name in _MASKED:
        if os.path.isdir(f"proc/{name}"):
            _kernel.mount("none", f"proc/{name}", "tmpfs", flags | MS_RDONLY, "size=0,mode=555")
        elif os.path.exists(f"proc/{name}"):
            _kernel.mount("dev/null", f"proc/{name}", None, MS_BIND)


def write_file(path: str, mode: int, source: int, report: int) -> NoReturn:
    """Put the contents of a descriptor at `path`, with the folders above it, and report on a pipe.

    Runs inside the root, so links lead nowhere else. What was at `path` is replaced, not followed:
    a pipe or a link laid there by the agent neither blocks nor redirects us.
    """
    try:
        folder = os.path.dirname(path)
        os.makedirs(folder or "/", exist_ok=True)
        temporary = f"{folder}/.write-{os.getpid()}"
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            while os.sendfile(file, source, None, 1 << 24):
                pass
            os.fchmod(file, mode)
            os.close(file)
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise
        os.write(report, b"ok")
    except OSError as e:
        name = errno.errorcode.get(e.errno or 0, "?")
        os.write(report, f"{name}: {e.strerror}".encode())
    except BaseException as e:
        os.write(report, f"{type(e).__name__}: {e}".encode())
    finally:
        os._exit(0)


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)
