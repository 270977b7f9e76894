"""The attributes of a million products, on disk until each product comes by."""

import json
import sqlite3
from pathlib import Path
from types import TracebackType

from harness import Tell, UsageError

from .record import fields
from .stream import elements

_EVERY = 10_000


class Attributes:
    """Product name to attributes, in a file that is gone when the conversion is done."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = OFF")
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.execute("CREATE TABLE attributes (name TEXT PRIMARY KEY, listed TEXT) WITHOUT ROWID")

    def fill(self, path: Path, tell: Tell) -> None:
        """Read items_ins_v2.json. A product without an entry, or without `attributes`, has none."""
        self.connection.execute("BEGIN")
        for number, (name, said, where) in enumerate(elements(path)):
            if not name:
                raise UsageError(f"{where}: expected an object of product names")
            listed = json.dumps(fields(said, where).texts("attributes"), ensure_ascii=False)
            self.connection.execute("INSERT OR REPLACE INTO attributes VALUES (?, ?)", (name, listed))
            if number % _EVERY == 0:
                tell("attributes", number)
        self.connection.execute("COMMIT")

    def of(self, name: str) -> tuple[str, ...]:
        row = self.connection.execute("SELECT listed FROM attributes WHERE name = ?", (name,)).fetchone()
        return tuple(json.loads(row[0])) if row else ()

    def __enter__(self) -> "Attributes":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
