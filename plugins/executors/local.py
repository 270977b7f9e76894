"""Episodes in this process, on one event loop."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

from harness import Executor, hookimpl

J = TypeVar("J")
R = TypeVar("R")


class Local(Executor):
    """At most `at_once` jobs run together; cancelling the iteration cancels them all."""

    async def run(
        self, jobs: Sequence[J], play: Callable[[J], Awaitable[R]], at_once: int
    ) -> AsyncGenerator[R, None]:
        waiting: Iterator[J] = iter(jobs)
        running: set[asyncio.Future[R]] = set()
        try:
            while True:
                while len(running) < at_once and (job := next(waiting, None)) is not None:
                    running.add(asyncio.ensure_future(play(job)))
                if not running:
                    return
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for finished in done:
                    yield finished.result()
        finally:
            for left in running:
                left.cancel()
            await asyncio.gather(*running, return_exceptions=True)


@hookimpl
def harness_executor(name: str) -> Executor | None:
    return Local() if name == "local" else None
