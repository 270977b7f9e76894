"""A store in this process, for graphs so small that no query can take long."""

from collections.abc import Iterable

from .base import Engine


class Small(Engine):
    def __init__(self, lines: Iterable[str], label: str) -> None:
        from pyoxigraph import RdfFormat, Store

        self.store, self.label = Store(), label
        self.store.load("\n".join(lines).encode(), RdfFormat.N_TRIPLES)

    def select(self, query: str) -> list[str]:
        from pyoxigraph import QuerySolutions

        rows = self.store.query(query)
        assert isinstance(rows, QuerySolutions)
        return [str(getattr(row[0], "value", "")) for row in rows if row[0] is not None]

    def facts(self) -> dict[str, str]:
        return {"engine": self.label}
