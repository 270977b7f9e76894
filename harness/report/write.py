"""A leaderboard as a terminal table, Markdown, CSV or JSON."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.errors import UsageError
from harness.report.board import Board, Cell, Column, Key, Row
from harness.report.form import NOTHING, Whole, between, percent, tame

FORMS = ("table", "md", "csv", "json")

FORMAT = 1
"""Of the JSON: grows when a reader of the old form would misunderstand the new one."""


def write(board: Board, form: str, console: Console) -> None:
    """Print the board in one of `FORMS`; all but the table exactly as they are, for files."""
    if form == "table":
        to_console(board, console)
    elif form == "md":
        console.file.write(to_markdown(board))
    elif form == "csv":
        console.file.write(to_csv(board))
    elif form == "json":
        console.file.write(json.dumps(to_json(board), indent=2) + "\n")
    else:
        raise UsageError(f"--format {form}: expected one of {', '.join(FORMS)}")


def _strategy(row: Row) -> str:
    said = "(published)" if row.published else tame(row.strategy) + (" †" if row.oracle else "")
    return f"{said} [{tame(row.detail)}]" if row.detail else said


def _score(cell: Cell | None) -> str:
    return NOTHING if cell is None else percent(cell.score) + ("*" if cell.other_source else "")


def _overall(row: Row, profile: str) -> str:
    number = row.overall.get(profile)
    if number is None or number.value is None:
        return NOTHING
    return f"{number.value:.2f}" if profile == "v0.2" else percent(number.value)


def notes(board: Board) -> Iterator[str]:
    """What has to be known to read the board."""
    if any(r.oracle for r in board.rows):
        yield "† looks at the true score before it submits: no fair comparison"
    yield from map(tame, board.notes)


def to_console(board: Board, console: Console) -> None:
    """Each cell: the score in per cent, its 95 % interval, scored of planned episodes."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    table.add_column("model", overflow="fold", min_width=12)
    table.add_column("strategy", overflow="fold", min_width=11)
    for c in board.columns:
        split = tame(" ".join(c.splits)).replace("-", "-\n", 1)  # agentbench-std is wider than its scores
        head = Text(f"{tame(c.task)}{' ‡' if c.forced else ''}\n{tame(c.profile)}\n{split}")
        table.add_column(head, justify="right", no_wrap=True)
    for profile in board.overalls:
        table.add_column(f"overall\n{profile}", justify="right", no_wrap=True)
    for row in board.rows:
        style = "dim" if row.published else ""
        cells = (_cell_text(row.cells.get(c.key)) for c in board.columns)
        overall = (Text(_overall(row, profile)) for profile in board.overalls)
        table.add_row(Text(tame(row.model)), Text(_strategy(row)), *cells, *overall, style=style)
    console.print(Whole(table), crop=False)
    for note in notes(board):
        console.print(Text("  " + note, "dim"), soft_wrap=True)


def _cell_text(cell: Cell | None) -> Text:
    text = Text(_score(cell))
    if cell is not None and cell.n is not None:
        text.append(f"\n{between(cell.low, cell.high)}", "dim")
        text.append(f"\n{cell.n}/{cell.planned}", "dim" if cell.n == cell.planned else "yellow")
    return text


def to_markdown(board: Board) -> str:
    """A GitHub table; each cell `score [interval] n/planned`."""
    heads = ["model", "strategy"]
    heads += [
        f"{escape(c.task)}{' ‡' if c.forced else ''} ({escape(c.profile)}, {escape(' '.join(c.splits))})"
        for c in board.columns
    ]
    heads += [f"overall {profile}" for profile in board.overalls]
    lines = [heads, ["---", "---", *["---:"] * (len(heads) - 2)]]
    for row in board.rows:
        cells = [_cell_markdown(row.cells.get(c.key)) for c in board.columns]
        overall = [_overall(row, profile) for profile in board.overalls]
        lines.append([escape(row.model), escape(_strategy(row)), *cells, *overall])
    table = "".join("| " + " | ".join(line) + " |\n" for line in lines)
    return table + "".join(f"\n{escape(note)}\n" for note in notes(board))


def _cell_markdown(cell: Cell | None) -> str:
    said = escape(_score(cell))
    if cell is None or cell.n is None:
        return said
    return f"{said} [{between(cell.low, cell.high)}] {cell.n}/{cell.planned}"


def escape(text: str) -> str:
    r"""Others' text so that Markdown shows it as it is: no markup, no links, no further cells.

    >>> print(escape("[red]x[/red] | <b>"))
    \[red\]x\[/red\] \| \<b\>
    """
    return "".join("\\" + c if c in r"\`*_[]<>|~&@:$" else c for c in tame(text))


def to_csv(board: Board) -> str:
    """One line a row; scores in [0, 1], without rounding. What marks a column stands in each line."""
    names, columns = columns_by_name(board), {c.key: c for c in board.columns}
    heads = ["model", "strategy", "detail", "published", "oracle", "source"]
    for name in names:
        heads += [name, f"{name} low", f"{name} high", f"{name} n", f"{name} planned"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads += [f"overall {profile}" for profile in board.overalls]
    marks: dict[str, str] = {}
    for name, key in names.items():
        marks[f"{name} splits"] = _formula_free(tame(" ".join(columns[key].splits)))
        marks[f"{name} mixed"] = " ".join(columns[key].mixed)
    writer.writerow([*heads, *marks])
    for row in board.rows:
        line: list[Any] = [_formula_free(tame(x)) for x in (row.model, row.strategy, row.detail)]
        line += [int(row.published), int(row.oracle), row.source]
        for key in names.values():
            cell = row.cells.get(key, Cell(None))
            line += [cell.score, cell.low, cell.high, cell.n, cell.planned]
        numbers = (row.overall.get(profile) for profile in board.overalls)
        line += [None if o is None else o.value for o in numbers]
        writer.writerow([*line, *marks.values()])
    return out.getvalue()


def _formula_free(text: str) -> str:
    """A spreadsheet would run a name that begins like a formula (OWASP, CSV injection)."""
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text


def columns_by_name(board: Board) -> Mapping[str, Key]:
    """How programs call the columns: by task, and by `task (profile)` where a task has several."""
    tasks = [c.task for c in board.columns]
    return {_name(c, tasks.count(c.task) > 1): c.key for c in board.columns}


def _name(column: Column, several: bool) -> str:
    return f"{column.task} ({column.profile})" if several else column.task


def to_json(board: Board) -> dict[str, Any]:
    """For programs. Scores are in [0, 1]; `overall` is v0.2's weighted mean or fc's plain one, or null."""
    names = columns_by_name(board)
    columns = {c.key: c for c in board.columns}
    return {
        "format": FORMAT,
        "columns": [
            {
                "name": name,
                "task": key[0],
                "profile": key[1],
                "splits": list(columns[key].splits),
                "mixed": list(columns[key].mixed),
            }
            for name, key in names.items()
        ],
        "rows": [_row_json(row, names) for row in board.rows],
        "notes": list(board.notes),
    }


def _row_json(row: Row, names: Mapping[str, Key]) -> dict[str, Any]:
    shown = {name: row.cells[key] for name, key in names.items() if key in row.cells}
    numbers = {profile: o.value for profile, o in row.overall.items()}
    return {
        "model": row.model,
        "strategy": row.strategy,
        "detail": row.detail,
        "published": row.published,
        "source": row.source,
        "oracle": row.oracle,
        "runs": row.runs,
        "scores": {name: cell.score for name, cell in shown.items()},
        "cells": {
            name: {
                "low": cell.low,
                "high": cell.high,
                "n": cell.n,
                "planned": cell.planned,
                "errors": cell.errors,
                "tokens": cell.tokens,
            }
            for name, cell in shown.items()
        },
        "overall": next((v for p in ("v0.2", "fc") if (v := numbers.get(p)) is not None), None),
        "overalls": numbers,
    }
