"""The database of one episode on a server of MySQL's family, through PyMySQL.

A statement's time is bounded by the server and, as an agent may lift that limit for its session, by
the connection, whose statement is then killed by the administrator. Several statements in one call
are a syntax error, as in AgentBench. Not copied by a fork: the session's variables, triggers (they
cannot be made), foreign keys.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from harness import UsageError

from ..samples import Table
from ..state import EMPTY, together
from .base import Database, Outcome, Reader, SqlError

if TYPE_CHECKING:
    from .server import Server

LARGEST = 256 * 2**20
"""Bytes of an episode's database above which it is emptied."""
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


class ServerDatabase(Database):
    def __init__(self, server: "Server", name: str) -> None:
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
        code = error_code(error)
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
        views: list[str] = []
        for name, kind in self._tables():
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

    def _tables(self) -> Sequence[tuple[Any, ...]]:
        """Names and kinds; none where the agent dropped its database."""
        try:
            return self.server.ask(f"SHOW FULL TABLES FROM {quoted(self.name)}")
        except SqlError:
            return ()

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


def error_code(error: BaseException) -> int:
    """The number of a MySQL error; 0 where the driver gave none."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0
