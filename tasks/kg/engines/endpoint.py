"""Any SPARQL endpoint over HTTP, such as Virtuoso with Freebase."""

import json
import re
import time
from collections.abc import Sequence
from typing import Any

from harness import EnvironmentFailure, UsageError

from .base import Engine, TooSlow, any_of

PING = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"
PATIENCE = 10.0
"""Seconds for the question whether the endpoint is there at all."""
TOO_MUCH = ("S1T00", "exceeds the limit of", "TransactionTimeout")
"""What Virtuoso says of a query past its own limits."""
HUGE = 256 << 20


class Endpoint(Engine):
    def __init__(self, url: str, seconds: float) -> None:
        import httpx

        self.url, self.seconds = url, seconds
        self.shown = re.sub(r"//[^/@]*@", "//", url)
        """Without a password."""
        self.http = httpx.Client(
            transport=httpx.HTTPTransport(retries=2, limits=httpx.Limits(max_connections=64)),
            headers={"Accept": "application/sparql-results+json"},
            follow_redirects=True,
        )

    def check(self, known: Sequence[str]) -> None:
        """Raises `UsageError`, before a run starts, where nothing answers or nothing is known of `known`."""
        try:
            self._post(PING, max(self.seconds, PATIENCE))
            there = not known or self._post(any_of(known), max(self.seconds, PATIENCE))
        except (EnvironmentFailure, TooSlow) as wrong:
            self.close()
            why = str(wrong).removeprefix(f"{self.shown}: ") or "it took too long"
            raise UsageError(
                f"--kg-endpoint {self.shown} does not answer SPARQL: {why}; is it the address of the "
                "query service (Virtuoso: http://HOST:PORT/sparql), and is it running?"
            ) from None
        if not there:
            self.close()
            raise UsageError(
                f"--kg-endpoint {self.shown} answers, but knows none of the entities of these questions "
                f"(such as {known[0]}); is the graph loaded?"
            )

    def select(self, query: str) -> list[str]:
        try:
            return self._post(query, self.seconds)
        except TooSlow:
            try:  # is it this query, or is nobody there any more?
                self._post(PING, PATIENCE)
            except TooSlow:
                raise EnvironmentFailure(f"{self.shown} has stopped answering") from None
            raise

    def _post(self, query: str, seconds: float) -> list[str]:
        import httpx

        try:
            try:
                body = self._read(query, seconds)
            except (httpx.RemoteProtocolError, httpx.ReadError):  # an idle connection that was closed
                body = self._read(query, seconds)
            return _column(json.loads(body))
        except httpx.ReadTimeout:
            raise TooSlow from None
        except (httpx.HTTPError, httpx.InvalidURL) as wrong:
            said = str(wrong).splitlines()[0] if str(wrong) else ""
            raise EnvironmentFailure(f"{self.shown}: {type(wrong).__name__} {said}".rstrip()) from None
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as wrong:
            raise EnvironmentFailure(
                f"{self.shown}: no SPARQL results in JSON ({type(wrong).__name__}: {wrong})"
            ) from None

    def _read(self, query: str, seconds: float) -> bytes:
        """The body of the reply; a server that trickles is stopped too."""
        until, body = time.monotonic() + seconds, bytearray()
        with self.http.stream("POST", self.url, data={"query": query}, timeout=seconds) as reply:
            for piece in reply.iter_bytes():
                body += piece
                if time.monotonic() > until or len(body) > HUGE:
                    raise TooSlow
            if reply.is_error:
                text = body[:2000].decode("utf-8", "replace")
                if any(t in text for t in TOO_MUCH):
                    raise TooSlow
                line = " ".join(text.split())[:200]
                raise EnvironmentFailure(f"{self.shown}: HTTP {reply.status_code} {line}".rstrip())
            if reply.headers.get("X-SQL-State") == "S1TAT":  # Virtuoso gave up and sent what it had
                raise TooSlow
        return bytes(body)

    def facts(self) -> dict[str, str]:
        return {"engine": f"endpoint {self.shown}"}

    def close(self) -> None:
        self.http.close()


def _column(said: Any) -> list[str]:
    """The first variable's values in SPARQL 1.1 Query Results JSON."""
    name = said["head"]["vars"][0]
    return [str(row[name]["value"]) for row in said["results"]["bindings"] if name in row]
