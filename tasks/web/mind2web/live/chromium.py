"""One headless Chromium a process, driven from a thread of its own.

Objects of playwright's sync API belong to the thread that made them, while the harness calls an
environment from any thread: so all work is handed to this one.
"""

import atexit
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from harness import EnvironmentFailure, UsageError

from .server import Server

T = TypeVar("T")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_HOW = (
    "mind2web --live plays in a real Chromium. Install playwright with: "
    "pip install 'agentbench-harness[live]', and a Chromium with: apt-get install chromium, or: "
    "playwright install chromium; another one can be named by -T chromium=PATH"
)


def check() -> None:
    """Raises `UsageError` that says how to get playwright."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        raise UsageError(_HOW) from None


def executable(options: Mapping[str, str]) -> str:
    """The Chromium to use: the one named, the system's, playwright's own. Raises `UsageError`."""
    check()
    if named := options.get("chromium"):
        if not (Path(named).is_file() and os.access(named, os.X_OK)):
            raise UsageError(f"-T chromium={named}: no such program")
        return named
    if found := next(filter(None, map(shutil.which, _NAMES)), None):
        return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    own = sorted(cache.glob("chromium*/chrome-linux*/*")) if cache.is_dir() else []
    programs = [p for p in own if p.name in ("chrome", "headless_shell") and os.access(p, os.X_OK)]
    if not programs:
        raise UsageError(_HOW)
    return str(programs[-1])


def facts(options: Mapping[str, str]) -> Mapping[str, str]:
    """The versions that observations depend on."""
    program = executable(options)
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30)
    number = next((w for w in said.stdout.split() if w[:1].isdigit()), "unknown")
    return {"chromium": number, "playwright": version("playwright")}


class Chromium:
    """The browser and the server of the pages that it shows."""

    def __init__(self, program: str) -> None:
        self.server = Server()
        self._jobs: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="mind2web chromium", daemon=True)
        self._thread.start()
        self._driver: Any = None
        self.browser: Any = None
        self.open = True
        try:
            self.call(lambda: self._launch(program))
        except BaseException:
            self.close()
            raise

    def call(self, job: Callable[[], T]) -> T:
        """Run a job in the browser's thread and wait for it."""
        if not self.open:
            raise EnvironmentFailure("Chromium was closed")
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future.result()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            do, future = job
            try:
                future.set_result(do())
            except BaseException as e:
                future.set_exception(e)

    def _launch(self, program: str) -> None:
        from playwright.sync_api import Error, sync_playwright

        self._driver = sync_playwright().start()
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        arguments += ["--disable-dev-shm-usage", "--disable-background-networking", "--lang=en-US"]
        # Nothing but loopback has an address: whatever a page names, no name is looked up.
        arguments.append("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")
        try:
            self.browser = self._driver.chromium.launch(executable_path=program, args=arguments)
        except Error as e:
            raise EnvironmentFailure(f"{program} does not start: {e.message.splitlines()[0]}") from e

    def close(self) -> None:
        if self.open:
            self.call(self._quit)
            self.open = False
            self._jobs.put(None)
            self._thread.join()
            self.server.close()

    def _quit(self) -> None:
        from playwright.sync_api import Error

        if self.browser is not None:
            with suppress(Error):  # it may have crashed
                self.browser.close()
        if self._driver is not None:
            self._driver.stop()

    @property
    def alive(self) -> bool:
        """Whether it was neither closed nor crashed."""
        return self.open and bool(self.browser.is_connected())


_lock = Lock()
_running: dict[str, Chromium] = {}


def chromium(options: Mapping[str, str]) -> Chromium:
    """The process's browser, started when it is first needed."""
    program = executable(options)
    with _lock:
        found = _running.get(program)
        if found is None or not found.alive:
            if found is not None:
                found.close()
            elif not _running:
                atexit.register(close_all)
            found = _running[program] = Chromium(program)
        return found


def close_all() -> None:
    """End every browser and server that was started."""
    with _lock:
        browsers = list(_running.values())
        _running.clear()
    for browser in browsers:
        browser.close()
