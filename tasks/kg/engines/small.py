"""A store in this process, for graphs so small that no query can take long."""

from collections.abc import Iterable
from threading import Lock

from .base import Engine


class Small(Engine):
    def __init__(self, lines: Iterable[str], label: str) -> None:
        from pyoxigraph import RdfFormat, Store

        self.store, self.label, self.lock = Store(), label, Lock()
        self.store.bulk_load("\n".join(lines).encode(), RdfFormat.N_TRIPLES)

    def select(self, query: str) -> list[str]:
        with self.lock:
            return [row[0].value for row in self.store.query(query) if row[0] is not None]  # type: ignore[union-attr]

    def facts(self) -> dict[str, str]:
        return {"engine": self.label}
