"""A server that the harness starts itself, and that ends with it."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from typing import IO, Any

from harness import ModelError

PATIENCE = 300.0
"""Seconds for loading weights; a big file on a slow disk takes minutes."""
TOLD = 15
"""Lines of the server's log that an error repeats."""


class Server:
    """`python -m MODULE SETTINGS`, which prints {"url": ...} once it can answer."""

    def __init__(self, module: str, settings: Mapping[str, Any]) -> None:
        self.module = module
        self.settings = settings
        self.process: asyncio.subprocess.Process | None = None
        self.log: IO[bytes] | None = None

    async def start(self) -> str:
        """The server's address. Raises `ModelError` with the last lines of its log."""
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  (open as long as the server)
        said = json.dumps({**self.settings, "parent": os.getpid()})
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self.module, said),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self.log,
            start_new_session=True,  # Ctrl-C is for the harness, which still has answers to write down
        )
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE):
                while line := await self.process.stdout.readline():
                    if line.startswith(b'{"url"'):
                        return str(json.loads(line)["url"])
        except TimeoutError:
            words = self.words()
            await self.stop()
            raise ModelError(f"the server was not ready after {PATIENCE:.0f} s{words}") from None
        code, words = await self.process.wait(), self.words()
        await self.stop()
        raise ModelError(f"the server did not start (exit status {code}){words}")

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        if self.log is not None:
            self.log.close()
            self.log = None

    @property
    def pid(self) -> int | None:
        return None if self.process is None else self.process.pid

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.returncode is not None

    def words(self) -> str:
        """The end of the log, to be added to a message."""
        if self.log is None:
            return ""
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").splitlines()[-TOLD:]
        return "".join(f"\n    {line}" for line in lines)
