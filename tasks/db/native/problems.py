"""Templates: from a world to the words of a problem and the reference SQL that solves it.

A template draws what it needs from the world and returns a `Draft`, or None where this world does not
suit it. The words of the question come from `sentences-SPLIT.txt`; the answer is computed by running
the reference SQL, never written down.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from ..samples import Value
from .schema import Entity
from .world import World, draw


@dataclass(frozen=True, slots=True)
class Draft:
    category: str
    sql: str
    words: Mapping[str, Value]
    """Fills the sentence, beside the words of the schema."""


Template = Callable[[World, Random], Draft]


def sql(value: Value) -> str:
    """A value as a literal of any SQL."""
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _kind(world: World, random: Random, entity: Entity) -> str:
    table = world.child if entity is world.schema.child else world.parent
    return str(random.choice(world.column(table, entity.sort)))


def _limit(world: World, random: Random, column: str) -> int:
    """A bound strictly between values, a few rows from either end."""
    values = sorted(int(str(v)) for v in world.column(world.child, column))
    return values[random.randint(3, len(values) - 4)] + random.choice((0, 1))


def count_kind(w: World, r: Random) -> Draft:
    c, kind = w.schema.child, _kind(w, r, w.schema.child)
    return Draft("counting", f"SELECT COUNT(*) FROM {c.table} WHERE {c.sort} = {sql(kind)}", {"kind": kind})


def count_above(w: World, r: Random) -> Draft:
    c = w.schema.child
    number, limit = c.numbers[0], _limit(w, r, c.numbers[0].column)
    return Draft(
        "counting", f"SELECT COUNT(*) FROM {c.table} WHERE {number.column} > {limit}", {"limit": limit}
    )


def count_both(w: World, r: Random) -> Draft:
    c, kind = w.schema.child, _kind(w, r, w.schema.child)
    limit = _limit(w, r, c.numbers[0].column)
    where = f"{c.sort} = {sql(kind)} AND {c.numbers[0].column} < {limit}"
    return Draft("counting", f"SELECT COUNT(*) FROM {c.table} WHERE {where}", {"kind": kind, "limit": limit})


def find_number(w: World, r: Random) -> Draft:
    c, name = w.schema.child, r.choice(w.child.rows)[0]
    return Draft(
        "other",
        f"SELECT {c.numbers[0].column} FROM {c.table} WHERE {c.name} = {sql(name)}",
        {"subject": name},
    )


def list_both(w: World, r: Random) -> Draft:
    c, kind = w.schema.child, _kind(w, r, w.schema.child)
    limit = _limit(w, r, c.numbers[0].column)
    where = f"{c.sort} = {sql(kind)} AND {c.numbers[0].column} > {limit}"
    return Draft(
        "comparison", f"SELECT {c.name} FROM {c.table} WHERE {where}", {"kind": kind, "limit": limit}
    )


def list_between(w: World, r: Random) -> Draft:
    c = w.schema.child
    column = c.numbers[0].column
    values = sorted(int(str(v)) for v in w.column(w.child, column))
    start = r.randint(1, len(values) - 6)
    low, high = values[start], values[start + r.randint(1, 3)]
    return Draft(
        "comparison",
        f"SELECT {c.name} FROM {c.table} WHERE {column} BETWEEN {low} AND {high}",
        {"low": low, "high": high},
    )


def beats(w: World, r: Random) -> Draft:
    """Rows above the value that a named row has."""
    c = w.schema.child
    column = c.numbers[0].column
    ranked = sorted(w.child.rows, key=lambda row: -int(str(row[2])))
    name = ranked[r.randint(2, 5)][0]
    inner = f"SELECT {column} FROM {c.table} WHERE {c.name} = {sql(name)}"
    return Draft(
        "comparison", f"SELECT {c.name} FROM {c.table} WHERE {column} > ({inner})", {"subject": name}
    )


def top(w: World, r: Random) -> Draft:
    c = w.schema.child
    return Draft("ranking", f"SELECT {c.name} FROM {c.table} ORDER BY {c.numbers[0].column} DESC LIMIT 1", {})


def bottom(w: World, r: Random) -> Draft:
    c = w.schema.child
    return Draft("ranking", f"SELECT {c.name} FROM {c.table} ORDER BY {c.numbers[0].column} LIMIT 1", {})


def place(w: World, r: Random) -> Draft:
    c = w.schema.child
    n, word = r.choice(((2, "second"), (3, "third"), (4, "fourth"), (5, "fifth")))
    order = f"ORDER BY {c.numbers[0].column} DESC LIMIT 1 OFFSET {n - 1}"
    return Draft("ranking", f"SELECT {c.name} FROM {c.table} {order}", {"place": word})


def top_kind(w: World, r: Random) -> Draft:
    c, kind = w.schema.child, _kind(w, r, w.schema.child)
    order = f"ORDER BY {c.numbers[0].column} DESC LIMIT 1"
    return Draft(
        "ranking", f"SELECT {c.name} FROM {c.table} WHERE {c.sort} = {sql(kind)} {order}", {"kind": kind}
    )


def three(w: World, r: Random) -> Draft:
    c = w.schema.child
    order = f"ORDER BY {c.numbers[0].column} DESC LIMIT 3"
    return Draft("ranking", f"SELECT {c.name} FROM {c.table} {order}", {})


def total(w: World, r: Random) -> Draft:
    c, kind = w.schema.child, _kind(w, r, w.schema.child)
    what = f"SUM({c.numbers[0].column})"
    return Draft(
        "aggregation-SUM", f"SELECT {what} FROM {c.table} WHERE {c.sort} = {sql(kind)}", {"kind": kind}
    )


def average(w: World, r: Random) -> Draft:
    c, kind = w.schema.child, _kind(w, r, w.schema.child)
    what = f"ROUND(AVG({c.numbers[0].column}), 2)"
    return Draft(
        "aggregation-AVG", f"SELECT {what} FROM {c.table} WHERE {c.sort} = {sql(kind)}", {"kind": kind}
    )


def highest(w: World, r: Random) -> Draft:
    c, kind = w.schema.child, _kind(w, r, w.schema.child)
    what = f"MAX({c.numbers[1].column})"
    return Draft(
        "aggregation-MAX", f"SELECT {what} FROM {c.table} WHERE {c.sort} = {sql(kind)}", {"kind": kind}
    )


def lowest(w: World, r: Random) -> Draft:
    c = w.schema.child
    limit = _limit(w, r, c.numbers[0].column)
    where = f"{c.numbers[0].column} > {limit}"
    return Draft(
        "aggregation-MIN", f"SELECT MIN({c.numbers[1].column}) FROM {c.table} WHERE {where}", {"limit": limit}
    )


def _joined(w: World) -> str:
    p, c = w.schema.parent, w.schema.child
    return f"{c.table} JOIN {p.table} ON {c.table}.{w.schema.link} = {p.table}.id"


def join_find(w: World, r: Random) -> Draft:
    p, c, name = w.schema.parent, w.schema.child, r.choice(w.child.rows)[0]
    return Draft(
        "join", f"SELECT {p.table}.{p.name} FROM {_joined(w)} WHERE {c.table}.{c.name} = {sql(name)}",
        {"subject": name},
    )  # fmt: skip


def join_count(w: World, r: Random) -> Draft:
    p, kind = w.schema.parent, _kind(w, r, w.schema.parent)
    return Draft(
        "join", f"SELECT COUNT(*) FROM {_joined(w)} WHERE {p.table}.{p.sort} = {sql(kind)}", {"pkind": kind}
    )


def join_sum(w: World, r: Random) -> Draft:
    p, c = w.schema.parent, w.schema.child
    name = r.choice(w.parent.rows)[1]
    what = f"SUM({c.table}.{c.numbers[0].column})"
    return Draft(
        "join", f"SELECT {what} FROM {_joined(w)} WHERE {p.table}.{p.name} = {sql(name)}", {"owner": name}
    )


def join_list(w: World, r: Random) -> Draft:
    p, c = w.schema.parent, w.schema.child
    kind, own = _kind(w, r, p), _kind(w, r, c)
    where = f"{p.table}.{p.sort} = {sql(kind)} AND {c.table}.{c.sort} = {sql(own)}"
    return Draft(
        "join", f"SELECT {c.table}.{c.name} FROM {_joined(w)} WHERE {where}", {"pkind": kind, "kind": own}
    )


def join_top(w: World, r: Random) -> Draft:
    p, c = w.schema.parent, w.schema.child
    return Draft(
        "join",
        f"SELECT {p.table}.{p.name} FROM {_joined(w)} GROUP BY {p.table}.id, {p.table}.{p.name} "
        f"ORDER BY SUM({c.table}.{c.numbers[0].column}) DESC LIMIT 1",
        {},
    )


def insert_parent(w: World, r: Random) -> Draft:
    p, heads = w.schema.parent, ", ".join(w.parent.heads)
    new = r.randint(61, 99)
    kind, (number,) = _kind(w, r, p), draw(p.numbers[0], 1, r)
    values = ", ".join(map(sql, (new, w.spare_parent, kind, number)))
    words: dict[str, Value] = {"new": new, "owner": w.spare_parent, "pkind": kind, "pvalue": number}
    return Draft("INSERT", f"INSERT INTO {p.table} ({heads}) VALUES ({values})", words)


def insert_child(w: World, r: Random) -> Draft:
    p, c, heads = w.schema.parent, w.schema.child, ", ".join(w.child.heads)
    row = r.choice(w.parent.rows)
    kind, (one,), (two,) = _kind(w, r, c), draw(c.numbers[0], 1, r), draw(c.numbers[1], 1, r)
    values = ", ".join(map(sql, (w.spare, kind, one, two)))
    owner = f"(SELECT id FROM {p.table} WHERE {p.name} = {sql(row[1])})"
    words = {"subject": w.spare, "kind": kind, "value": one, "value2": two, "owner": row[1]}
    return Draft("INSERT", f"INSERT INTO {c.table} ({heads}) VALUES ({values}, {owner})", words)


def update_one(w: World, r: Random) -> Draft:
    c, name = w.schema.child, r.choice(w.child.rows)[0]
    (value,) = draw(c.numbers[0], 1, r)
    where = f"{c.name} = {sql(name)}"
    return Draft(
        "UPDATE", f"UPDATE {c.table} SET {c.numbers[0].column} = {value} WHERE {where}",
        {"subject": name, "value": value},
    )  # fmt: skip


def update_kind(w: World, r: Random) -> Draft:
    c, kind, other = w.schema.child, _kind(w, r, w.schema.child), r.choice(w.schema.child.kinds)
    limit = _limit(w, r, c.numbers[0].column)
    where = f"{c.sort} = {sql(kind)} AND {c.numbers[0].column} > {limit}"
    return Draft(
        "UPDATE", f"UPDATE {c.table} SET {c.sort} = {sql(other)} WHERE {where}",
        {"kind": kind, "kind2": other, "limit": limit},
    )  # fmt: skip


def update_add(w: World, r: Random) -> Draft:
    c, kind, more = w.schema.child, _kind(w, r, w.schema.child), r.randint(2, 25)
    column = c.numbers[0].column
    change = f"UPDATE {c.table} SET {column} = {column} + {more} WHERE {c.sort} = {sql(kind)}"
    return Draft("UPDATE", change, {"kind": kind, "more": more})


def update_join(w: World, r: Random) -> Draft:
    p, c = w.schema.parent, w.schema.child
    name, other = r.choice(w.parent.rows)[1], r.choice(c.kinds)
    where = f"{w.schema.link} = (SELECT id FROM {p.table} WHERE {p.name} = {sql(name)})"
    return Draft(
        "UPDATE",
        f"UPDATE {c.table} SET {c.sort} = {sql(other)} WHERE {where}",
        {"owner": name, "kind2": other},
    )


def delete_one(w: World, r: Random) -> Draft:
    c, name = w.schema.child, r.choice(w.child.rows)[0]
    return Draft("DELETE", f"DELETE FROM {c.table} WHERE {c.name} = {sql(name)}", {"subject": name})


def delete_below(w: World, r: Random) -> Draft:
    c, kind = w.schema.child, _kind(w, r, w.schema.child)
    limit = _limit(w, r, c.numbers[0].column)
    where = f"{c.sort} = {sql(kind)} AND {c.numbers[0].column} < {limit}"
    return Draft("DELETE", f"DELETE FROM {c.table} WHERE {where}", {"kind": kind, "limit": limit})


def delete_join(w: World, r: Random) -> Draft:
    p, c, kind = w.schema.parent, w.schema.child, _kind(w, r, w.schema.parent)
    where = f"{w.schema.link} IN (SELECT id FROM {p.table} WHERE {p.sort} = {sql(kind)})"
    return Draft("DELETE", f"DELETE FROM {c.table} WHERE {where}", {"pkind": kind})


TEMPLATES: tuple[Template, ...] = (
    count_kind, update_one, top, insert_parent, join_find, total, list_both, delete_one,
    count_both, update_kind, place, insert_child, join_count, average, find_number, delete_below,
    count_above, update_add, top_kind, join_sum, highest, list_between, update_join,
    bottom, join_list, lowest, beats, delete_join, three, join_top,
)  # fmt: skip
"""In the order samples come in, so that the first few of a split are a mixture."""
