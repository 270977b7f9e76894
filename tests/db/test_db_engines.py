"""What both engines promise: bounds, isolation, forks, text as MySQL compares it; and SQLite's own."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.tasks.db.dialect import to_sqlite
from harness.tasks.db.engines import Database, Engine, Outcome, SqlError, choose, engine_name
from harness.tasks.db.engines.mariadb import MariaDb
from harness.tasks.db.engines.sqlite import Sqlite, SqliteDatabase, statements
from harness.tasks.db.samples import Column, Table

from harness import Settings, UsageError

NUMBERS = Table("numbers", (Column("n", "INTEGER"), Column("s")), tuple((i, f"s{i}") for i in range(30)))


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return Sqlite(limit=1.0) if request.param == "sqlite" else request.getfixturevalue("mariadb")


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    opened = engine.open([NUMBERS])
    yield opened
    opened.close()


def count(database: Database, table: str = "numbers") -> int:
    return int(database.execute(f"SELECT COUNT(*) FROM {table}").rows[0][0])


def refused(database: Database, sql: str) -> str:
    with pytest.raises(SqlError) as caught:
        database.execute(sql)
    return str(caught.value)


def test_rows_columns_and_changes(database: Database) -> None:
    assert database.execute("SELECT n, s FROM numbers WHERE n = 3") == Outcome(("n", "s"), ((3, "s3"),))
    assert database.execute("UPDATE numbers SET s = 'x' WHERE n < 3").changed == 3


def test_errors_are_said_and_the_next_statement_runs(database: Database) -> None:
    assert "nowhere" in refused(database, "SELECT * FROM nowhere")
    assert count(database) == 30


def test_a_cross_join_is_read_no_further_than_the_limit(database: Database) -> None:
    began = time.monotonic()
    seen = database.execute(
        "SELECT * FROM numbers a, numbers b, numbers c, numbers d, numbers e LIMIT 9999999"
    )
    assert (len(seen.rows), seen.more) == (1000, True)
    assert time.monotonic() - began < 1
    assert count(database) == 30


def test_a_long_statement_is_stopped(database: Database) -> None:
    began = time.monotonic()
    eight = ", ".join(f"numbers x{i}" for i in range(8))
    limit = 1 if isinstance(database, SqliteDatabase) else 3
    assert f"ran longer than {limit} s" in refused(database, f"SELECT SUM(x0.n * x7.n) FROM {eight}")
    assert time.monotonic() - began < limit + 2
    assert count(database) == 30


def test_a_fork_is_independent_and_has_the_agents_own_tables(engine: Engine, database: Database) -> None:
    database.execute("CREATE TABLE own (a INTEGER)")
    database.execute("INSERT INTO own VALUES (1)")
    database.execute("CREATE VIEW seen AS SELECT a FROM own WHERE a > 0")
    fork = database.fork()
    fork.execute("INSERT INTO own VALUES (2)")
    fork.execute("DELETE FROM numbers")
    assert (count(database, "own"), count(fork, "own"), count(database), count(fork)) == (1, 2, 30, 0)
    assert (count(database, "seen"), count(fork, "seen")) == (1, 2)
    database.execute("DROP TABLE own")
    assert count(fork, "own") == 2
    fork.close()


def test_state_tells_a_change_from_none_and_from_a_missing_table(database: Database) -> None:
    before = database.state([NUMBERS])
    database.execute("UPDATE numbers SET n = n + 0")
    assert database.state([NUMBERS]) == before
    database.execute("UPDATE numbers SET s = 'y' WHERE n = 1")
    assert database.state([NUMBERS]) not in (before, "missing")
    database.execute("ALTER TABLE numbers RENAME COLUMN s TO t")
    assert database.state([NUMBERS]) == "missing"
    database.execute("DROP TABLE numbers")
    assert database.state([NUMBERS]) == "missing"


def test_official_text_compares_as_mysql_compares_it(engine: Engine) -> None:
    table = Table("t", (Column("a"),), (("Café",), ("tea ",)))
    database = engine.open([table], mysql_text=True)
    assert database.execute("SELECT a FROM t WHERE a = 'CAFE'").rows == (("Café",),)
    assert database.execute("SELECT a FROM t WHERE a = 'tea'").rows == ()
    database.close()


def test_names_that_need_quoting(engine: Engine) -> None:
    columns = tuple(Column(c) for c in ("a b", "%s", "x`y", 'x"y', "it's", "Area (km²)", "order"))
    table = Table("select * from `t` 100%", columns, (tuple("1234567"),))
    database = engine.open([table])
    fork = database.fork()
    assert database.state([table]) == fork.state([table]) != "missing"
    fork.close()
    database.close()


def test_huge_values_are_refused_or_null(database: Database, engine: Engine) -> None:
    if engine.name == "sqlite":
        assert "too big" in refused(database, "SELECT randomblob(1000000000)")
        assert "user-defined function" in refused(database, "SELECT printf('%.*c', 1000000000, 'x')")
        assert database.execute("SELECT printf('%.2f %5d|%s', 1.005, 7, 'x')").rows == (("1.01     7|x",),)
    else:
        assert database.execute("SELECT REPEAT('x', 1000000000)").rows == ((None,),)


class TestSqlite:
    @pytest.fixture
    def database(self) -> Iterator[Database]:
        opened = Sqlite(limit=1.0).open([NUMBERS])
        yield opened
        opened.close()

    @pytest.mark.parametrize(
        "sql",
        [
            "ATTACH '{path}' AS other",
            "VACUUM INTO '{path}'",
            "SELECT load_extension('{path}')",
            "PRAGMA temp_store_directory = '{path}'",
            "PRAGMA writable_schema = 1",
            "PRAGMA max_page_count = 1000000000",
            "CREATE TEMP TABLE t (a)",
            "CREATE VIRTUAL TABLE f USING fts5(a)",
        ],
    )
    def test_other_files_and_settings_are_refused(self, database: Database, tmp_path: Path, sql: str) -> None:
        assert refused(database, sql.format(path=tmp_path / "x")).startswith("not authorized")
        assert list(tmp_path.iterdir()) == []

    def test_reading_pragmas_work(self, database: Database) -> None:
        assert len(database.execute("PRAGMA table_info(numbers)").rows) == 2

    def test_the_database_cannot_grow_without_end(self, database: Database) -> None:
        grow = "CREATE TABLE big AS SELECT zeroblob(200000) AS z FROM numbers a, numbers b"
        assert "full" in refused(database, grow)
        assert count(database) == 30

    def test_an_endless_recursion_is_stopped(self, database: Database) -> None:
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT SUM(i) FROM n"
        assert "ran longer" in refused(database, endless)

    def test_an_endless_view_does_not_hang_the_grader(self, database: Database) -> None:
        database.execute("DROP TABLE numbers")
        database.execute(
            "CREATE VIEW numbers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT SUM(i) AS n, 's' AS s FROM n"
        )
        assert database.state([NUMBERS]) == "missing"

    @pytest.mark.parametrize(
        "sql", ["", ";", "\0", "-- nothing", "SELECT", ";" * 5000, "(" * 3000, "SELECT 1;" * 300]
    )
    def test_no_text_breaks_it(self, database: Database, sql: str) -> None:
        try:
            database.execute(sql)
        except SqlError as error:
            assert str(error)
        assert count(database) == 30

    def test_statements_end_at_semicolons_that_end_one(self) -> None:
        assert statements("SELECT ';'; SELECT 2") == ["SELECT ';';", " SELECT 2"]
        trigger = "CREATE TRIGGER t AFTER INSERT ON n BEGIN DELETE FROM n; DELETE FROM m; END;"
        assert statements(trigger) == [trigger]

    @pytest.mark.parametrize("after", [" -- all", "\n/* all */", ";", " -- a; b"])
    def test_what_says_nothing_hides_no_result(self, database: Database, after: str) -> None:
        assert database.execute(f"SELECT 1;{after}").rows == ((1,),)

    def test_a_failure_says_how_many_statements_were_carried_out(self, database: Database) -> None:
        with pytest.raises(SqlError) as caught:
            database.execute("DELETE FROM numbers WHERE n = 1; SELEC; DELETE FROM numbers; -- done")
        assert (caught.value.done, caught.value.count, count(database)) == (1, 3, 29)

    def test_it_may_be_called_from_another_thread(self, database: Database) -> None:
        from threading import Thread

        seen: list[int] = []
        thread = Thread(target=lambda: seen.append(count(database)))
        thread.start()
        thread.join()
        assert seen == [30]


@pytest.mark.parametrize(
    ("mysql", "value"),
    [
        (r"SELECT 'Don\'t'", "Don't"),
        ('SELECT "it\'s"', "it's"),
        (r"SELECT 'a\\b\n'", "a\\b\n"),
        ("SELECT 'say \"x\"'", 'say "x"'),
        ("SELECT 'it''s'", "it's"),
        ("SELECT /* \"no\" */ 'a' -- 'b'\n", "a"),
    ],
)
def test_mysql_strings_in_sqlite(mysql: str, value: str) -> None:
    assert sqlite3.connect(":memory:").execute(to_sqlite(mysql)).fetchone() == (value,)


class TestChoice:
    def test_the_profile_has_its_usual_engine(self) -> None:
        assert engine_name(Settings("native")) == "sqlite"
        assert engine_name(Settings("v0.2")) == engine_name(Settings("fc", "tools")) == "mariadb"

    def test_options_override_it(self) -> None:
        assert engine_name(Settings("v0.2", options={"engine": "sqlite"})) == "sqlite"
        assert engine_name(Settings("native", options={"db-url": "mysql://h"})) == "url"

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            ({"engine": "oracle"}, "engine=oracle.*sqlite and mariadb"),
            ({"engine": "sqlite", "db-url": "mysql://h"}, "exclude"),
            ({"db-url": "postgres://h"}, "mysql://USER"),
            ({"db-url": "mysql://h:port"}, "not a number"),
            ({"db-url": "mysql://h?tls=1"}, "'tls'"),
            ({"sql-timeout": "soon"}, "seconds"),
            ({"sql-timeout": "0"}, "seconds"),
        ],
    )
    def test_what_cannot_be_met_is_said(self, tmp_path: Path, options: dict[str, str], says: str) -> None:
        with pytest.raises(UsageError, match=says):
            choose(Settings(options=options), tmp_path)

    def test_a_missing_server_is_named_with_the_command_that_installs_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("harness.tasks.db.engines.mariadb.SBIN", str(tmp_path))
        with pytest.raises(UsageError, match="apt-get install mariadb-server"):
            MariaDb(tmp_path)
