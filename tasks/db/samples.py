"""What a problem of `db` consists of: a question, the tables it is about, and what is right."""

from dataclasses import dataclass

from harness import Sample

Value = str | int | float | None
CHANGES = ("INSERT", "UPDATE", "DELETE")
"""Categories that are graded by the state of the tables; all others by the answer."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str = "TEXT"
    """INTEGER, REAL or TEXT; engines map it to their own."""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


@dataclass(frozen=True, slots=True)
class DbSample(Sample):
    question: str
    category: str
    """INSERT, UPDATE, DELETE, or a kind of question: counting, ranking, join ..."""
    tables: tuple[Table, ...]
    gold: tuple[str, ...] = ()
    """The right answers; for a change, the hash of the tables after it (see state.py)."""
    reference: str = ""
    """SQL that makes the right change, or finds the right answer where that is known."""
    note: str = ""
    """What AgentBench tells about the table after the question."""
    evidence: str = ""
    corrected: tuple[str, ...] | None = None
    """What is right where `gold` is known to be wrong."""
    dialect: str = "ansi"
    """`mysql` for reference SQL with MySQL's quoting; its text compares as MySQL's does."""

    @property
    def changes(self) -> bool:
        return self.category in CHANGES
