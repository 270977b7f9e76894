"""The private MariaDB: what an agent cannot do there, and that it is gone when we are."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness.tasks.db.engines import SqlError
from harness.tasks.db.engines.mariadb import MariaDb
from harness.tasks.db.engines.mysql import ServerDatabase
from harness.tasks.db.engines.url import UrlServer
from harness.tasks.db.samples import Column, Table

from harness import EnvironmentFailure

TABLE = Table("t", (Column("a"), Column("n", "INTEGER")), (("x", 1), ("y", 2)))


@pytest.fixture
def database(mariadb: MariaDb) -> Iterator[ServerDatabase]:
    opened = mariadb.open([TABLE])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 INTO OUTFILE '{path}'",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t",
        "DROP DATABASE mysql",
        "SELECT * FROM mysql.user",
        "UPDATE mysql.global_priv SET Priv = ''",
        "CREATE DATABASE other",
        "CREATE USER other",
        "GRANT ALL ON *.* TO CURRENT_USER",
        "SET GLOBAL max_connections = 1",
        "SHUTDOWN",
        "CREATE TEMPORARY TABLE q (a INT)",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.n = 1",
        "LOCK TABLES t WRITE",
        "INSTALL SONAME 'ha_connect'",
        "FLUSH TABLES WITH READ LOCK",
        "SELECT 1; SELECT 2",
    ],
)
def test_the_agents_account_is_refused(database: ServerDatabase, tmp_path: Path, sql: str) -> None:
    with pytest.raises(SqlError):
        database.execute(sql.format(path=tmp_path / "out"))
    assert database.execute("SELECT COUNT(*) FROM t").rows == ((2,),)


def test_no_file_can_be_read(database: ServerDatabase) -> None:
    assert database.execute("SELECT LOAD_FILE('/etc/passwd')").rows == ((None,),)


def test_episodes_do_not_see_one_another(mariadb: MariaDb, database: ServerDatabase) -> None:
    other = mariadb.open([TABLE])
    with pytest.raises(SqlError, match="denied"):
        database.execute(f"SELECT * FROM {other.name}.t")
    # `_` in a granted name would otherwise stand for any character
    with pytest.raises(SqlError, match="denied"):
        database.execute(f"CREATE DATABASE {database.name.replace('_', 'x')}")
    shown = {row[0] for row in database.execute("SHOW DATABASES").rows}
    assert shown == {database.name, "information_schema"}
    other.close()


def test_a_sleep_is_stopped_even_if_the_agent_lifts_the_servers_limit(database: ServerDatabase) -> None:
    database.execute("SET SESSION max_statement_time = 0")
    began = time.monotonic()
    with pytest.raises(SqlError, match="ran longer than 3 s"):
        database.execute("SELECT SLEEP(60)")
    assert time.monotonic() - began < 6
    assert database.execute("SELECT COUNT(*) FROM t").rows == ((2,),)


def test_the_agent_may_drop_its_own_database_and_harms_only_itself(mariadb: MariaDb) -> None:
    database = mariadb.open([TABLE])
    database.execute(f"DROP DATABASE {database.name}")
    with pytest.raises(SqlError):
        database.execute("SELECT * FROM t")
    assert database.state([TABLE]) == "missing"
    fork = database.fork()
    assert fork.state([TABLE]) == "missing"
    fork.close()
    database.close()


def test_a_database_is_empty_when_it_is_used_again(mariadb: MariaDb) -> None:
    first = mariadb.open([TABLE])
    first.execute("CREATE TABLE left_over (a INT)")
    first.close()
    second = mariadb.open([TABLE])
    assert second.name == first.name
    assert [r[0] for r in second.execute("SHOW TABLES").rows] == ["t"]
    second.close()


def test_several_statements_are_refused_and_none_is_carried_out(database: ServerDatabase) -> None:
    with pytest.raises(SqlError, match="syntax") as caught:
        database.execute("DELETE FROM t; SELECT 1")
    assert (caught.value.done, caught.value.count) == (0, 1)
    assert database.execute("SELECT COUNT(*) FROM t").rows == ((2,),)


def test_each_call_is_committed(database: ServerDatabase) -> None:
    database.execute("START TRANSACTION")
    database.execute("DELETE FROM t")
    database.execute("ROLLBACK")
    assert database.execute("SELECT COUNT(*) FROM t").rows == ((0,),)


def test_many_threads_at_once(mariadb: MariaDb) -> None:
    def episode(number: int) -> bool:
        database = mariadb.open([TABLE])
        database.execute(f"UPDATE t SET n = {number}")
        fork = database.fork()
        same = fork.state([TABLE]) == database.state([TABLE])
        fork.close()
        database.close()
        return same

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(episode, range(18)))


def test_a_server_that_is_gone_is_the_harness_failure_not_the_agents(
    mariadb: MariaDb, tmp_path: Path
) -> None:
    server = MariaDb(tmp_path, limit=1.0)
    database = server.open([TABLE])
    database.execute("SELECT 1")
    assert server.guard is not None
    os.kill(int(pid(server.socket)), signal.SIGKILL)
    with pytest.raises(EnvironmentFailure):
        database.execute("SELECT 1")
    server.close()


def test_close_stops_the_server_and_removes_its_data(mariadb: MariaDb, tmp_path: Path) -> None:
    server = MariaDb(tmp_path, limit=1.0)
    server.open([TABLE])
    running, folder = int(pid(server.socket)), Path(server.socket).parent
    server.close()
    assert not alive(running)
    assert not folder.exists()


@pytest.mark.parametrize("whom", ["parent", "guard"])
def test_kill_9_takes_the_server_along(mariadb: MariaDb, tmp_path: Path, whom: str) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from harness.tasks.db.engines.mariadb import MariaDb\n"
        "server = MariaDb(Path(sys.argv[1]))\n"
        "server.open([])\n"
        "print(server.guard.pid, server.socket, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        guard, socket = parent.stdout.readline().split()
        running = int(pid(socket))
        os.kill(parent.pid if whom == "parent" else int(guard), signal.SIGKILL)
        try:
            until = time.monotonic() + 5
            while alive(running) and time.monotonic() < until:
                time.sleep(0.02)
            assert not alive(running)
        finally:
            parent.kill()
    if whom == "parent":
        until = time.monotonic() + 5
        while Path(socket).parent.exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert not Path(socket).parent.exists()
    else:
        subprocess.run(["rm", "-rf", str(Path(socket).parent)], check=True)


def test_any_server_by_url(mariadb: MariaDb) -> None:
    mariadb.open([TABLE]).close()
    server = UrlServer(f"mysql://root@localhost?socket={mariadb.socket}", limit=1.0)
    database = server.open([TABLE])
    fork = database.fork()
    fork.execute("DELETE FROM t")
    assert database.execute("SELECT COUNT(*) FROM t").rows == ((2,),)
    assert server.facts()["engine"] == "url"
    fork.close()
    database.close()
    server.close()
    left = {str(r[0]) for r in mariadb.ask("SELECT User FROM mysql.user")}
    left |= {str(r[0]) for r in mariadb.ask("SHOW DATABASES")}
    assert not {name for name in left if name.startswith(server.prefix)}


def test_a_url_that_leads_nowhere_is_an_environment_failure() -> None:
    server = UrlServer("mysql://nobody:secret@127.0.0.1:9")
    with pytest.raises(EnvironmentFailure, match="cannot connect"):
        server.open([TABLE])


def pid(socket: str) -> str:
    return (Path(socket).parent / "pid").read_text().strip()


def alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False
