"""New problems that a teacher writes about the tables of training samples: a question and its SQL.

The gold is what the SQL gives in the engine, never what the teacher says. Whether question and SQL mean the
same is shown later: the problem is played, and counts only where the player's answer is that gold.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from harness import Message, Sample, Settings, Synthesis, Unfit, Wanted

from .engines import SqlError
from .engines.sqlite import Sqlite, statements
from .native import MANY, bundled
from .samples import CHANGES, DbSample, Table
from .state import EMPTY, text
from .wording import prompt

SHOWN = 6
"""Rows of each table that the teacher sees."""
_VERB = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_CHANCE = re.compile(
    r"\b(?:random|randomblob|date|time|datetime|julianday|unixepoch|strftime|timediff|changes|total_changes"
    r"|last_insert_rowid|sqlite_\w+)\s*\(|\bcurrent_(?:date|time|timestamp)\b|\browid\b",
    re.IGNORECASE,
)


class DbSynthesis(Synthesis):
    """A problem: `tables`, the training sample whose tables it is about; `question` and `sql`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def ask(self, random: Random, count: int, show: Callable[[Sample], str]) -> Wanted:
        worked, about = random.sample(bundled("train"), 2)
        said = prompt(
            self.settings,
            "synthesis",
            count=str(count),
            engine="SQLite",
            tables="\n\n".join(map(_shown, about.tables)),
            trajectory=show(worked),
        )
        return Wanted((Message("user", said),), {"tables": about.id})

    def sample(self, problem: Mapping[str, Any], id: str) -> DbSample:
        source = self.field(problem, "tables", str)
        question, sql = self.field(problem, "question", str), self.field(problem, "sql", str, 2000)
        about = next((s for s in bundled("train") if s.id == source), None)
        if about is None:
            raise Unfit("a field is missing or wrong", f"tables: train has no sample {source!r}")
        category = _category(sql)
        gold = _gold(about.tables, sql, category)
        if category not in CHANGES and any(g in re.findall(r"[\w.]+", question) for g in gold):
            raise Unfit("the question holds its answer", ", ".join(gold))
        return DbSample(id, self.split, question, category, about.tables, gold, sql, about.note)

    def key(self, sample: Sample) -> str:
        """The SQL without its spelling, and the tables."""
        assert isinstance(sample, DbSample)
        names = ",".join(f"{t.name}:{len(t.rows)}" for t in sample.tables)
        return f"{names} {' '.join(sample.reference.rstrip('; ').lower().split())}"


def _shown(table: Table) -> str:
    columns = ", ".join(f"{c.name} {c.type}" for c in table.columns)
    rows = [" | ".join(map(str, row)) for row in table.rows[:SHOWN]]
    more = len(table.rows) - len(rows)
    return "\n".join([f"{table.name} ({columns})", *rows, *([f"... and {more} rows more"] if more else [])])


def _category(sql: str) -> str:
    """What kind of problem the statement solves. Raises `Unfit` for more than one statement, and others."""
    verb = _VERB.match(sql)
    if verb is None or len([s for s in statements(sql) if s.strip("; \n")]) != 1:
        raise Unfit("not one SELECT, INSERT, UPDATE or DELETE", sql[:80])
    if found := _CHANCE.search(sql):
        raise Unfit("the SQL depends on chance, the clock or the engine", found[0])
    word = verb[1].upper()
    return word if word in CHANGES else "other"


def _gold(tables: tuple[Table, ...], sql: str, category: str) -> tuple[str, ...]:
    """What the SQL gives, whatever order the rows are stored in: else its answer would be an accident."""
    backwards = tuple(Table(t.name, t.columns, t.rows[::-1]) for t in tables)
    found = [_run(each, sql, category) for each in (tables, backwards)]
    if sorted(found[0]) != sorted(found[1]):
        raise Unfit("more than one answer is right", f"{found[0]} or {found[1]}")
    return found[0]


def _run(tables: tuple[Table, ...], sql: str, category: str) -> tuple[str, ...]:
    database = Sqlite().open(tables)
    try:
        before = database.state(tables)
        outcome = database.execute(sql)
        after = database.state(tables)
    except SqlError as e:
        raise Unfit("the SQL fails", str(e)) from None
    finally:
        database.close()
    if category in CHANGES:
        if after == before or EMPTY in after or "missing" in after:
            raise Unfit("the SQL changes nothing, or everything")
        return (after,)
    if after != before:
        raise Unfit("the SQL of a question changes the tables")
    return _answers(outcome.columns, [row[0] for row in outcome.rows])


def _answers(columns: tuple[str, ...], values: list[object]) -> tuple[str, ...]:
    """One column of a few distinct values, none of them what one would guess first."""
    if len(columns) != 1 or not 1 <= len(values) <= MANY:
        raise Unfit("not one column of a few values", f"{len(columns)} columns, {len(values)} rows")
    said = tuple(text(v) for v in values)
    if any(v in (None, 0, 1) for v in values) or len(set(said)) < len(said):
        raise Unfit("the answer is nothing, 0, 1 or a repetition", ", ".join(said))
    return said
