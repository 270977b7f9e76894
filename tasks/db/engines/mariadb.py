"""A private MariaDB: own data directory on tmpfs, unix socket, no network, gone with this process.

Started at the first episode (about 0.5 s), shared by all of a run. Needs `mariadbd` from the
system's packages, nothing running and no privileges.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Lock
from typing import Any

from harness import EnvironmentFailure, UsageError

from .mysql import driver
from .server import Server

GUARD = Path(__file__).with_name("guard.py")
SBIN = "/usr/sbin:/usr/local/sbin:/usr/libexec:/sbin"
"""Where servers are installed, on the path or not."""
STARTING = 60.0
"""Seconds that the server may take to answer."""
_FAST = (
    "--skip-networking",
    "--skip-log-bin",
    "--performance-schema=OFF",
    "--local-infile=0",
    "--symbolic-links=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=48M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-stats-persistent=0",
    "--key-buffer-size=1M",
    "--max-allowed-packet=4M",
    "--tmp-table-size=16M",
    "--max-heap-table-size=16M",
    "--tmp-disk-table-size=128M",
    "--max-session-mem-used=256M",
    "--max-connections=1000",
    "--character-set-server=utf8mb4",
    "--lower-case-table-names=0",
)
_MISSING = "the MariaDB engine of db needs mariadbd, which is not installed: apt-get install mariadb-server"


class MariaDb(Server):
    name = "mariadb"

    def __init__(self, scratch: Path, limit: float = 10.0) -> None:
        super().__init__(limit)
        self.scratch = scratch
        self.starting = Lock()
        self.socket = ""
        self.guard: subprocess.Popen[bytes] | None = None
        driver()
        if _program("mariadbd") is None or _program("mariadb-install-db") is None:
            raise UsageError(f"{_MISSING}; or choose -T engine=sqlite (another engine, another score)")

    def target(self) -> dict[str, Any]:
        with self.starting:
            if self.guard is None:
                self._start()
        return {"unix_socket": self.socket, "user": "root"}

    def _start(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="harness-db-", dir=_room(self.scratch)))
        data, error = folder / "data", folder / "server.err"
        (folder / "tmp").mkdir()
        user = ("--user=root",) if os.geteuid() == 0 else ()  # mariadbd wants root to say so
        install = (
            str(_program("mariadb-install-db")), "--no-defaults", f"--datadir={data}", *user,
            "--auth-root-authentication-method=normal", "--skip-test-db",
        )  # fmt: skip
        done = subprocess.run(install, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            raise EnvironmentFailure(f"mariadb-install-db failed: {(done.stderr or done.stdout)[-800:]}")
        self.socket = str(folder / "s")
        command = (
            str(_program("mariadbd")), "--no-defaults", f"--datadir={data}", f"--socket={self.socket}",
            f"--pid-file={folder / 'pid'}", f"--log-error={error}", f"--tmpdir={folder / 'tmp'}",
            f"--secure-file-priv={folder / 'tmp'}", f"--max-statement-time={self.limit:g}", *user, *_FAST,
        )  # fmt: skip
        guard = (sys.executable, "-I", "-S", str(GUARD), str(folder), *command)
        self.guard = subprocess.Popen(
            guard,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait(error)

    def _wait(self, error: Path) -> None:
        until = time.monotonic() + STARTING
        while not os.path.exists(self.socket):  # noqa: PTH110  (a socket, asked often)
            assert self.guard is not None
            if self.guard.poll() is not None or time.monotonic() > until:
                said = error.read_text(errors="replace")[-800:] if error.exists() else ""
                self.close()
                raise EnvironmentFailure(f"mariadbd did not start: {said}")
            time.sleep(0.005)

    def close(self) -> None:
        super().close()
        guard, self.guard = self.guard, None
        if guard is not None and guard.stdin is not None:
            guard.stdin.close()  # the guard kills the server: its data is not needed any more
            guard.wait()


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=SBIN)


def _room(scratch: Path) -> Path:
    """tmpfs where there is room (200 MB), else the run's own folder; a socket's path must be short."""
    shm = Path("/dev/shm")
    if os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 200_000_000:
        return shm
    return scratch if len(str(scratch)) < 70 else Path(tempfile.gettempdir())
