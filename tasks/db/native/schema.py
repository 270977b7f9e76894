"""What the bundled databases are about: two tables, of which the second refers to the first.

A schema file has one block a schema, an empty line between blocks. A block describes the parent in
four lines, the child in five, and the link in one:

    branch / branch / branches                          table / one / many
    branch_name: North, South | Road, Gate              the column of names: first words | second words
    district, district: Old Town, Harbour               the column of kinds, what it is called: kinds
    opened, opening year: 1901 to 1999                  a number: range, and `real` for one decimal
    link: branch_id: kept at                            the child's column, and the relation in words
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Number:
    column: str
    called: str
    """In a sentence: `page count`."""
    low: int
    high: int
    real: bool = False
    """One decimal; else whole."""


@dataclass(frozen=True, slots=True)
class Entity:
    table: str
    one: str
    many: str
    name: str
    """The column with the unique name."""
    firsts: tuple[str, ...]
    seconds: tuple[str, ...]
    """A name is one of each, with a space unless the first ends in `-`."""
    sort: str
    called: str
    """The column of categories, and what a sentence calls it."""
    kinds: tuple[str, ...]
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    parent: Entity
    child: Entity
    link: str
    """The child's column that holds the parent's id."""
    relation: str
    """In a sentence: the books `kept at` a branch."""


@lru_cache(maxsize=4)
def schemas(split: str) -> tuple[Schema, ...]:
    """The schemas of a split, from `schemas-SPLIT.txt`."""
    text = Path(__file__).with_name(f"schemas-{split}.txt").read_text(encoding="utf-8")
    blocks = text.strip().split("\n\n")
    return tuple(_schema([line for line in b.splitlines() if not line.startswith("#")]) for b in blocks)


def _schema(lines: list[str]) -> Schema:
    """Four lines for the parent, five for the child, one for the link."""
    _, link, relation = (part.strip() for part in lines[-1].split(":"))
    return Schema(_entity(lines[:4]), _entity(lines[4:-1]), link, relation)


def _entity(lines: list[str]) -> Entity:
    """`table / one / many`, `column: firsts | seconds`, `column, called: kinds`, and numbers."""
    table, one, many = (p.strip() for p in lines[0].split("/"))
    name, _, words = lines[1].partition(":")
    firsts, seconds = (tuple(w.strip() for w in part.split(",")) for part in words.split("|"))
    head, _, kinds = lines[2].partition(":")
    sort, called = (p.strip() for p in head.split(","))
    return Entity(
        table, one, many, name.strip(), firsts, seconds, sort, called,
        tuple(k.strip() for k in kinds.split(",")), tuple(_number(line) for line in lines[3:]),
    )  # fmt: skip


def _number(line: str) -> Number:
    """`column, called: low to high`; `real` at the end for one decimal."""
    head, _, span = line.partition(":")
    column, called = (p.strip() for p in head.split(","))
    low, high = span.removesuffix("real").split("to")
    return Number(column, called, int(low), int(high), span.endswith("real"))
