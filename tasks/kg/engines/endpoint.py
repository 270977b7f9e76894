"""Any SPARQL endpoint over HTTP, such as Virtuoso with Freebase."""

from typing import Any

from harness import EnvironmentFailure, UsageError

from .base import Engine, TooSlow


class Endpoint(Engine):
    def __init__(self, url: str, seconds: float) -> None:
        import httpx

        self.url = url
        self.http = httpx.Client(timeout=seconds, headers={"Accept": "application/sparql-results+json"})

    def check(self) -> None:
        """Raises `UsageError` where nothing answers, before a run starts."""
        try:
            self.select("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")
        except (EnvironmentFailure, TooSlow) as wrong:
            self.close()
            why = str(wrong) or "it took too long"
            raise UsageError(f"--kg-endpoint {self.url} does not answer SPARQL: {why}") from None

    def select(self, query: str) -> list[str]:
        import httpx

        try:
            reply = self.http.post(self.url, data={"query": query})
            reply.raise_for_status()
            said: Any = reply.json()
            name = said["head"]["vars"][0]
            return [row[name]["value"] for row in said["results"]["bindings"] if name in row]
        except httpx.ReadTimeout:
            raise TooSlow from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, IndexError, TypeError) as wrong:
            raise EnvironmentFailure(f"{self.url}: {type(wrong).__name__}: {wrong}") from None

    def facts(self) -> dict[str, str]:
        return {"engine": f"endpoint {self.url}"}

    def close(self) -> None:
        self.http.close()
