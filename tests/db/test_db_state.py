"""The state hash, against values MySQL gives."""

import doctest
from hashlib import md5
from types import ModuleType

import pytest
from harness.tasks.db import answers, dialect, state
from harness.tasks.db.engines.mariadb import MariaDb
from harness.tasks.db.engines.sqlite import Sqlite
from harness.tasks.db.samples import Column, Table
from harness.tasks.db.state import EMPTY, table_hash, text, together
from hypothesis import given
from hypothesis import strategies as st

TEXTS = (Column("a"), Column("b"))


def test_the_formula_by_hand() -> None:
    first, second = (md5(row).hexdigest()[:5] for row in (b"x,1", b"y,2"))
    expected = md5(",".join(sorted((first, second))).encode()).hexdigest()
    assert table_hash([("y", 2), ("x", 1)]) == expected


def test_null_is_skipped_and_no_rows_have_no_hash() -> None:
    assert table_hash([("x", None)]) == table_hash([("x",)])
    assert table_hash([]) == EMPTY


def test_numbers_are_written_as_mysql_writes_them() -> None:
    assert [text(v) for v in (2.0, 2.5, 7, b"x", "x")] == ["2", "2.5", "7", "x", "x"]


def test_several_tables_are_joined_in_the_order_of_their_hashes() -> None:
    assert together(["b", "a"]) == "a_b"


cells = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(cells, cells), max_size=12))
def test_sqlite_and_python_agree(rows: list[tuple[str | None, str | None]]) -> None:
    database = Sqlite().open([Table("t", TEXTS, tuple(rows))])
    assert database.state([Table("t", TEXTS, ())]) == table_hash(rows)
    database.close()


def test_mariadb_and_python_agree(mariadb: MariaDb) -> None:
    columns = (Column("a"), Column("n", "INTEGER"), Column("x", "REAL"))
    rows = (
        ("é", 1, 2.5),
        ("E", -7, 0.1),
        ("it's", None, 819.2),
        (None, None, None),
        ("a,b", 0, 1000000.5),
        ("", 3, 4.0),
    )
    table = Table("odd `name`, 100%", columns, rows)
    database = mariadb.open([table])
    assert database.state([table]) == table_hash(rows)
    database.close()


def test_mariadb_gives_the_hash_of_no_rows(mariadb: MariaDb) -> None:
    table = Table("t", TEXTS, ())
    database = mariadb.open([table])
    assert database.state([table]) == EMPTY
    database.close()


@pytest.mark.parametrize("module", [answers, dialect, state])
def test_the_examples_in_the_code_are_true(module: ModuleType) -> None:
    failed, tried = doctest.testmod(module)
    assert tried and not failed
