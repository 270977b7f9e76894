"""A loopback server that answers as it is told, and keeps what it was asked."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


def chat(*texts: str, usage: dict[str, Any] | None = None, **message: Any) -> dict[str, Any]:
    """A well-formed answer with one choice for each text."""
    choices = [
        {"index": i, "finish_reason": "stop", "message": {"role": "assistant", "content": t, **message}}
        for i, t in enumerate(texts)
    ]
    return {"object": "chat.completion", "choices": choices, "usage": usage}


@dataclass
class Answer:
    """One answer: a status with JSON or raw bytes, after some time, or a connection that is dropped."""

    body: Any = field(default_factory=lambda: chat("hello"))
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False


Plan = Sequence[Answer] | Callable[[dict[str, Any]], Answer]


@dataclass
class Loopback:
    """Answers by a list (its last one for ever) or by a function of the request's body."""

    plan: Plan
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    models: Answer = field(default_factory=lambda: Answer({"object": "list", "data": []}))
    url: str = ""
    now: int = 0
    most: int = 0
    """Requests that were under way at once, at most."""

    async def complete(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            plan = self.plan
            answer = plan(body) if callable(plan) else plan[min(len(self.asked), len(plan)) - 1]
            await asyncio.sleep(answer.delay)
            return self.send(request, answer)
        finally:
            self.now -= 1

    def send(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        if answer.drop:
            assert request.transport is not None
            request.transport.abort()
        raw = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        kind = "application/json"
        return web.Response(body=raw, status=answer.status, headers=answer.headers, content_type=kind)

    async def listing(self, request: web.Request) -> web.StreamResponse:
        return self.send(request, self.models)


@asynccontextmanager
async def serving(plan: Plan) -> AsyncIterator[Loopback]:
    """A server on a free loopback port while the block runs."""
    server = Loopback(plan)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.complete)
    app.router.add_get("/v1/models", server.listing)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()


@contextmanager
def beside(plan: Plan) -> Iterator[Loopback]:
    """The server in another thread, for programs that are not of this event loop."""
    up = threading.Event()
    there: list[tuple[Loopback, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        async with serving(plan) as server:
            there.append((server, asyncio.get_running_loop(), stop := asyncio.Event()))
            up.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))  # which ends answers under way, too
    thread.start()
    try:
        assert up.wait(20)
        yield there[0][0]
    finally:
        for _, loop, stop in there:
            loop.call_soon_threadsafe(stop.set)
        thread.join(20)
