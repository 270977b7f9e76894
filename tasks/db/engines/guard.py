"""Runs a server that must not outlive its parent: `python -I -S guard.py FOLDER COMMAND...`.

Standard input is a pipe whose other end only the parent holds: when the parent is gone, even by
kill -9, it reads as closed, and the server and its folder go. Should this process be killed itself,
the kernel kills the server (PR_SET_PDEATHSIG; here it is safe, because the signal follows the death
of the thread that forked, and this process has one thread).
"""

import ctypes
import os
import resource
import select
import shutil
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
LARGEST_FILE = 512 * 2**20


def main(folder: str, command: list[str]) -> int:
    parent = os.getppid()
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent)
    try:
        # A process that the parent forked may hold its end of the pipe open: watch both.
        while server.poll() is None and os.getppid() == parent:
            ready, _, _ = select.select([0], [], [], 0.5)
            if ready and not os.read(0, 1):
                break
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full file is an error to the server, not its death
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
