"""`harness score`: score a run again from its records."""

import json
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli._plugins import opened
from harness.cli._stdout import kept_for_json
from harness.cli.leaderboard import stores_in
from harness.cli.options import json_option, plugin_options
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.host import Plugins
    from harness.plan import PlannedTask
    from harness.rescore import Rescored
    from harness.store import RunStore

SCORES = frozenset({"data", "engine", "grader"})
"""Parts of a task that a score can depend on when the actions are given."""


@dataclass(frozen=True, slots=True)
class Again:
    """A run beside what scoring it again gave."""

    store: "RunStore"
    results: "list[Rescored]"
    changed: dict[str, list[str]]
    """By task: the parts that are not what they were when the run was made."""
    graders: dict[str, str]
    """By task: the present content hash of the grader."""
    totals: list[dict[str, Any]]
    """By task: what JSON says of it."""

    @property
    def differ(self) -> int:
        return sum(r.differs for r in self.results)


@click.command(epilog="Example: harness score runs/2026-11-23T06-37-27_db_react_87a10b")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Append the new scores to the run's episodes.jsonl.")
@click.option("--max-samples", "-n", default=4, show_default=True, type=click.IntRange(1), help="At once.")
@plugin_options
@json_option
def command(runs: tuple[Path, ...], write: bool, max_samples: int, as_json: bool, **given: Any) -> None:
    """Score RUNs again: replay the actions of each submitted path and grade what they lead to.

    A RUN is a run directory, or a folder of them. Ends with status 1 if a score differs from the
    recorded one. With --write each changed score is appended as a new line of its episode, which
    readers take in place of the earlier one, and run.json gets the present content hash of the grader.
    """
    stores = [s for path in runs for s in stores_in(path)]
    plugins = opened(given["plugin_files"], given["blocked"])
    scored = []
    for store in stores:
        try:
            with kept_for_json(as_json):
                again = _rescore(store, plugins, max_samples)
        except UsageError as e:
            if len(stores) == 1:
                raise
            click.echo(f"not scored again: {e}", err=True)
            continue
        scored.append(again)
        if not as_json:
            _show(again, several=len(stores) > 1)
        if write:
            _write(again)
    if as_json:
        click.echo(json.dumps(_to_json(scored), ensure_ascii=False))
    sys.exit(1 if len(scored) < len(stores) or any(again.differ for again in scored) else 0)


def _rescore(store: "RunStore", plugins: "Plugins", at_once: int) -> Again:
    from harness.cli._again import spec_of
    from harness.journal import host_answers
    from harness.plan import plan_task
    from harness.rescore import rescore

    again = Again(store, [], {}, {}, [])
    episodes = store.episodes()
    answers = host_answers(store) if store.record.spec.get("judge_model") else None
    for task in store.record.tasks:
        _has(plugins, store, task.name)
        planned = plan_task(plugins, spec_of(store.record, task, at_once), task.name, [])
        try:
            now = planned.record()
            again.changed[task.name] = sorted(task.differing(now))
            again.graders[task.name] = now.fingerprint.get("grader", "")
            own = [e for e in episodes if e.task == task.name]
            again.results.extend(_with_bar(planned, own, at_once, partial(rescore, answers=answers)))
        finally:
            planned.close()
    again.totals.extend(_totals(again))
    return again


def _has(plugins: "Plugins", store: "RunStore", task: str) -> None:
    """Raises `UsageError` where a plug-in file that the run was made with is not given."""
    if task not in plugins.names("tasks"):
        files = [o.rpartition(" sha256:")[0] for o in store.record.plugins.values() if " sha256:" in o]
        add = f"; it was made with {' '.join(f'--plugin {f}' for f in files)}" if files else ""
        raise UsageError(f"{store.path}: there is no task {task!r} here{add}")


def _with_bar(planned: "PlannedTask", own: list[Any], at_once: int, rescore: Any) -> "list[Rescored]":
    if not sys.stderr.isatty():
        return list(rescore(planned, own, at_once, lambda: None))
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task(f"score {planned.task.name}", total=len(own))
        return list(rescore(planned, own, at_once, lambda: bar.advance(row)))


def _totals(again: Again) -> list[dict[str, Any]]:
    """Each task's score as recorded and as scored again, averaged as in the table of the run."""
    from harness.report.summary import summarise

    new = {r.episode.key: r.record for r in again.results if r.score is not None}
    episodes = again.store.episodes()
    before = summarise(again.store.record, episodes)
    after = summarise(again.store.record, [new.get(e.key, e) for e in episodes])
    return [
        {
            "run": str(again.store.path),
            "task": old.task,
            "n": old.n,
            "recorded": old.score,
            "rescored": now.score,
            "differ": sum(r.differs for r in again.results if r.episode.task == old.task),
            "changed": again.changed[old.task],
        }
        for old, now in zip(before.tasks, after.tasks, strict=True)
    ]


def _to_json(scored: list[Again]) -> dict[str, Any]:
    episodes = [
        {
            "run": str(again.store.path),
            "task": r.episode.task,
            "sample": r.episode.sample,
            "epoch": r.episode.epoch,
            "recorded": r.episode.score.value if r.episode.score else None,
            "rescored": r.score.value if r.score else None,
            "differs": r.differs,
            "why": r.why,
        }
        for again in scored
        for r in again.results
    ]
    tasks = [total for again in scored for total in again.totals]
    return {"episodes": episodes, "tasks": tasks, "format": 1}


def _show(again: Again, several: bool) -> None:
    if several:
        click.echo(f"{again.store.path}:")
    for task, parts in again.changed.items():
        if parts:
            matters = "" if SCORES & set(parts) else " (scores of given actions do not depend on it)"
            click.echo(f"{task}: changed since the run: {', '.join(parts)}{matters}")
    for r in again.results:
        if r.differs:
            old = f"{r.episode.score.value:g}" if r.episode.score else "-"
            new = f"{r.score.value:g}" if r.score else "-"
            click.echo(f"differs  {r.episode.key}  recorded {old}, now {new}{': ' if r.why else ''}{r.why}")
    for t in again.totals:
        old, new = (f"{100 * v:.1f}" if v is not None else "-" for v in (t["recorded"], t["rescored"]))
        click.echo(f"{t['task']}: {t['n']} scored, recorded {old}, now {new}, {t['differ']} differ")


def _write(again: Again) -> None:
    """Append changed scores. Raises `UsageError` where they would be scores of something else."""
    for name, parts in again.changed.items():
        if other := {"data", "engine"} & set(parts):
            raise UsageError(
                f"--write: the {' and '.join(sorted(other))} of {name} changed since the run; "
                "the new scores are not scores of what was played, so nothing is written"
            )
    if failed := [r.episode.key for r in again.results if r.score is None]:
        raise UsageError(
            f"--write: {len(failed)} episodes cannot be scored ({failed[0]} ...); nothing is written"
        )
    store = again.store
    tasks = tuple(
        replace(t, fingerprint={**t.fingerprint, "grader": again.graders[t.name]}) for t in store.record.tasks
    )
    if not again.differ and tasks == store.record.tasks:
        click.echo(f"nothing to write: {store.path} says the same", err=True)
        return
    with store:
        for r in again.results:
            if r.differs:
                store.add_episode(r.record)
        store.amend(replace(store.record, tasks=tasks))
    click.echo(f"wrote {again.differ} new scores to {store.path}/episodes.jsonl", err=True)
