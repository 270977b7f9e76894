"""AgentBench's own samples, from a checkout the user registered; and the known mistakes in them.

`data/dbbench/dev.jsonl` and `standard.jsonl`; every column is TEXT, as AgentBench creates them. A table
that MySQL refuses (a column without a name, two of one name, rows of another length than the header)
ends the sample as a task error in AgentBench FC: under v0.2 and fc it is skipped, under native it is
loaded with the names and rows made whole.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness import UsageError

from .dialect import to_sqlite, unescaped
from .engines import SqlError
from .engines.sqlite import Sqlite
from .samples import CHANGES, Column, DbSample, Table, Value

FILES = {"agentbench-dev": "dev.jsonl", "agentbench-std": "standard.jsonl"}
SPLITS = tuple(FILES)
Loaded = tuple[tuple[DbSample, ...], Mapping[str, str]]


def load(folder: Path | None, split: str, profile: str) -> Loaded:
    """The samples of a split, and those that cannot be played with the reason."""
    how = "register a checkout of THUDM/AgentBench with `harness data add agentbench PATH`"
    if folder is None:
        raise UsageError(f"split {split!r} of db is AgentBench's own: {how}")
    path = folder / "data" / "dbbench" / FILES[split]
    if not path.is_file():
        raise UsageError(f"{path} is missing, so db has no split {split!r}: {how} that has it")
    return _read(path, path.stat().st_mtime_ns, split, profile == "native")


@lru_cache(maxsize=8)
def _read(path: Path, changed: int, split: str, mend: bool) -> Loaded:
    samples, skipped = [], {}
    for index, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        name = f"{split.removeprefix('agentbench-')}-{index}"
        try:
            entry = json.loads(line)
            tables, wrong = _tables(entry["table"])
            if wrong and not mend:
                skipped[name] = f"{wrong}; MySQL refuses such a table"
                continue
            samples.append(_sample(entry, name, split, tables))
        except (ValueError, KeyError, TypeError, IndexError) as e:
            raise UsageError(
                f"{path}:{index + 1}: not a dbbench record ({type(e).__name__}: {e}); expected one JSON "
                "object a line with description, type, table, label; is the checkout whole?"
            ) from None
    return tuple(samples), skipped


def _sample(entry: Mapping[str, Any], name: str, split: str, tables: tuple[Table, ...]) -> DbSample:
    category, label = str(entry["type"][0]), entry["label"]
    changes = category in CHANGES
    gold = (_bare(entry["answer_md5"]),) if changes else tuple(str(g) for g in label)
    reference = str(label[0] if isinstance(label, list) else label) if changes else ""
    return DbSample(
        id=name,
        split=split,
        question=str(entry["description"]),
        category=category,
        tables=tables,
        gold=gold,
        reference=reference,
        note=str(entry.get("add_description", "")),
        evidence=str(entry.get("evidence", "")),
        corrected=_corrected(split, name, tables, reference),
        dialect="mysql",
    )


def _tables(said: Any) -> tuple[tuple[Table, ...], str]:
    """The tables of a record, and what is wrong with them; made whole in any case."""
    tables, wrong = [], ""
    for table in said if isinstance(said, list) else [said]:
        heads = [str(c["name"]) for c in table["table_info"]["columns"]]
        rows = table["table_info"]["rows"]
        wrong = wrong or _wrong(heads, rows)
        columns = tuple(Column(h) for h in _names(heads))
        tables.append(Table(str(table["table_name"]), columns, tuple(_row(r, len(heads)) for r in rows)))
    return tuple(tables), wrong


def _wrong(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if any(not h.strip() for h in heads):
        return "a column has no name"
    if len({h.lower() for h in heads}) < len(heads):
        return "two columns have one name"
    if any(len(r) != len(heads) for r in rows):
        return "a row has another length than the header"
    return ""


def _names(heads: Sequence[str]) -> list[str]:
    names: list[str] = []
    for number, head in enumerate(heads, 1):
        name = head if head.strip() else f"column_{number}"
        while name.lower() in {n.lower() for n in names}:
            name = f"{name}_{number}"
        names.append(name)
    return names


def _row(row: Sequence[Any], length: int) -> tuple[Value, ...]:
    cells: list[Value] = [unescaped(str(c)) for c in row[:length]]
    return tuple(cells + [None] * (length - len(cells)))


def _bare(said: str) -> str:
    """The hash in "[('09aa...',)]", which v0.2 compares as a whole and FC strips."""
    return said.strip("[]()").split(",")[0].strip().strip("'")


def erratum(split: str, name: str) -> str | None:
    known = _errata().get(split, {}).get(name.partition("-")[2])
    return None if known is None else str(known["why"])


def _corrected(split: str, name: str, tables: tuple[Table, ...], reference: str) -> tuple[str, ...] | None:
    known = _errata().get(split, {}).get(name.partition("-")[2])
    if known is None or known["gold"] is None:
        return None
    if known["gold"] == "reference":
        return (after(tables, reference),)
    return tuple(known["gold"])


def after(tables: tuple[Table, ...], reference: str) -> str:
    """The state of `tables` after a reference statement of MySQL, found with SQLite."""
    database = Sqlite().open(tables, mysql_text=True)
    try:
        database.execute(to_sqlite(reference))
        return database.state(tables)
    except SqlError:
        return "none"
    finally:
        database.close()


@lru_cache(maxsize=1)
def _errata() -> dict[str, dict[str, dict[str, Any]]]:
    read: dict[str, dict[str, dict[str, Any]]] = json.loads(
        Path(__file__).with_name("errata.json").read_text(encoding="utf-8")
    )
    return read
