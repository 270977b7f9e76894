"""One server: connections, retries, and failures that say where and why.

Retries are ours and not the openai package's, so that Retry-After is honoured whole, a pause holds no
connection, and the last error is told in the server's words.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from harness import ContextLimit, ModelError, ModelOptions

from ._chat import Malformed, shorten
from ._failures import Refusal, pause

if TYPE_CHECKING:
    from openai import AsyncOpenAI

T = TypeVar("T")

KEPT = 60.0
"""Seconds an idle connection is kept; longer than most environments need for a step."""


class Refused(ModelError):
    """The server will not answer this request, however often it is sent."""

    def __init__(self, message: str, refusal: Refusal) -> None:
        super().__init__(message)
        self.refusal = refusal


class TooLong(ContextLimit):
    """The server's context limit; `room` is what it would leave for the reply."""

    def __init__(self, message: str, room: int) -> None:
        super().__init__(message)
        self.room = room


class Client:
    """A pool of connections to one server."""

    def __init__(self, base_url: str, api_key: str, options: ModelOptions, backoff: float = 0.5) -> None:
        self.url = base_url.rstrip("/")
        self.api_key = api_key
        self.options = options
        self.backoff = backoff
        self.slots = asyncio.Semaphore(options.max_connections)
        self._sdk: AsyncOpenAI | None = None

    @property
    def sdk(self) -> "AsyncOpenAI":
        """The openai package's client, made inside the event loop that uses it."""
        if self._sdk is None:
            import openai

            most = self.options.max_connections
            limits = type(openai.DEFAULT_CONNECTION_LIMITS)(
                max_connections=most, max_keepalive_connections=most, keepalive_expiry=KEPT
            )
            http = openai.DefaultAioHttpClient(
                limits=limits,
                timeout=type(openai.DEFAULT_TIMEOUT)(self.options.timeout, connect=10.0),
                trust_env=not is_loopback(self.url),  # a proxy cannot reach this machine's own ports
            )
            self._sdk = openai.AsyncOpenAI(
                base_url=self.url, api_key=self.api_key, http_client=http, max_retries=0
            )
        return self._sdk

    async def close(self) -> None:
        if self._sdk is not None:
            await self._sdk.close()
            self._sdk = None

    async def reach(self, tries: int = 3) -> None:
        """Raise `ModelError` unless something answers; any HTTP status but 401 and 403 is an answer."""
        import openai

        for tried in range(tries):
            try:
                await self.sdk.get("/models", cast_to=object, options={"timeout": 10.0})
                return
            except (openai.AuthenticationError, openai.PermissionDeniedError) as e:
                refusal = Refusal.read(e.status_code, e.body, e.response.headers)
                raise Refused(f"{self.url} refuses the API key: {refusal}", refusal) from None
            except (openai.APIStatusError, ValueError):
                return
            except openai.APIConnectionError as e:
                last = e
            await asyncio.sleep(self.backoff * 2**tried)
        raise ModelError(
            f"no server answers at {self.url}: GET {self.url}/models was tried {tries} times, "
            f"lastly {_root(last)}. Is the server running, and is --base-url right?"
        )

    async def post(self, path: str, body: Mapping[str, Any], read: Callable[[Any], T]) -> T:
        """The answer as `read` understands it, after as many tries as allowed.

        Raises `ContextLimit`, `Refused` for what no repetition mends, and `ModelError` at the end of
        the tries. Where the caller's time runs out between tries, the cancellation notes the last failure.
        """
        last: _Again | None = None
        try:
            for tried in range(self.options.max_retries + 1):
                try:
                    async with self.slots:
                        return await self._once(path, body, read)
                except _Again as again:
                    last = again
                wait = pause(tried, last.headers, self.backoff)
                if wait > self.options.timeout:
                    raise ModelError(f"{self.url} asks to wait {wait:.0f} s: {last.why}")
                if tried < self.options.max_retries:
                    await asyncio.sleep(wait)
        except asyncio.CancelledError as e:
            if last is not None:
                e.add_note(f"{self.url}: the last error was {last.why}")
            raise
        assert last is not None
        raise ModelError(f"{self.url}: gave up after {tried + 1} tries, the last error was {last.why}")

    async def _once(self, path: str, body: Mapping[str, Any], read: Callable[[Any], T]) -> T:
        import openai

        try:
            answer = await self.sdk.post(path, cast_to=object, body=body)
        except openai.APIStatusError as e:
            raise self._judged(Refusal.read(e.status_code, e.body, e.response.headers)) from None
        except openai.APITimeoutError as e:
            raise _Again(f"a timeout ({_root(e)})") from None
        except openai.APIConnectionError as e:
            raise _Again(f"a broken connection ({_root(e)})") from None
        except ValueError as e:  # a body that calls itself JSON and is not
            raise _Again(f"a malformed answer ({e})") from None
        if isinstance(answer, Mapping) and answer.get("error") and not answer.get("choices"):
            raise self._judged(Refusal.inside(answer))
        try:
            return read(answer)
        except Malformed as e:
            raise _Again(f"a malformed answer ({e})") from None

    def _judged(self, refusal: Refusal) -> Exception:
        """What a refusal means, as the exception to raise."""
        if refusal.is_context:
            return TooLong(shorten(refusal.message), refusal.room)
        if refusal.is_temporary:
            return _Again(str(refusal), refusal.headers)
        return Refused(f"{self.url} refuses the request: {refusal}", refusal)


class _Again(Exception):
    """A failure that another try may heal."""

    def __init__(self, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.headers: Mapping[str, str] = headers or {}


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _root(error: BaseException) -> str:
    """The first cause, by name: the layers between name every lost connection a timeout."""
    while (cause := error.__cause__) is not None:
        error = cause
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
