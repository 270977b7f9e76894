"""Which runs may share a column, which may share a row, and what has to be said about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError
from harness.facts import files, weights
from harness.records import EpisodeRecord, RunRecord, TaskRecord
from harness.report.board import Column, Key

Runs = Sequence[tuple[RunRecord, Sequence[EpisodeRecord]]]

SETTINGS = ("model_args", "judge_model", "strategy_options", "generation", "limits")
"""Options of a run (`RunSpec.decides`) that tell rows of one model and strategy apart."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One task of one run."""

    number: int
    """Of the run."""
    name: str
    """Of the run, for messages."""
    run: RunRecord
    task: TaskRecord
    episodes: tuple[EpisodeRecord, ...]

    @property
    def key(self) -> Key:
        return self.task.name, self.task.profile

    @property
    def settings(self) -> dict[str, Any]:
        """What else than model and strategy makes a row: options, and which weights the model had."""
        hashes = {k: v[:12] for k, v in weights(self.run.model_facts).items()}
        return {**{name: self.run.spec.get(name) for name in SETTINGS}, **hashes}

    @property
    def alike(self) -> tuple[Any, ...]:
        """Equal for runs that are further epochs of one another, if their row is the same."""
        hashes = tuple(sorted(self.task.fingerprint.items()))
        options = repr(self.run.spec.get("task_options"))
        code = tuple(sorted(files(self.run.plugins).items()))
        return self.task.split, self.task.protocol, hashes, frozenset(self.task.samples), options, code


def entries_of(runs: Runs, names: Sequence[str], notes: list[str]) -> list[Entry]:
    """Every task of every run. A run that was given twice counts once, and a note says so."""
    entries: list[Entry] = []
    seen: dict[str, str] = {}
    for number, (name, (run, episodes)) in enumerate(zip(names, runs, strict=True)):
        first = min(((e.started, e.key) for e in episodes), default=None)  # also of an older copy
        identity = repr((run.plan, run.created, run.model, run.strategy, run.tasks, first))
        if run.created and identity in seen:
            notes.append(f"{name} is the same run as {seen[identity]}: it counts once")
            continue
        seen[identity] = name
        for task in run.tasks:
            own = tuple(e for e in episodes if e.task == task.name)
            entries.append(Entry(number, name, run, task, own))
    return entries


def column(key: Key, entries: Sequence[Entry], force: bool) -> Column:
    """The column of these entries. Raises `UsageError` if they were not played alike, unless forced."""
    first = entries[0]
    mixed: dict[str, None] = {}
    for other in entries[1:]:
        parts = differences(first.task, other.task)
        if parts and not force:
            differ = "differs" if len(parts) == 1 else "differ"
            raise UsageError(
                f"task {key[0]!r} ({key[1]}) was not played alike: {', '.join(parts)} {differ} between\n"
                f"  {first.name} and\n  {other.name}\n"
                "Such scores share no column. Leave one of these runs out, or give --force-mix to show them "
                "together, marked."
            )
        mixed.update(dict.fromkeys(parts))
    return Column(key[0], key[1], tuple(dict.fromkeys(e.task.split for e in entries)), tuple(mixed))


def differences(a: TaskRecord, b: TaskRecord) -> list[str]:
    """What two records of a task disagree in: the split, the protocol, parts of the content hash.

    The profile is not among them: it has columns of its own.
    """
    parts = [k for k in ("split", "protocol") if getattr(a, k) != getattr(b, k)]
    return parts + [part for part in a.differing(b) if part not in parts]


def column_notes(columns: Sequence[Column], entries: Sequence[Entry]) -> list[str]:
    """What a reader of forced or uneven columns must know."""
    notes = []
    for c in columns:
        chosen = [frozenset(e.task.samples) for e in entries if e.key == c.key]
        if c.mixed:
            parts = ", ".join(c.mixed)
            notes.append(f"‡ {c.task} ({c.profile}) is mixed by --force-mix: its rows differ in {parts}")
        elif len(set(chosen)) > 1:
            sizes = sorted({len(samples) for samples in chosen})
            span = " to ".join(str(s) for s in dict.fromkeys((sizes[0], sizes[-1])))
            notes.append(f"{c.task} ({c.profile}): the rows are over different samples ({span} of them)")
    return notes


def settings_notes(entries: Sequence[Entry]) -> list[str]:
    """That runs were given different sampling, budgets or judges."""
    return [
        f"the runs differ in {name}; their run.json says how"
        for name in ("generation", "limits", "judge_model")
        if len({repr(e.settings[name]) for e in entries}) > 1
    ]
