"""A database per episode on a server of MySQL's family, through PyMySQL.

Each database comes with an account of its own name that may do nothing outside it: no files, no other
databases, no accounts, no server settings. Databases and accounts are used again after an episode.
A statement's time is bounded by the server and, as an agent may lift that limit for its session, by
the connection, whose statement is then killed by the administrator.
"""

import secrets
import time
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from threading import Lock, local
from typing import Any

from harness import EnvironmentFailure, UsageError

from ..samples import Table
from ..state import EMPTY, together
from .base import Database, Engine, Outcome, Reader, SqlError

GRANTED = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW"
LARGEST = 256 * 2**20
"""Bytes of an episode's database above which it is taken away."""
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
LOST = (2006, 2013, 2055, 1317, 1927)
"""Errors after which a connection is not used again."""


def driver() -> Any:
    """PyMySQL, imported when first needed."""
    try:
        import pymysql
        import pymysql.cursors
    except ImportError:
        raise UsageError(
            "the MySQL and MariaDB engines of db need PyMySQL: pip install 'agentbench-harness[db]'"
        ) from None
    return pymysql


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
            if isinstance(e, pymysql.Error) and 1000 <= _code(e) < 2000 and _code(e) not in LOST:
                raise SqlError(f"{_code(e)} {e.args[1]}") from None
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
        return {"engine": self.name, "version": str(found[0]), "collation": self._collation(), "mode": MODE}

    def close(self) -> None:
        with self.lock:
            connections, self.connections = self.connections, []
        for connection in connections:
            with suppress(Exception):
                connection.close()
        self.administrators = local()


class ServerDatabase(Database):
    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self.connection: Any = None
        self.closed = False

    def _agent(self) -> Any:
        """The agent's connection, opened when it first says something."""
        if self.connection is None:
            target = self.server.target()
            where = {
                k: target[k] for k in ("unix_socket", "host", "port", "ssl", "ssl_disabled") if k in target
            }
            self.connection = self.server._connect(
                **where,
                user=self.name,
                password=self.server.password,
                read_timeout=self.server.limit + 2,
                write_timeout=self.server.limit + 2,
                local_infile=False,
            )
            with suppress(driver().Error):  # the agent may have dropped it
                self.connection.select_db(self.name)
        return self.connection

    def execute(self, sql: str) -> Outcome:
        pymysql = driver()
        if not sql.strip().strip(";"):
            raise SqlError("Query was empty")
        connection, began = self._agent(), time.monotonic()
        try:
            with pymysql.cursors.SSCursor(connection) as cursor:
                changed = cursor.execute(sql)
                outcome = self._read(cursor, changed)
            connection.commit()  # each call is committed, as in AgentBench, so that a fork sees it
        except (pymysql.Error, OSError, UnicodeError, ValueError, RuntimeError) as e:
            raise SqlError(self._explain(e, time.monotonic() - began)) from None
        if not outcome.columns and time.monotonic() - began > 0.2:
            self._weigh()
        return outcome

    def _read(self, cursor: Any, changed: int) -> Outcome:
        if cursor.description is None:
            return Outcome(changed=max(changed, 0))
        names = tuple(str(d[0]) for d in cursor.description)
        reader = Reader()
        while (row := cursor.fetchone()) is not None:
            if not reader.add(row):
                self._kill("QUERY")  # or the driver would read a cross join to its end
                break
        with suppress(Exception):
            cursor.close()
        return Outcome(names, tuple(reader.rows), reader.full)

    def _explain(self, error: BaseException, took: float) -> str:
        code = _code(error)
        late = code in (1969, 3024) or (took >= self.server.limit and code in (0, *LOST))
        if code in LOST or code == 0:
            self._drop()
            self.server.ask("SELECT 1")  # if it is the server that has gone, that is not the agent's error
        if late:
            return f"the statement ran longer than {self.server.limit:g} s and was stopped"
        return f"{code} {error.args[1]}" if len(error.args) > 1 else str(error)

    def _drop(self) -> None:
        """Leave a connection that may still be at work; its statement is stopped."""
        self._kill("CONNECTION")
        connection, self.connection = self.connection, None
        with suppress(Exception):
            connection._force_close()

    def _kill(self, what: str) -> None:
        with suppress(SqlError):
            self.server.ask(f"KILL {what} {int(self.connection.thread_id())}")

    def _weigh(self) -> None:
        """Empty a database that fills the server, after a statement that took long enough to."""
        ((size,),) = self.server.ask(
            "SELECT SUM(DATA_LENGTH + INDEX_LENGTH) FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s",
            (self.name,),
        )
        if int(size or 0) > LARGEST:
            self._drop()
            self.server.must(f"DROP DATABASE {quoted(self.name)}")
            self.server.create(self.name)
            raise SqlError(f"the database grew beyond {LARGEST // 2**20} MiB and was emptied")

    def state(self, tables: Sequence[Table]) -> str:
        return together(self._hash(t) for t in tables)

    def _hash(self, table: Table) -> str:
        columns = ",".join(quoted(h) for h in table.heads)
        sql = (
            "SELECT MD5(GROUP_CONCAT(h ORDER BY h)) FROM "
            f"(SELECT SUBSTRING(MD5(CONCAT_WS(',', {columns})), 1, 5) AS h "
            f"FROM {quoted(self.name)}.{quoted(table.name)}) AS hashes"
        )
        try:
            ((found,),) = self.server.ask(sql)
        except SqlError:  # the table or one of its columns has gone
            return "missing"
        return EMPTY if found is None else str(found)

    def fork(self) -> "ServerDatabase":
        server = self.server
        copy = server.take()
        here, there = quoted(self.name), quoted(copy)
        views = []
        for name, kind in server.ask(f"SHOW FULL TABLES FROM {here}"):
            if kind == "VIEW":
                views.append(str(name))
                continue
            table = quoted(str(name))
            server.must(f"CREATE TABLE {there}.{table} LIKE {here}.{table}")
            server.must(f"INSERT INTO {there}.{table} SELECT * FROM {here}.{table}")
        forked = ServerDatabase(server, copy)
        for view in views:
            forked._copy_view(self.name, view)
        return forked

    def _copy_view(self, source: str, view: str) -> None:
        ((said,),) = self.server.ask(
            "SELECT VIEW_DEFINITION FROM information_schema.VIEWS "
            "WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s",
            (source, view),
        )
        body = str(said).replace(f"{quoted(source)}.", f"{quoted(self.name)}.")
        with suppress(SqlError):  # a view on a view that is not there yet, or on a dropped table
            self.execute(f"CREATE VIEW {quoted(view)} AS {body}")

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        if self.connection is not None:
            with suppress(Exception):
                self.connection.close()
            self.connection = None
        self.server.give(self.name)


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _code(error: BaseException) -> int:
    """The number of a MySQL error; 0 where the driver gave none."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0
