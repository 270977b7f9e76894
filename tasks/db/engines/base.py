"""The interface of engines, and the bounds that all of them keep."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..samples import Table

ROWS = 1000
"""Rows of a result that are read; the observation shows fewer."""
BYTES = 2_000_000
"""Text of a result that is read."""
VALUE = 256_000
"""Bytes of the longest single value, where the engine can bound it."""


class SqlError(Exception):
    """The database refused a statement; `args[0]` is its message, shown to the agent.

    Of a call with `count` statements the first `done` were carried out all the same.
    """

    def __init__(self, said: str, done: int = 0, count: int = 1) -> None:
        super().__init__(said)
        self.done, self.count = done, count


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a statement gave."""

    columns: tuple[str, ...] = ()
    """Empty for a statement that returns no rows."""
    rows: tuple[tuple[Any, ...], ...] = ()
    more: bool = False
    """There were rows beyond `ROWS` or `BYTES`."""
    changed: int = 0


class Database(ABC):
    """The database of one episode. Called from one thread at a time, not always the same one."""

    @abstractmethod
    def execute(self, sql: str) -> Outcome:
        """Run what the agent typed. Raises `SqlError`; never anything for the agent's mistakes."""

    @abstractmethod
    def state(self, tables: Sequence[Table]) -> str:
        """The hash of `tables` as they are now; of one that is gone or altered, `missing`."""

    @abstractmethod
    def fork(self) -> "Database":
        """An independent copy with all tables, the agent's own too."""

    @abstractmethod
    def close(self) -> None: ...


class Engine(ABC):
    """Opens databases; shared by all episodes of a run and safe to call from any thread."""

    name: str

    @abstractmethod
    def open(self, tables: Iterable[Table], mysql_text: bool = False) -> Database:
        """A new database with `tables`; with `mysql_text`, text compares as MySQL's does."""

    @abstractmethod
    def facts(self) -> Mapping[str, str]:
        """Name and version, as far as scores depend on them."""

    def close(self) -> None:  # noqa: B027
        """Stop what was started."""


class Reader:
    """Collects rows until a bound is reached."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.size = 0
        self.full = False

    def add(self, row: Sequence[Any]) -> bool:
        """Take a row; False if there is no room for it."""
        self.size += sum(len(v) if isinstance(v, str | bytes) else 8 for v in row)
        if len(self.rows) >= ROWS or (self.rows and self.size > BYTES):
            self.full = True
            return False
        self.rows.append(tuple(row))
        return True
