"""A server of MySQL's family: its administrator, and a database with an account for each episode.

The account may do nothing outside its database: no files, no other databases, no accounts, no server
settings, no temporary tables (a fork could not copy them). Databases and accounts are used again after
an episode.
"""

import secrets
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from threading import Lock, local
from typing import Any

from harness import EnvironmentFailure

from ..samples import Table
from .base import Engine, SqlError
from .mysql import LOST, ServerDatabase, driver, error_code, quoted

GRANTED = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW"
# What MySQL 8 compares text by, or the closest that the server has.
COLLATIONS = (
    "utf8mb4_0900_ai_ci",
    "uca1400_nopad_ai_ci",
    "utf8mb4_uca1400_nopad_ai_ci",
    "utf8mb4_unicode_520_nopad_ci",
    "utf8mb4_unicode_520_ci",
    "utf8mb4_unicode_ci",
)
# MySQL 8's default; ERROR_FOR_DIVISION_BY_ZERO and NO_ZERO_* are part of it.
MODE = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
_TYPES = {"INTEGER": "BIGINT", "REAL": "DOUBLE", "TEXT": "TEXT"}


class Server(Engine):
    """A running server, reached by its administrator; subclasses say where it is."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.lock = Lock()
        self.free: list[str] = []
        self.made: list[str] = []
        self.password = secrets.token_hex(12)
        self.prefix = f"harness_{secrets.token_hex(3)}"
        self.administrators = local()
        self.connections: list[Any] = []
        self.collation = ""

    @abstractmethod
    def target(self) -> dict[str, Any]:
        """Where and as whom the administrator connects; starts the server if it must."""

    def administrator(self) -> Any:
        """This thread's own administrator connection."""
        connection = getattr(self.administrators, "connection", None)
        if connection is None:
            connection = self._connect(**self.target())
            self.administrators.connection = connection
            with self.lock:
                self.connections.append(connection)
        return connection

    def _connect(self, **how: Any) -> Any:
        pymysql = driver()
        # With TLS PyMySQL opens 39 connections a second, without 8000 (spec, environments, 2).
        usual = {
            "ssl_disabled": True,
            "charset": "utf8mb4",
            "autocommit": True,
            "read_timeout": self.limit * 3 + 20,
            "connect_timeout": 20,
        }
        try:
            connection = pymysql.connect(**{**usual, **how})
        except (pymysql.Error, OSError) as e:
            raise EnvironmentFailure(f"cannot connect to the database server of db: {e}") from e
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION sql_mode = %s, group_concat_max_len = 16777216", (MODE,))
        return connection

    def ask(self, sql: str, given: Sequence[Any] | None = None) -> tuple[tuple[Any, ...], ...]:
        """Run the administrator's SQL. Raises `SqlError` where the server refuses it, and
        `EnvironmentFailure` where the server cannot be reached."""
        pymysql = driver()
        try:
            with self.administrator().cursor() as cursor:
                cursor.execute(sql, given)
                return tuple(cursor.fetchall())
        except (pymysql.Error, OSError) as e:
            if isinstance(e, pymysql.Error) and 1000 <= error_code(e) < 2000 and error_code(e) not in LOST:
                raise SqlError(f"{error_code(e)} {e.args[1]}") from None
            self.administrators.connection = None
            raise EnvironmentFailure(f"the database server of db failed: {e} (in {sql[:80]!r})") from e

    def must(self, sql: str, given: Sequence[Any] | None = None) -> None:
        """Run the administrator's SQL, which no server has a reason to refuse."""
        try:
            self.ask(sql, given)
        except SqlError as e:
            raise EnvironmentFailure(f"the database server of db refused {sql[:120]!r}: {e}") from e

    def open(self, tables: Iterable[Table], mysql_text: bool = False) -> "ServerDatabase":
        name = self.take()
        try:
            for table in tables:
                columns = ", ".join(f"{quoted(c.name)} {_TYPES[c.type]}" for c in table.columns)
                where = f"{quoted(name)}.{quoted(table.name)}"
                self.must(f"CREATE TABLE {where} ({columns})")
                if table.rows:
                    row = "(" + ",".join(["%s"] * len(table.columns)) + ")"
                    rows = ",".join([row] * len(table.rows))
                    self.must(
                        f"INSERT INTO {where.replace('%', '%%')} VALUES {rows}",
                        [v for r in table.rows for v in r],
                    )
        except BaseException:
            self.give(name)
            raise
        return ServerDatabase(self, name)

    def take(self) -> str:
        """An empty database with its account."""
        with self.lock:
            name, new = (self.free.pop(), False) if self.free else (f"{self.prefix}_{len(self.made)}", True)
            if new:
                self.made.append(name)
        self.create(name)
        if new:
            self.must(f"CREATE USER `{name}`@'%%' IDENTIFIED BY %s", (self.password,))
            # A `_` in the name of a granted database stands for any character unless escaped.
            granted = name.replace("_", "\\_")
            self.must(f"GRANT {GRANTED} ON `{granted}`.* TO `{name}`@'%'")
        return name

    def create(self, name: str) -> None:
        self.must(f"CREATE DATABASE {quoted(name)} CHARACTER SET utf8mb4 COLLATE {self._collation()}")

    def give(self, name: str) -> None:
        self.must(f"DROP DATABASE IF EXISTS {quoted(name)}")
        with self.lock:
            self.free.append(name)

    def _collation(self) -> str:
        if not self.collation:
            known = {str(r[0]) for r in self.ask("SHOW COLLATION")}
            self.collation = next(c for c in COLLATIONS if c in known)
        return self.collation

    def facts(self) -> Mapping[str, str]:
        (found,) = self.ask("SELECT VERSION()")
        return {
            "engine": self.name,
            "version": str(found[0]),
            "collation": self._collation(),
            "mode": MODE,
            "timeout": f"{self.limit:g} s",
        }

    def close(self) -> None:
        with self.lock:
            connections, self.connections = self.connections, []
        for connection in connections:
            with suppress(Exception):
                connection.close()
        self.administrators = local()
