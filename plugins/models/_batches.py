"""Requests of concurrent episodes, collected into batches for one worker thread."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from harness import ModelError

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Batches(Generic[Asked, Answered]):
    """Calls `work` with what was asked for in the last `wait` seconds, `most` things at a time.

    A batch holds what has waited longest, and what is `alike` to it by its `size`. What `work` answers by
    None waits again.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Asked]], Sequence[Answered | None]],
        most: int,
        wait: float,
        size: Callable[[Asked], Any] = lambda thing: None,
        alike: Callable[[Any, Any], bool] = lambda first, other: True,
    ) -> None:
        self.work = work
        self.size = size
        self.alike = alike
        self.most = most
        self.wait = wait
        self.thread = ThreadPoolExecutor(1, "model")
        self.waiting: list[tuple[Asked, asyncio.Future[Answered]]] = []
        self.running: asyncio.Task[None] | None = None

    async def call(self, function: Callable[[], Any]) -> Any:
        """Run something else in the worker thread: loading."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, function)

    async def ask(self, thing: Asked) -> Answered:
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self.waiting.append((thing, future))
        if self.running is None or self.running.done():
            self.running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self.waiting:
            if len(self.waiting) < self.most:
                await asyncio.sleep(self.wait)
            self.waiting = [(thing, f) for thing, f in self.waiting if not f.done()]  # not the cancelled
            try:
                taken = self._take()
            except Exception as e:
                taken, self.waiting = self.waiting, []
                _fail(taken, e)
            else:
                await self._answer(taken)

    def _take(self) -> list[tuple[Asked, "asyncio.Future[Answered]"]]:
        """The next batch, out of what waits."""
        taken: list[tuple[Asked, asyncio.Future[Answered]]] = []
        left: list[tuple[Asked, asyncio.Future[Answered]]] = []
        sizes = [self.size(thing) for thing, _ in self.waiting]
        for each, size in zip(self.waiting, sizes, strict=True):
            fits = len(taken) < self.most and self.alike(sizes[0], size)
            (taken if fits else left).append(each)
        self.waiting = left
        return taken

    async def _answer(self, wanted: Sequence[tuple[Asked, "asyncio.Future[Answered]"]]) -> None:
        if not wanted:
            return
        try:
            answers = await self.call(lambda: self.work([thing for thing, _ in wanted]))
        except Exception as e:
            _fail(wanted, e)
            return
        for (thing, future), answer in zip(wanted, answers, strict=True):
            if answer is None:
                self.waiting.append((thing, future))
            elif not future.done():
                future.set_result(answer)

    async def close(self) -> None:
        """Wait for the batch under way; nothing is begun any more."""
        if self.running is not None:
            self.running.cancel()
        for _, future in self.waiting:
            future.cancel()
        await asyncio.to_thread(self.thread.shutdown, True, cancel_futures=True)


def _fail(wanted: Sequence[tuple[Any, "asyncio.Future[Any]"]], e: Exception) -> None:
    for _, future in wanted:
        if not future.done():
            failure = ModelError(f"the model failed: {type(e).__name__}: {e}")
            failure.__cause__ = e
            future.set_exception(failure)
