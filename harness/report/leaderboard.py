"""Runs beside one another: rows are model and strategy, columns are tasks with their profile.

Runs share a column only if they were played alike: the same split and the same content hash. Otherwise
`leaderboard` refuses and names the part that differs. Nothing is dropped silently: runs of one model and
strategy over the same samples are put together as further epochs, others stand in rows of their own.

Shows itself with made-up runs: `python -m harness.report.leaderboard [--format md|csv|json]`.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import UsageError
from harness.records import EpisodeRecord, RunRecord, TaskRecord
from harness.report.average import Aggregate
from harness.report.board import Board, Cell, Column, Key, Row
from harness.report.overall import overall
from harness.report.published import published as published_table
from harness.report.summary import summarise

Runs = Sequence[tuple[RunRecord, Sequence[EpisodeRecord]]]

SETTINGS = ("model_args", "judge_model", "strategy_options", "generation", "limits")
"""Options of a run that tell rows of one model and strategy apart; `task_options` also keep runs apart."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One task of one run."""

    name: str
    """Of the run, for messages."""
    run: RunRecord
    task: TaskRecord
    episodes: tuple[EpisodeRecord, ...]

    @property
    def key(self) -> Key:
        return self.task.name, self.task.profile

    @property
    def alike(self) -> tuple[Any, ...]:
        """Equal for runs that are further epochs of one another."""
        hashes = tuple(sorted(self.task.fingerprint.items()))
        options = repr(self.run.spec.get("task_options"))
        return self.task.split, hashes, frozenset(self.task.samples), options


def leaderboard(
    runs: Runs,
    published: bool = False,
    force: bool = False,
    names: Sequence[str] = (),
    aggregates: Mapping[Key, Aggregate] | None = None,
) -> Board:
    """Put runs beside one another. Raises `UsageError` where they are not comparable, unless forced.

    `names` are how messages call the runs (their folders); `aggregates` as in `summarise`, by column.
    """
    called = list(names) or [f"{r.model} {r.strategy} of {r.created or 'unknown date'}" for r, _ in runs]
    entries, notes = _entries(runs, called)
    columns = [_column(key, [e for e in entries if e.key == key], force) for key in _keys(entries)]
    if published and not columns:
        columns = [Column(t, p, (s.split,)) for p in ("v0.2", "fc") if (s := published_table(p)) for t in s.tasks]
    rows: list[Row] = []
    for group in _grouped(entries).values():
        rows += _rows(group, aggregates or {}, notes)
    rows = _told_apart(rows, entries)
    notes += _column_notes(columns, entries) + _settings_notes(entries)
    if published:
        rows += _published_rows(columns, notes)
    return Board(tuple(columns), tuple(_sorted(rows, columns)), tuple(dict.fromkeys(notes)))


def _entries(runs: Runs, names: Sequence[str]) -> tuple[list[_Entry], list[str]]:
    entries: list[_Entry] = []
    notes: list[str] = []
    seen: dict[tuple[str, str, str], str] = {}
    for name, (run, episodes) in zip(names, runs, strict=True):
        identity = (run.plan, run.created, run.command)
        if run.created and identity in seen:
            notes.append(f"{name} is the same run as {seen[identity]}; it counts once")
            continue
        seen[identity] = name
        for task in run.tasks:
            entries.append(_Entry(name, run, task, tuple(e for e in episodes if e.task == task.name)))
    return entries, notes


def _keys(entries: Sequence[_Entry]) -> list[Key]:
    return list(dict.fromkeys(e.key for e in entries))


def _column(key: Key, entries: Sequence[_Entry], force: bool) -> Column:
    first = entries[0]
    mixed: dict[str, None] = {}
    for other in entries[1:]:
        parts = _differences(first.task, other.task)
        if parts and not force:
            raise UsageError(
                f"task {key[0]!r} ({key[1]}) was not played alike: {', '.join(parts)} "
                f"{'differs' if len(parts) == 1 else 'differ'} between\n  {first.name}\nand\n  {other.name}\n"
                "Such scores do not share a column: leave one of the runs out, or give --force-mix to show "
                "them together, marked."
            )
        mixed.update(dict.fromkeys(parts))
    return Column(key[0], key[1], tuple(dict.fromkeys(e.task.split for e in entries)), tuple(mixed))


def _differences(a: TaskRecord, b: TaskRecord) -> list[str]:
    """The parts in which two records of a task disagree: split, protocol, and those of the content hash."""
    parts = ["split"] if a.split != b.split else []
    hashed = [k for k in {**a.fingerprint, **b.fingerprint} if a.fingerprint.get(k) != b.fingerprint.get(k)]
    if a.protocol != b.protocol and "protocol" not in hashed:
        hashed.append("protocol")
    return parts + hashed


def _grouped(entries: Sequence[_Entry]) -> dict[str, list[_Entry]]:
    """Entries by what makes a row: model, strategy and how both were set."""
    groups: dict[str, list[_Entry]] = {}
    for e in entries:
        settings = [e.run.spec.get(s) for s in SETTINGS]
        groups.setdefault(repr((e.run.model, e.run.strategy, e.run.oracle, settings)), []).append(e)
    return groups


def _rows(group: list[_Entry], aggregates: Mapping[Key, Aggregate], notes: list[str]) -> list[Row]:
    """One row, if runs of the same task can be put together; otherwise a row for each run."""
    first = group[0].run
    what = f"{first.model} with {first.strategy}"
    by_key = {key: [e for e in group if e.key == key] for key in _keys(group)}
    apart = [key[0] for key, es in by_key.items() if len({e.alike for e in es}) > 1]
    if apart:
        notes.append(f"{what}: its runs of {', '.join(apart)} are over different samples or were played "
                     "differently; each run has a row of its own")
        of_run = {name: [e for e in group if e.name == name] for name in dict.fromkeys(e.name for e in group)}
        return [_row({e.key: [e] for e in es}, aggregates, detail=name) for name, es in of_run.items()]
    for key, es in by_key.items():
        if len(es) > 1:
            epochs = sum(e.run.epochs for e in es)
            notes.append(f"{what}: {len(es)} runs of {key[0]} over the same {len(es[0].task.samples)} samples "
                         f"count as {epochs} epochs")
    return [_row(by_key, aggregates)]


def _row(by_key: Mapping[Key, list[_Entry]], aggregates: Mapping[Key, Aggregate], detail: str = "") -> Row:
    entries = [e for es in by_key.values() for e in es]
    run = entries[0].run
    cells = {key: _cell(es, aggregates.get(key)) for key, es in by_key.items()}
    profiles = dict.fromkeys(profile for _, profile in cells)
    numbers = {p: overall(p, {t: c.score for (t, q), c in cells.items() if q == p}) for p in profiles}
    runs = len({e.name for e in entries})
    return Row(run.model, run.strategy, cells, numbers, run.oracle, detail=detail, runs=runs)


def _cell(entries: Sequence[_Entry], aggregate: Aggregate | None) -> Cell:
    """Runs put together: the epochs of each follow those of the one before."""
    episodes: list[EpisodeRecord] = []
    before = 0
    for e in entries:
        episodes += [replace(x, epoch=x.epoch + before) for x in e.episodes if x.epoch <= e.run.epochs]
        before += e.run.epochs
    task = entries[0].task
    together = replace(entries[0].run, tasks=(task,), epochs=before)
    (t,) = summarise(together, episodes, {task.name: aggregate} if aggregate else None).tasks
    tokens = t.total.tokens / t.n if t.n else None
    return Cell(t.score, t.low, t.high, t.n, t.planned, t.errors, tokens)


def _told_apart(rows: Sequence[Row], entries: Sequence[_Entry]) -> list[Row]:
    """Rows of one model and strategy say in which settings they differ."""
    return list(rows)


def _column_notes(columns: Sequence[Column], entries: Sequence[_Entry]) -> list[str]:
    notes = []
    for c in columns:
        of_column = [e for e in entries if e.key == c.key]
        parts = (["split"] if len(c.splits) > 1 else []) + [m for m in c.mixed if m != "split"]
        if parts:
            notes.append(f"‡ {c.task} ({c.profile}) is mixed by --force-mix: its rows differ in {', '.join(parts)}")
        sizes = sorted({len(e.task.samples) for e in of_column})
        if len({frozenset(e.task.samples) for e in of_column}) > 1:
            span = f"{sizes[0]} to {sizes[-1]} samples" if len(sizes) > 1 else f"{sizes[0]} samples each"
            notes.append(f"{c.task} ({c.profile}): the rows are over different samples ({span})")
    return notes


def _settings_notes(entries: Sequence[_Entry]) -> list[str]:
    return [
        f"the runs differ in {name}; their run.json says how"
        for name in ("generation", "limits", "judge_model")
        if len({repr(e.run.spec.get(name)) for e in entries}) > 1
    ]


def _published_rows(columns: Sequence[Column], notes: list[str]) -> list[Row]:
    rows: list[Row] = []
    for profile in dict.fromkeys(c.profile for c in columns):
        table, own = published_table(profile), [c for c in columns if c.profile == profile]
        if table is None:
            notes.append(f"there are no published figures for profile {profile}")
            continue
        rows += table.as_rows([c.key for c in own])
        notes.append(f"published rows of {profile}: {table.source}, split {table.split}")
        notes += [f"published {profile}: {said}" for task, said in table.caveats.items()
                  if not task or task in {c.task for c in own}]
        for c in own:
            if c.splits != (table.split,):
                notes.append(f"{c.task} ({profile}): the published figures are of {table.split}, the runs of "
                             f"{', '.join(c.splits)}: not the same samples")
    return rows


def _sorted(rows: Sequence[Row], columns: Sequence[Column]) -> list[Row]:
    """Best first: by the overall score where a row has one, then by the columns from left to right."""

    def rank(row: Row) -> tuple[float, ...]:
        overall = next((o.value for o in row.overall.values() if o.value is not None), -1.0)
        scores = (row.cells[c.key].score if c.key in row.cells else None for c in columns)
        return (-overall, *(1.0 if s is None else -s for s in scores))

    return sorted(rows, key=rank)


def _demo() -> None:
    ...


if __name__ == "__main__":
    _demo()
