"""A small random database over a schema, with what problem templates need to know about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from ..samples import Column, Table, Value
from .schema import Entity, Number, Schema

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class World:
    schema: Schema
    parent: Table
    child: Table
    spare: str
    """A name that no child has yet."""
    spare_parent: str

    @property
    def tables(self) -> tuple[Table, Table]:
        return self.parent, self.child

    def column(self, table: Table, name: str) -> list[Value]:
        at = table.heads.index(name)
        return [row[at] for row in table.rows]


def build(schema: Schema, random: Random) -> World:
    """5 to 8 parents, 14 to 28 children; whole numbers differ from row to row, so that ranks are clear."""
    above, below = schema.parent, schema.child
    parents, children = random.randint(5, 8), random.randint(14, 28)
    parent_names, child_names = names(above, parents + 1, random), names(below, children + 1, random)
    ids = sorted(random.sample(range(1, 60), parents))
    parent_rows = zip(
        ids,
        parent_names,
        picked(above.kinds, parents, random),
        *_numbers(above, parents, random),
        strict=False,
    )
    child_rows = zip(
        child_names, picked(below.kinds, children, random), *_numbers(below, children, random),
        picked(ids, children, random), strict=False,
    )  # fmt: skip
    parent_columns = (Column("id", "INTEGER"), *_columns(above))
    child_columns = (*_columns(below), Column(schema.link, "INTEGER"))
    return World(
        schema,
        Table(above.table, parent_columns, tuple(parent_rows)),
        Table(below.table, child_columns, tuple(child_rows)),
        child_names[-1],
        parent_names[-1],
    )


def names(entity: Entity, number: int, random: Random) -> list[str]:
    """Distinct names."""
    pairs = random.sample([(a, b) for a in entity.firsts for b in entity.seconds], number)
    return [f"{a}{b}" if a.endswith("-") else f"{a} {b}" for a, b in pairs]


def picked(choices: Sequence[T], number: int, random: Random) -> list[T]:
    return [random.choice(choices) for _ in range(number)]


def _columns(entity: Entity) -> list[Column]:
    numbers = [Column(n.column, "REAL" if n.real else "INTEGER") for n in entity.numbers]
    return [Column(entity.name), Column(entity.sort), *numbers]


def _numbers(entity: Entity, rows: int, random: Random) -> list[list[Value]]:
    return [draw(n, rows, random) for n in entity.numbers]


def draw(number: Number, rows: int, random: Random) -> list[Value]:
    """Distinct values of a column."""
    if not number.real:
        return list(random.sample(range(number.low, number.high + 1), rows))
    tenths = random.sample(range(number.low * 10 + 1, number.high * 10), rows)
    # A whole value is written 5 by one engine and 5.0 by another: keep clear of them.
    return [t / 10 if t % 10 else (t + 5) / 10 for t in tenths]
