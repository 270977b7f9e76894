"""A result of SQL as the agent reads it, in each profile."""

from collections.abc import Callable
from typing import Any

from .engines import Outcome, SqlError

ROWS = 50
"""Rows that a native observation shows."""
CHARACTERS = 2000
"""Characters of rows that a native observation shows."""
CUT = 800
"""AgentBench's limit of an observation (spec, section 3)."""


def agentbench(outcome: Outcome) -> str:
    """The list of tuples that AgentBench shows, cut as it cuts; `[]` after a change."""
    return cut(str(list(outcome.rows)))


def cut(text: str) -> str:
    return text if len(text) <= CUT else text[:CUT] + "[TRUNCATED]"


def native(outcome: Outcome) -> str:
    """Column names, rows and their number; what is left out is said."""
    if not outcome.columns:
        return f"OK, {_count(outcome.changed, 'row')} changed."
    lines, size = [" | ".join(outcome.columns)], 0
    for row in outcome.rows[:ROWS]:
        line = " | ".join(map(_cell, row))
        size += len(line) + 1
        if size > CHARACTERS and len(lines) > 1:
            break
        lines.append(line[:CHARACTERS])
    shown, total = len(lines) - 1, len(outcome.rows)
    number = f"more than {total}" if outcome.more else str(total)
    if shown == total and not outcome.more:
        return "\n".join([*lines, f"({_count(total, 'row')})"])
    return "\n".join([*lines, f"(cut: {shown} of {number} rows shown; ask for fewer rows or columns)"])


def failure(refused: SqlError) -> str:
    """The database's message; of several statements, which one it is about and what was done before."""
    said = str(refused)[:CHARACTERS]
    if refused.count == 1:
        return f"Error: {said}"
    which = f"statement {refused.done + 1} of {refused.count} failed"
    return f"Error: {which}: {said} (carried out before it: {refused.done})"


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return str(value).replace("\r", "\\r").replace("\n", "\\n")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


SHOWN: dict[str, tuple[Callable[[Outcome], str], Callable[[SqlError], str]]] = {
    "native": (native, failure),
    "v0.2": (agentbench, lambda refused: cut(str(refused))),
    "fc": (agentbench, lambda refused: cut(str(refused))),
}
"""By profile: how a result is shown, and how an error is."""
