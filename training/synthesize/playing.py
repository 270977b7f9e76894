"""Plays the problems that were kept, by the one loop: an ordinary run whose split is the file of problems."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness import Event, HarnessError, Status, UsageError
from harness.audit.case import FULL
from harness.host import Plugins
from harness.journal import response, tries
from harness.records import EpisodeRecord
from harness.runner import Listener, Run, carry_out, finished, plan
from harness.spec import RunSpec
from harness.store import RunStore
from harness.types import Usage

from .money import Budget

ERROR = "error of the harness"
"""What an episode without a score is counted as; going on plays it again."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of playing."""

    run: Path
    episodes: tuple[EpisodeRecord, ...]
    ran_out: str | None
    """The budget that ended it."""
    usage: Mapping[str, Usage]
    """By purpose, of every call that was ever paid: also in episodes that failed or are still open."""
    warnings: tuple[HarnessError, ...] = ()


def solved(episode: EpisodeRecord) -> bool:
    return episode.score is not None and episode.score.value >= FULL


def why_not(episode: EpisodeRecord) -> str:
    """What a problem that was played and not solved is counted as."""
    if episode.status is Status.ERROR:
        return ERROR
    return f"played and not solved ({episode.status})"


def play(
    spec: RunSpec,
    plugins: Plugins,
    folder: Path,
    command: str,
    before: Usage,
    budget: Budget,
    listeners: Sequence[Listener],
) -> Played:
    """Play what has no record yet, as long as there is money. `before` was spent on writing the problems."""
    run = plan(spec, plugins, command)
    try:
        store = _store(run, folder)
        purse = _Purse(before + _closed(store), budget)
        failures: list[HarnessError] = []
        if not {e.key for e in finished(store.episodes())} >= set(run.record.keys()):
            purse.out = budget.spent(before + paid(folder))
            if purse.out is None:
                with store:
                    failures = asyncio.run(_until_spent(run, store, purse, listeners))
    finally:
        run.close()
    planned = set(run.record.keys())
    episodes = tuple(e for e in store.episodes() if e.key in planned)
    return Played(folder, episodes, purse.out, _usage(store), tuple(failures))


def paid(folder: Path) -> Usage:
    """For every call of the run in `folder`; nothing where there is no run yet."""
    if not (folder / "run.json").exists():
        return Usage()
    return sum(_usage(RunStore(folder)).values(), Usage())


def _usage(store: RunStore) -> dict[str, Usage]:
    added: dict[str, Usage] = {}
    for line in store.events():
        if line["event"] == "call":
            added[line["purpose"]] = added.get(line["purpose"], Usage()) + response(line).usage
    return added


def _store(run: Run, folder: Path) -> RunStore:
    if not (folder / "run.json").exists():
        return RunStore.create(folder, run.record)
    store = RunStore(folder)
    old, new = store.record.tasks[0], run.record.tasks[0]
    same = min(len(old.samples), len(new.samples))
    others = [part for part in old.differing(new) if part != "data" or len(old.samples) == len(new.samples)]
    if store.record.plan != run.record.plan or old.samples[:same] != new.samples[:same] or others:
        what = ", ".join(others) or "by other options, or with --output written another way"
        raise UsageError(f"{folder} was played otherwise ({what}); give another --output")
    if len(new.samples) > len(old.samples):  # ids are hashes of the problems: the first ones are the same
        was = store.record
        same_start = replace(run.record, created=was.created, plugins=was.plugins, machine=was.machine)
        store.amend(replace(same_start, model_facts=was.model_facts))
    return store


def _closed(store: RunStore) -> Usage:
    """What was paid without the calls of episodes in flight: going on counts those once more."""
    failed = {e.key: e.attempt for e in store.episodes() if e.status is Status.ERROR}
    done = {e.key for e in finished(store.episodes())}
    open_ones = {key: past for key, past in tries(store, failed).items() if key not in done}
    closed = Usage()
    for line in store.events():
        if line["event"] == "call":
            attempt, calls = open_ones.get(line["episode"], (-1, {}))
            if attempt != line["attempt"] or line["seq"] not in calls:
                closed += response(line).usage
    return closed


@dataclass(slots=True)
class _Purse:
    """Counts every call, and stops the run when the budget is spent; what is in flight is journalled."""

    spent: Usage
    budget: Budget
    out: str | None = None
    task: "asyncio.Task[list[HarnessError]] | None" = None

    def __call__(self, event: Event) -> None:
        if event.kind == "call":
            self.spent += event.usage
            self.stop()

    def stop(self) -> None:
        if self.out is None and (out := self.budget.spent(self.spent)) and self.task is not None:
            self.out = out
            self.task.cancel()


async def _until_spent(
    run: Run, store: RunStore, purse: _Purse, listeners: Sequence[Listener]
) -> list[HarnessError]:
    purse.task = asyncio.ensure_future(carry_out(run, store, [purse, *listeners]))
    purse.stop()
    try:
        return await purse.task
    except asyncio.CancelledError:
        if purse.out is None:
            raise
        return []
