"""`harness score`: score a run again from its records."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli._plugins import opened
from harness.cli.options import json_option, plugin_options
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.host import Plugins
    from harness.plan import PlannedTask
    from harness.rescore import Rescored
    from harness.store import RunStore

SCORES = frozenset({"data", "engine", "grader"})
"""Parts of a task that a score can depend on when the actions are given."""


@click.command(epilog="Example: harness score runs/2026-11-23T06-37-27_db_react_87a10b")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help="Append the new scores to the run's episodes.jsonl.")
@click.option("--max-samples", "-n", default=4, show_default=True, type=click.IntRange(1), help="At once.")
@plugin_options
@json_option
def command(run: Path, write: bool, max_samples: int, as_json: bool, **given: Any) -> None:
    """Score RUN again: replay the actions of each submitted path and grade what they lead to.

    Ends with status 1 if a score differs from the recorded one. With --write each changed score is
    appended as a new line of its episode, which readers take in place of the earlier one, and the
    task's content hash in run.json becomes the present one.
    """
    from harness.store import RunStore

    store = RunStore(run)
    plugins = opened(given["plugin_files"], given["blocked"])
    results, changes = _rescore(store, plugins, max_samples)
    totals = _totals(store, results)
    if as_json:
        click.echo(json.dumps(_to_json(results, changes, totals), ensure_ascii=False))
    else:
        _show(results, changes, totals)
    if write:
        _write(store, results, changes)
    sys.exit(1 if any(r.differs for r in results) else 0)


Changes = dict[str, tuple[list[str], dict[str, str]]]
"""By task: the parts that changed since, and the present content hash."""


def _rescore(store: "RunStore", plugins: "Plugins", at_once: int) -> tuple[list["Rescored"], Changes]:
    from harness.cli._again import spec_of
    from harness.plan import plan_task
    from harness.rescore import changed, rescore

    results: list[Rescored] = []
    changes: Changes = {}
    episodes = store.episodes()
    for task in store.record.tasks:
        planned = plan_task(plugins, spec_of(store.record, task, at_once), task.name, [])
        try:
            now = dict(planned.record().fingerprint)
            changes[task.name] = (changed(store.record, planned), now)
            own = [e for e in episodes if e.task == task.name]
            results += _with_bar(planned, own, at_once, rescore)
        finally:
            planned.close()
    return results, changes


def _with_bar(planned: "PlannedTask", own: list[Any], at_once: int, rescore: Any) -> "list[Rescored]":
    if not sys.stderr.isatty():
        return list(rescore(planned, own, at_once, lambda: None))
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task(f"score {planned.task.name}", total=len(own))
        return list(rescore(planned, own, at_once, lambda: bar.advance(row)))


def _totals(store: "RunStore", results: "list[Rescored]") -> list[dict[str, Any]]:
    """Each task's score as recorded and as scored again, by the task's own average."""
    from harness.report.summary import summarise

    new = {r.episode.key: r.record for r in results if r.score is not None}
    episodes = store.episodes()
    before = summarise(store.record, episodes)
    after = summarise(store.record, [new.get(e.key, e) for e in episodes])
    return [
        {
            "task": old.task,
            "n": old.n,
            "recorded": old.score,
            "rescored": now.score,
            "differ": sum(r.differs for r in results if r.episode.task == old.task),
        }
        for old, now in zip(before.tasks, after.tasks, strict=True)
    ]


def _to_json(results: "list[Rescored]", changes: Changes, totals: list[dict[str, Any]]) -> dict[str, Any]:
    episodes = [
        {
            "task": r.episode.task,
            "sample": r.episode.sample,
            "epoch": r.episode.epoch,
            "recorded": r.episode.score.value if r.episode.score else None,
            "rescored": r.score.value if r.score else None,
            "differs": r.differs,
            "why": r.why,
        }
        for r in results
    ]
    tasks = [{**t, "changed": changes[t["task"]][0]} for t in totals]
    return {"episodes": episodes, "tasks": tasks, "format": 1}


def _show(results: "list[Rescored]", changes: Changes, totals: list[dict[str, Any]]) -> None:
    for task, (parts, _) in changes.items():
        if parts:
            matters = "" if SCORES & set(parts) else " (scores of given actions do not depend on it)"
            click.echo(f"{task}: changed since the run: {', '.join(parts)}{matters}")
    for r in results:
        if r.differs:
            old = f"{r.episode.score.value:g}" if r.episode.score else "-"
            new = f"{r.score.value:g}" if r.score else "-"
            click.echo(f"differs  {r.episode.key}  recorded {old}, now {new}{': ' if r.why else ''}{r.why}")
    for t in totals:
        old, new = (f"{100 * v:.1f}" if v is not None else "-" for v in (t["recorded"], t["rescored"]))
        click.echo(f"{t['task']}: {t['n']} scored, recorded {old}, now {new}, {t['differ']} differ")


def _write(store: "RunStore", results: "list[Rescored]", changes: Changes) -> None:
    """Append changed scores. Raises `UsageError` where they would be scores of something else."""
    for name, (parts, _) in changes.items():
        if other := {"data", "engine"} & set(parts):
            raise UsageError(
                f"--write: the {' and '.join(sorted(other))} of {name} changed since the run; "
                "the new scores are not scores of what was played, so nothing is written"
            )
    if failed := [r.episode.key for r in results if r.score is None]:
        raise UsageError(
            f"--write: {len(failed)} episodes cannot be scored ({failed[0]} ...); nothing is written"
        )
    tasks = []
    for task in store.record.tasks:
        now = changes[task.name][1].get("grader", "")
        tasks.append(replace(task, fingerprint={**task.fingerprint, "grader": now}))
    with store:
        for r in results:
            if r.differs:
                store.add_episode(r.record)
        store.amend(replace(store.record, tasks=tuple(tasks)))
    click.echo(f"wrote {sum(r.differs for r in results)} new scores to {store.path}/episodes.jsonl", err=True)
