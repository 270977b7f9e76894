"""Runs beside one another: rows are model and strategy, columns are tasks with their profile.

Runs share a column only if they were played alike: the same split and the same content hash. Otherwise
`leaderboard` refuses and names the part that differs. Nothing is dropped silently: runs of one model and
strategy over the same samples are put together as further epochs, others stand in rows of their own.

Shows itself with made-up runs: `python -m harness.report.leaderboard [table|md|csv|json]`.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.console import Console

from harness.errors import UsageError
from harness.records import EpisodeRecord
from harness.report.board import Board, Cell, Column, Key, Row
from harness.report.comparable import Entry, Runs, column, column_notes, entries_of, settings_notes
from harness.report.overall import Overall, overall
from harness.report.published import PublishedRow
from harness.report.published import published as published_table
from harness.report.summary import summarise
from harness.types import of_agent


def leaderboard(
    runs: Runs,
    published: bool = False,
    force: bool = False,
    names: Sequence[str] = (),
) -> Board:
    """Put runs beside one another. Raises `UsageError` where they are not comparable, unless forced.

    `names` are how messages call the runs (their folders).
    """
    if not runs and not published:
        raise UsageError("a leaderboard needs a run directory or more, or --published")
    notes: list[str] = []
    called = list(names) or [f"{r.model} {r.strategy}, {r.created or 'no date'}" for r, _ in runs]
    entries = entries_of(runs, called, notes)
    columns = [column(key, [e for e in entries if e.key == key], force) for key in _keys(entries)]
    if published and not columns:
        columns = _published_columns()
    rows: list[Row] = []
    for group, detail in _groups(entries):
        rows += _rows(group, detail, notes)
    notes += column_notes(columns, entries) + settings_notes(entries)
    if published:
        rows += _published_rows(columns, bool(entries), notes)
    return Board(tuple(columns), tuple(_sorted(rows, columns)), tuple(dict.fromkeys(notes)))


def _keys(entries: Sequence[Entry]) -> list[Key]:
    return list(dict.fromkeys(e.key for e in entries))


def _groups(entries: Sequence[Entry]) -> list[tuple[list[Entry], str]]:
    """Entries by what makes a row: model, strategy and settings; with what tells namesakes apart."""
    groups: dict[str, list[Entry]] = {}
    for e in entries:
        groups.setdefault(repr((e.run.model, e.run.strategy, e.run.oracle, e.settings)), []).append(e)
    found = []
    for group in groups.values():
        own = group[0]
        namesakes = [g[0].settings for g in groups.values() if _label(g[0]) == _label(own)]
        said = (f"{k}={v}" for k, v in own.settings.items() if any(n.get(k) != v for n in namesakes))
        found.append((group, ", ".join(said)))
    return found


def _label(entry: Entry) -> tuple[str, str]:
    return entry.run.model, entry.run.strategy


def _rows(group: Sequence[Entry], detail: str, notes: list[str]) -> list[Row]:
    """One row, if runs of the same task can be put together; otherwise a row for each run."""
    what = " with ".join(_label(group[0]))
    by_key = {key: [e for e in group if e.key == key] for key in _keys(group)}
    apart = [key[0] for key, es in by_key.items() if len({e.alike for e in es}) > 1]
    if apart:
        notes.append(
            f"{what}: its runs of {', '.join(apart)} are over different samples or were not played "
            "alike, so each run has a row of its own"
        )
        numbers = dict.fromkeys(e.number for e in group)
        each = [[e for e in group if e.number == number] for number in numbers]
        return [_row({e.key: [e] for e in es}, es[0].name) for es in each]
    for key, es in by_key.items():
        if len(es) > 1:
            epochs, samples = sum(e.run.epochs for e in es), len(es[0].task.samples)
            notes.append(
                f"{what}: {len(es)} runs of {key[0]} over the same {samples} samples count as {epochs} epochs"
            )
    return [_row(by_key, detail)]


def _row(by_key: Mapping[Key, list[Entry]], detail: str) -> Row:
    run = next(iter(by_key.values()))[0].run
    cells = {key: _cell(es) for key, es in by_key.items()}
    profiles = dict.fromkeys(profile for _, profile in cells)
    numbers = {p: overall(p, {t: c.score for (t, q), c in cells.items() if q == p}) for p in profiles}
    runs = len({e.number for es in by_key.values() for e in es})
    return Row(run.model, run.strategy, cells, numbers, run.oracle, detail=detail, runs=runs)


def _cell(entries: Sequence[Entry]) -> Cell:
    """Runs put together: the epochs of each follow those of the one before."""
    episodes: list[EpisodeRecord] = []
    epochs = 0
    for e in entries:
        episodes += [replace(x, epoch=x.epoch + epochs) for x in e.episodes if x.epoch <= e.run.epochs]
        epochs += e.run.epochs
    task = entries[0].task
    together = replace(entries[0].run, tasks=(task,), epochs=epochs)
    (t,) = summarise(together, episodes).tasks
    tokens = of_agent(t.usage).tokens / t.n if t.n else None
    return Cell(t.score, t.low, t.high, t.n, t.planned, t.errors, tokens)


def _published_columns() -> list[Column]:
    tables = [t for p in ("v0.2", "fc") if (t := published_table(p)) is not None]
    return [Column(task, t.profile, (t.split,)) for t in tables for task in t.rows[0].scores]


def _published_rows(columns: Sequence[Column], beside_runs: bool, notes: list[str]) -> list[Row]:
    rows: list[Row] = []
    for profile in dict.fromkeys(c.profile for c in columns):
        table = published_table(profile)
        if table is None:
            notes.append(f"there are no published figures for profile {profile}")
            continue
        own = [c for c in columns if c.profile == profile and c.task in table.rows[0].scores]
        rows += [_published_row(r, own) for r in table.rows]
        notes.append(f"published rows of {profile}: {table.source}, split {table.split}")
        tasks = {"", *(c.task for c in own)}
        notes += [
            f"{task or 'all tasks'} ({profile}): {said}"
            for task, said in table.caveats.items()
            if task in tasks
        ]
        if any(r.cells[c.key].other_source for r in rows for c in own if c.key in r.cells):
            notes.append("* a figure that AgentBench took from another source")
        notes += [
            f"{c.task} ({profile}): the published figures are of split {table.split}, the runs of "
            f"{', '.join(c.splits)}: other samples, so no fair comparison"
            for c in own
            if beside_runs and c.splits != (table.split,)
        ]
    return rows


def _published_row(row: PublishedRow, columns: Sequence[Column]) -> Row:
    cells = {
        c.key: Cell(round(row.scores[c.task] / 100, 4), other_source=c.task in row.other_source)
        for c in columns
    }
    number = row.overall if row.profile == "v0.2" else round(row.overall / 100, 4)
    overalls = {row.profile: Overall(number, row.profile, "as published")}
    return Row(row.model, "", cells, overalls, published=True, source=row.source)


def _sorted(rows: Sequence[Row], columns: Sequence[Column]) -> list[Row]:
    """Best first: by the overall score if all rows have one, else by the columns from left to right.

    Runs over some of the tasks have none; by it they would all sink below the published rows.
    """

    def overall_rank(row: Row) -> tuple[float, ...]:
        of = (row.overall.get(profile) for profile in ("v0.2", "fc"))
        return tuple(1.0 if o is None or o.value is None else -o.value for o in of)

    def column_rank(row: Row) -> tuple[float, ...]:
        scores = (row.cells[c.key].score if c.key in row.cells else None for c in columns)
        return tuple(1.0 if s is None else -s for s in scores)

    whole = all(any(o.value is not None for o in r.overall.values()) for r in rows)
    return sorted(rows, key=overall_rank if whole else column_rank)


def _demo() -> None:
    from harness.report import demo
    from harness.report.write import FORMS, write

    tasks = [demo.task(name, 20, "v0.2", "agentbench-dev") for name in ("db", "os")]
    pairs = ((0.3, "react", False), (0.5, "multibranch(branches=3)", False), (0.7, "best-of-n", True))
    runs = [
        (r, demo.play(r, chance)) for chance, s, o in pairs for r in [demo.run(*tasks, strategy=s, oracle=o)]
    ]
    form = next((a for a in sys.argv[1:] if a in FORMS), "table")
    write(leaderboard(runs, published=True), form, Console())


if __name__ == "__main__":
    _demo()
