"""How long `db` takes to reset, step, fork and score, beside the same work done bare in the same run.

    python benchmarks/db.py [--rounds 300]

Aims on two cores: reset 2 ms; fork 1 ms with SQLite, 5 ms with MariaDB. Medians in milliseconds; the
ratio is to a bare `sqlite3` or `pymysql` call that creates and fills the same tables, runs the same
query, copies the same tables. MariaDB is left out where it is not installed.
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from harness.tasks.db.engines import Engine
from harness.tasks.db.engines.mariadb import MariaDb
from harness.tasks.db.engines.sqlite import Sqlite
from harness.tasks.db.environment import DbEnvironment
from harness.tasks.db.native import bundled
from harness.tasks.db.samples import DbSample, Table

from harness import Action, UsageError

AIMS = {"sqlite": {"reset": 2.0, "fork": 1.0}, "mariadb": {"reset": 2.0, "fork": 5.0}}
KINDS = {"INTEGER": "BIGINT", "REAL": "DOUBLE", "TEXT": "TEXT"}
QUERY = "SELECT COUNT(*) FROM {table}"


Work = Callable[[], Callable[[], object] | None]
"""Something to time; what it returns is run afterwards, untimed."""


def medians(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """Median milliseconds of each, taken in turns: other load on the machine meets all of them."""
    took: dict[str, list[float]] = {name: [] for name in works}
    order, random = list(works), Random(0)
    for _ in range(rounds):
        random.shuffle(order)  # a server still clearing up after one would slow whoever comes next
        for name in order:
            work = works[name]
            began = time.perf_counter()
            after = work()
            took[name].append((time.perf_counter() - began) * 1000)
            if after is not None:
                after()
    return {name: statistics.median(values) for name, values in took.items()}


def ours(engine: Engine, sample: DbSample) -> dict[str, Work]:
    """The environment's operations, with an agent that has spoken and committed."""
    world = DbEnvironment(sample, "native", lambda: engine.open(sample.tables))
    action = Action("execute_sql", {"query": QUERY.format(table=sample.tables[1].name)})

    def reset() -> Callable[[], object]:
        fresh = DbEnvironment(sample, "native", world.fresh)
        fresh.reset()
        return lambda: fresh.close()

    world.reset()
    world.step(action)
    world.step(Action("commit_final_answer", {"answers": ["done"]}))
    return {
        "reset": reset,
        "step": lambda: void(world.step(action)),
        "fork": lambda: world.fork().close,
        "score": lambda: void(world.score()),
    }


def void(_: object) -> None:
    """Nothing to run afterwards."""


def bare_sqlite(tables: tuple[Table, ...]) -> dict[str, Work]:
    def fill() -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:")
        for table in tables:
            columns = ", ".join(f"{c.name} {c.type}" for c in table.columns)
            connection.execute(f"CREATE TABLE {table.name} ({columns})")
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", table.rows)
        connection.commit()
        return connection

    full = fill()
    query = QUERY.format(table=tables[1].name)

    def fork() -> Callable[[], object]:
        copy = sqlite3.connect(":memory:")
        full.backup(copy)
        return copy.close

    return {
        "reset": lambda: fill().close,
        "step": lambda: void(full.execute(query).fetchall()),
        "fork": fork,
    }


def bare_mariadb(server: MariaDb, tables: tuple[Table, ...]) -> dict[str, Work]:
    import pymysql

    connection = pymysql.connect(
        unix_socket=server.socket, user="root", autocommit=True, ssl_disabled=True, charset="utf8mb4"
    )

    def run(sql: str, given: Any = None) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return cursor.fetchall()

    def fill(name: str) -> None:
        run(f"CREATE DATABASE {name}")
        for table in tables:
            columns = ", ".join(f"{c.name} {KINDS[c.type]}" for c in table.columns)
            run(f"CREATE TABLE {name}.{table.name} ({columns})")
            row = "(" + ",".join(["%s"] * len(table.columns)) + ")"
            values = [v for r in table.rows for v in r]
            run(f"INSERT INTO {name}.{table.name} VALUES {','.join([row] * len(table.rows))}", values)

    def reset() -> Callable[[], object]:
        fill("bare")
        return lambda: run("DROP DATABASE bare")

    def fork() -> Callable[[], object]:
        run("CREATE DATABASE copied")
        for table in tables:
            run(f"CREATE TABLE copied.{table.name} LIKE source.{table.name}")
            run(f"INSERT INTO copied.{table.name} SELECT * FROM source.{table.name}")
        return lambda: run("DROP DATABASE copied")

    fill("source")
    query = QUERY.format(table=f"source.{tables[1].name}")
    return {"reset": reset, "step": lambda: void(run(query)), "fork": fork}


def show(name: str, works: dict[str, Work], bare: dict[str, Work], rounds: int) -> None:
    both = {**works, **{f"bare {what}": work for what, work in bare.items()}}
    found = medians(both, rounds)
    for what in works:
        took, beside, aim = found[what], found.get(f"bare {what}"), AIMS[name].get(what)
        ratio = f"{took / beside:6.1f} x bare ({beside:.3f} ms)" if beside is not None else ""
        met = "" if aim is None else f"  aim {aim:g} ms: {'met' if took <= aim else 'MISSED'}"
        print(f"{name:8} {what:6} {took:8.3f} ms {ratio}{met}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    sample = next(s for s in bundled("test") if s.changes)  # its score hashes both tables
    print(f"{[f'{len(t.rows)} x {len(t.columns)}' for t in sample.tables]} tables, medians of {rounds}")
    show("sqlite", ours(Sqlite(), sample), bare_sqlite(sample.tables), rounds)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            server = MariaDb(Path(scratch))
        except UsageError as missing:
            print(f"mariadb  left out: {missing}")
            return
        began = time.perf_counter()
        server.open(sample.tables).close()
        print(f"mariadb  start  {(time.perf_counter() - began) * 1000:8.0f} ms, once a run")
        show("mariadb", ours(server, sample), bare_mariadb(server, sample.tables), rounds)
        server.close()


if __name__ == "__main__":
    main()
