"""`openai/NAME`: any server that speaks OpenAI's chat completions, through the openai package.

    harness run --model openai/Qwen3-8B --base-url http://127.0.0.1:8000/v1

Options (`-M key=value`):

    n=false              never ask for several replies in one request (or n=4: for four at most); otherwise
                         the server's first answers show what it supports
    price-in, price-out  dollars for a million prompt and completion tokens
    drop=seed,top_p      fields that this server refuses
    extra={...}          more fields for every request, as a JSON object
    timeout=600          seconds for one request, and the longest pause that a server may ask for
    retries=6            tries after the first, where another may help
    backoff=0.5          seconds before the first retry, doubled with each

Not covered: servers that cut a long prompt without saying so (Ollama does): their episodes never end as
`context limit`.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from harness import (
    Model,
    ModelCapabilities,
    ModelError,
    ModelOptions,
    Request,
    Response,
    Usage,
    UsageError,
    hookimpl,
)

from . import _chat, _settings
from ._client import Client, Refused, TooLong

OPENAI = "https://api.openai.com/v1"
KNOWN: Mapping[str, _settings.Reader] = {
    "n": _settings.several,
    "price-in": _settings.amount,
    "price-out": _settings.amount,
    "drop": _settings.words,
    "extra": _settings.mapping,
    "backoff": _settings.amount,
    "timeout": _settings.amount,
    "retries": _settings.whole,
}
MOST = 128
"""OpenAI's own limit of replies to one request."""


class OpenAI(Model):
    """A model behind a server. At most `max_connections` requests are under way at once."""

    capabilities = ModelCapabilities(tools=True, several=True)

    def __init__(self, name: str, model: str, base_url: str, api_key: str, options: ModelOptions) -> None:
        self.name = name
        self.model = model
        """What the server calls it."""
        given = _settings.read(name.partition("/")[0], options.args, KNOWN)
        timeout, retries = given.get("timeout", options.timeout), given.get("retries", options.max_retries)
        options = replace(options, timeout=timeout, max_retries=retries)
        self.client = Client(base_url, api_key, options, given.get("backoff", 0.5))
        self.most: int = given.get("n", MOST)
        """Replies the server gives to one request; lowered when it turns out to give fewer."""
        self.dollars = (given.get("price-in", 0.0) / 1e6, given.get("price-out", 0.0) / 1e6)
        self.drop: tuple[str, ...] = given.get("drop", ())
        self.extra: dict[str, Any] = given.get("extra", {})
        self.renamed = False
        """The server wants `max_completion_tokens`, as OpenAI's reasoning models do."""

    async def start(self) -> None:
        try:
            await self.client.reach()
        except ModelError:
            await self.close()
            raise

    async def close(self) -> None:
        await self.client.close()

    def describe(self) -> dict[str, str]:
        return {"base_url": self.client.url}

    async def generate(self, request: Request) -> Response:
        return await self._several(request, request.n, 0)

    async def _several(self, request: Request, n: int, first: int) -> Response:
        """Replies number `first` to `first + n`, in as few requests as the server allows, in parallel."""
        sizes = [min(self.most, n - at) for at in range(0, n, self.most)]
        if len(sizes) == 1:
            return await self._share(request, n, first)
        shares = (self._share(request, size, first + i * self.most) for i, size in enumerate(sizes))
        answers = await asyncio.gather(*shares, return_exceptions=True)
        if failures := [a for a in answers if isinstance(a, BaseException)]:
            raise failures[0]
        return _joined([a for a in answers if isinstance(a, Response)])

    async def _share(self, request: Request, n: int, first: int) -> Response:
        """`n` replies in one request; what the server does not give is asked for again, and remembered."""
        seed = request.generation.seed
        seed = None if seed is None else (seed + first * _chat.STRIDE) % 2**31
        try:
            response = await self._ask(request, n, seed)
        except Refused as refused:
            return await self._without_n(request, n, first, refused)
        given = len(response.replies)
        if given >= n:
            return Response(response.replies[:n], response.usage)
        self.most = min(self.most, given)
        return _joined([response, await self._several(request, n - given, first + given)])

    async def _without_n(self, request: Request, n: int, first: int, refused: Refused) -> Response:
        """Learn whether `n` is what the server refused: then it answers the same request for one."""
        if n == 1:
            raise refused
        try:
            response = await self._share(request, 1, first)
        except Refused:
            raise refused from None
        self.most = 1
        return _joined([response, await self._several(request, n - 1, first + 1)])

    async def _ask(self, request: Request, n: int, seed: int | None) -> Response:
        """One request, sent again where the server's refusal says how it would be accepted."""
        body = self._body(request, n, seed)
        stop = request.generation.stop
        try:
            return await self._send(body, stop)
        except TooLong as too_long:
            if too_long.room < 1:
                raise
            return await self._send(self._shortened(body, too_long.room), stop)
        except Refused as refused:
            if "max_tokens" not in body or "max_completion_tokens" not in refused.refusal.message:
                raise
            self.renamed = True
            return await self._send(self._body(request, n, seed), stop)

    def _body(self, request: Request, n: int, seed: int | None) -> dict[str, Any]:
        body = {**_chat.body(request, self.model, n, seed), **self.extra}
        if self.renamed:
            body["max_completion_tokens"] = body.pop("max_tokens")
        return {k: v for k, v in body.items() if k not in self.drop} if self.drop else body

    def _shortened(self, body: dict[str, Any], room: int) -> dict[str, Any]:
        """The body with no more room for the reply than is left: vLLM and SGLang refuse a prompt that
        fits if the longest reply would not, where llama.cpp and transformers just stop in time."""
        field = "max_completion_tokens" if self.renamed else "max_tokens"
        return {**body, field: min(room, body.get(field, room))}

    async def _send(self, body: dict[str, Any], stop: tuple[str, ...]) -> Response:
        def read(answer: Any) -> Response:
            replies = tuple(_chat.replies(answer, stop))
            used = _chat.usage(answer)
            spent = used.prompt_tokens * self.dollars[0] + used.completion_tokens * self.dollars[1]
            return Response(replies, replace(used, cost=spent) if spent else used)

        return await self.client.post("/chat/completions", body, read)


def _joined(responses: list[Response]) -> Response:
    """Several answers as the answer to one call."""
    used = sum((r.usage for r in responses), Usage())
    return Response(tuple(reply for r in responses for reply in r.replies), replace(used, calls=1))


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    provider, _, model = name.partition("/")
    if provider != "openai":
        return None
    if not model:
        raise UsageError("--model openai/NAME: the name of the model on the server is missing")
    url = options.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise UsageError(f"--base-url {url}: expected a URL such as http://127.0.0.1:8000/v1")
    key = options.api_key or os.environ.get("OPENAI_API_KEY")
    if not key and url == OPENAI:
        raise UsageError(f"{url} needs a key: set OPENAI_API_KEY, or name your own server with --base-url")
    return OpenAI(name, model, url, key or "none", options)
