"""The state of tables as one short text, equal to what MySQL gives for AgentBench's hash query.

Source: AgentBench FC, `src/server/tasks/dbbench/result_processor.py` (v0.2: `task.py`); spec, section 3.
A row's hash is the first 5 hex digits of the MD5 of its values joined by commas, NULLs left out; a
table's hash is the MD5 of its rows' hashes, sorted and joined by commas; of several tables, the
hashes sorted and joined by underscores.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from hashlib import md5
from typing import Any

EMPTY = "None"
"""GROUP_CONCAT over no rows is NULL, and so is its MD5."""


def table_hash(rows: Iterable[Sequence[Any]]) -> str:
    """The hash of one table.

    >>> table_hash([("a", 1, None), ("b", 2.0, "")])
    'f6ff09ec060756312392fe501dd8e5a0'
    """
    hashes = sorted(_md5(",".join(text(v) for v in row if v is not None))[:5] for row in rows)
    return _md5(",".join(hashes)) if hashes else EMPTY


def together(hashes: Iterable[str]) -> str:
    """The hash of several tables."""
    return "_".join(sorted(hashes))


def text(value: Any) -> str:
    """A value as MySQL writes it into a string: 2.0 of a DOUBLE column is `2`."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _md5(said: str) -> str:
    return md5(said.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
