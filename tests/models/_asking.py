"""Asking the `openai` provider something on a loopback server."""

import asyncio
from typing import Any

from harness.plugins.models import openai as provider

from harness import Generation, Message, ModelOptions, Request, Response
from tests.models._server import Loopback, Plan, serving

HELLO = Request((Message("user", "Hi"),), generation=Generation(seed=7))


def model(server: Loopback, args: dict[str, str] | None = None, **options: Any) -> Any:
    args = {"backoff": "0.01", **(args or {})}
    return provider.harness_model("openai/m", ModelOptions(base_url=server.url, args=args, **options))


def ask(
    plan: Plan, *requests: Request, args: dict[str, str] | None = None, **options: Any
) -> tuple[list[Response], Loopback]:
    """The answers to requests that are sent one after the other."""

    async def run() -> tuple[list[Response], Loopback]:
        async with serving(plan) as server:
            m = model(server, args, **options)
            try:
                return [await m.generate(r) for r in requests or (HELLO,)], server
            finally:
                await m.close()

    return asyncio.run(asyncio.wait_for(run(), 20))
