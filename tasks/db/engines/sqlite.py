"""SQLite in this process: one database in memory for each episode.

Bounded: time of a call (progress handler), size of the database (max_page_count), length of a value
and of a statement (limits), rows read. Refused by the authorizer: other files (ATTACH, VACUUM INTO),
extensions, pragmas that write, temporary objects (a fork could not copy them), virtual tables.
Not bounded: memory of a sort within its time; SQLite spills it to a temporary file.
"""

import re
import sqlite3
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..samples import Table
from ..state import table_hash, together
from .base import VALUE, Database, Engine, Outcome, Reader, SqlError

PAGES = 16_384
"""64 MiB of 4 KiB pages."""
_REFUSED = {
    sqlite3.SQLITE_ATTACH: "other database files",
    sqlite3.SQLITE_DETACH: "other database files",
    sqlite3.SQLITE_CREATE_TEMP_INDEX: "temporary objects",
    sqlite3.SQLITE_CREATE_TEMP_TABLE: "temporary tables (make an ordinary one)",
    sqlite3.SQLITE_CREATE_TEMP_TRIGGER: "temporary objects",
    sqlite3.SQLITE_CREATE_TEMP_VIEW: "temporary objects",
    sqlite3.SQLITE_CREATE_VTABLE: "virtual tables",
}
_PRAGMAS = frozenset(
    {
        "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
        "foreign_key_list", "database_list", "collation_list", "function_list", "compile_options",
    }
)  # fmt: skip
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_TYPES = {"INTEGER": "INTEGER", "REAL": "REAL", "TEXT": "TEXT"}
_EMPTY = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)|[\s;]", re.DOTALL)


class Sqlite(Engine):
    name = "sqlite"

    def __init__(self, limit: float = 10.0) -> None:
        self.limit = limit

    def open(self, tables: Iterable[Table], mysql_text: bool = False) -> "SqliteDatabase":
        connection = _connect()
        collate = " COLLATE mysql" if mysql_text else ""
        for table in tables:
            columns = ", ".join(
                f"{quoted(c.name)} {_TYPES[c.type]}{collate if c.type == 'TEXT' else ''}"
                for c in table.columns
            )
            connection.execute(f"CREATE TABLE {quoted(table.name)} ({columns})")
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", table.rows)
        return SqliteDatabase(connection, self.limit)

    def facts(self) -> Mapping[str, str]:
        return {"engine": "sqlite", "version": sqlite3.sqlite_version, "timeout": f"{self.limit:g} s"}


class SqliteDatabase(Database):
    def __init__(self, connection: sqlite3.Connection, limit: float) -> None:
        self.connection = connection
        self.limit = limit
        self.deadline = 0.0
        self.refused = ""
        for which, most in _LIMITS.items():
            connection.setlimit(which, most)
        connection.set_progress_handler(self._late, 1_000)
        connection.set_authorizer(self._authorize)

    def _late(self) -> bool:
        return time.monotonic() > self.deadline

    def _authorize(self, what: int, one: str | None, two: str | None, *_: str | None) -> int:
        refused = _REFUSED.get(what)
        if what == sqlite3.SQLITE_PRAGMA and (one or "").lower() not in _PRAGMAS:
            refused = f"PRAGMA {one}"
        if what == sqlite3.SQLITE_FUNCTION and (two or "").lower() in ("load_extension", "fts3_tokenizer"):
            refused = f"{two}()"
        if refused is None:
            return sqlite3.SQLITE_OK
        self.refused = refused
        return sqlite3.SQLITE_DENY

    def execute(self, sql: str) -> Outcome:
        """Several statements are run in order, up to one that fails; the last one's result is returned."""
        self.deadline, self.refused = time.monotonic() + self.limit, ""
        before, outcome = self.connection.total_changes, Outcome()
        done, said = 0, statements(sql)
        try:
            for statement in said:
                outcome = self._run(statement)
                done += 1
        except (sqlite3.Error, sqlite3.Warning, MemoryError, ValueError, OverflowError) as e:
            raise SqlError(self._explain(e), done, len(said)) from None
        finally:
            if self.connection.in_transaction:  # each call is committed, so that a fork sees it
                self.connection.execute("COMMIT")
        changed = self.connection.total_changes - before
        return Outcome(outcome.columns, outcome.rows, outcome.more, changed)

    def _run(self, statement: str) -> Outcome:
        cursor, reader = self.connection.execute(statement), Reader()
        try:
            for row in cursor:
                if not reader.add(row):
                    break
            names = tuple(d[0] for d in cursor.description or ())
        finally:
            cursor.close()
        return Outcome(names, tuple(reader.rows), reader.full)

    def _explain(self, error: BaseException) -> str:
        if self.refused:
            return f"not authorized: {self.refused} cannot be used here"
        if isinstance(error, MemoryError):
            return "out of memory"
        if str(error) == "interrupted":
            return f"the statement ran longer than {self.limit:g} s and was stopped"
        return str(error)

    def state(self, tables: Sequence[Table]) -> str:
        self.deadline = time.monotonic() + self.limit
        return together(self._hash(t) for t in tables)

    def _hash(self, table: Table) -> str:
        columns = ", ".join(quoted(h) for h in table.heads)
        try:
            return table_hash(self.connection.execute(f"SELECT {columns} FROM {quoted(table.name)}"))
        except (sqlite3.Error, MemoryError):
            return "missing"

    def fork(self) -> "SqliteDatabase":
        copy = _connect()
        self.connection.backup(copy)
        return SqliteDatabase(copy, self.limit)

    def close(self) -> None:
        self.connection.close()


def _connect() -> sqlite3.Connection:
    # Steps of one episode come from different worker threads, one at a time.
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.create_collation("mysql", _mysql_order)
    for name in ("printf", "format"):
        connection.create_function(name, -1, _printf, deterministic=True)
    connection.execute(f"PRAGMA max_page_count = {PAGES}")
    connection.execute("PRAGMA temp_store = FILE")
    return connection


def statements(sql: str) -> list[str]:
    """The statements of a text, cut at semicolons that end one; what is left after 200 is one.

    Comments and semicolons alone are none: the result of what came before them stands.
    """
    found, start, end = [], 0, -1
    for _ in range(200):
        end = sql.find(";", end + 1)
        if end < 0:
            break
        if sqlite3.complete_statement(sql[start : end + 1]):
            found.append(sql[start : end + 1])
            start = end + 1
    return [s for s in (*found, sql[start:]) if _EMPTY.sub("", s)] or [sql]


def quoted(name: str) -> str:
    """In backticks: SQLite takes "x" for a string where no column x is there."""
    return "`" + name.replace("`", "``") + "`"


def _printf(pattern: Any = None, *values: Any) -> Any:
    """SQLite's own, but for widths that keep it busy for seconds, out of the progress handler's reach."""
    if pattern is None:
        return None
    if re.search(r"%[^a-zA-Z%]*(\*|\d{4})", str(pattern)):
        raise ValueError
    plain = sqlite3.connect(":memory:")
    try:
        (text,) = plain.execute(
            f"SELECT printf({', '.join('?' * (1 + len(values)))})", (pattern, *values)
        ).fetchone()
    finally:
        plain.close()
    return text


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    marks = unicodedata.normalize("NFD", text)
    return "".join(c for c in marks if not unicodedata.combining(c)).casefold()


def _mysql_order(one: str, two: str) -> int:
    """Close to utf8mb4_0900_ai_ci: neither case nor accents count."""
    a, b = _folded(one), _folded(two)
    return (a > b) - (a < b)
