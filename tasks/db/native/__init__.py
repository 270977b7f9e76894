"""Bundled samples."""

from ..engines.sqlite import Sqlite
from ..samples import Column, DbSample, Table

_T = Table(
    "book",
    (Column("title"), Column("genre"), Column("pages", "INTEGER")),
    (("Low Tide", "Mystery", 210), ("Red Barn", "Travel", 333), ("Old Oak", "Mystery", 120)),
)


def bundled(split: str) -> tuple[DbSample, ...]:
    database = Sqlite().open([_T])
    change = "UPDATE book SET genre = 'Crime' WHERE genre = 'Mystery'"
    count = "SELECT COUNT(*) FROM book WHERE genre = 'Mystery'"
    gold = str(database.execute(count).rows[0][0])
    database.execute(change)
    return (
        DbSample(f"{split}-0", split, "How many books have the genre Mystery?", "counting", (_T,), (gold,), count),
        DbSample(f"{split}-1", split, "Change the genre Mystery to Crime.", "UPDATE", (_T,), (database.state([_T]),), change),
    )
