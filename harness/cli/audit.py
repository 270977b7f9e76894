"""`harness audit`: prove that tasks are fair; print what is not, and why."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli._plugins import opened
from harness.cli._stdout import kept_for_json
from harness.cli.options import comma, json_option, plugin_options, task_flags, task_options
from harness.errors import UsageError
from harness.near import suggest

if TYPE_CHECKING:
    from harness.audit import TaskAudit


@click.command(epilog="Example: harness audit nim --plugin nim.py")
@click.argument("tasks", nargs=-1, metavar="TASK...")
@click.option("--split", default="test", show_default=True)
@click.option("--profile", default="native", show_default=True, help="native, v0.2 or fc.")
@click.option("--protocol", type=click.Choice(["text", "tools"]), help="How actions are written.")
@task_flags
@click.option("--prompts", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--limit", "-l", metavar="N|N-M|SHARE", help="Only some samples: 10, 10-20 or 0.1.")
@click.option("--sample-id", multiple=True, help="Only these samples, with commas.")
@click.option("--seed", default=0, show_default=True, help="Of the environments.")
@click.option("--max-samples", "-n", default=4, show_default=True, type=click.IntRange(1), help="At once.")
@plugin_options
@json_option
def command(**given: Any) -> None:
    """Prove that every sample of TASKs is fair.

    The expert scores 1 under the rules of the profile; silence, a random agent, the echoed prompt,
    nonsense and injections do not; two resets agree, also in a process with another hash seed; a fork
    does not disturb its parent. Ends with status 1 if a sample falls short.
    """
    from harness.audit import audit_task
    from harness.unused import refuse_unused

    wanted = comma(given["tasks"])
    if not wanted:
        raise UsageError("which task? for example: harness audit db (see `harness list tasks`)")
    plugins = opened(given["plugin_files"], given["blocked"])
    audits, names = [], plugins.expand_tasks(wanted)
    refuse_unused(_spec(given, ""), plugins, names)
    for name in names:
        with kept_for_json(given["as_json"]), _progress(name, quiet=given["as_json"]) as told:
            audit = audit_task(
                plugins, _spec(given, name), name, given["plugin_files"], given["blocked"], told
            )
        audits.append(audit)
        if not given["as_json"]:
            show(audit)
    known = [s.id for audit in audits for s in audit.samples]
    for typed in comma(given["sample_id"]):
        if typed not in known:
            raise UsageError(f"--sample-id {typed}: no task has it; {suggest(typed, known)}")
    if given["as_json"]:
        samples = [s.to_json() for audit in audits for s in audit.samples]
        click.echo(json.dumps({"samples": samples, "format": 1}, ensure_ascii=False))
    sys.exit(0 if all(audit.ok for audit in audits) else 1)


def _spec(given: dict[str, Any], name: str) -> Any:
    from harness.spec import RunSpec

    return RunSpec(
        (name,),
        "oracle",
        task_options=task_options(given),
        profile=given["profile"],
        protocol=given["protocol"],
        split=given["split"],
        limit=given["limit"],
        sample_ids=comma(given["sample_id"]),
        seed=given["seed"],
        prompts=given["prompts"],
        max_samples=given["max_samples"],
    )


def show(audit: "TaskAudit") -> None:
    """What is unfair, then what is worth knowing, then one line of summary."""
    for sample in audit.samples:
        if sample.skipped:
            click.echo(f"skipped  {audit.task} {sample.id}: {sample.skipped}")
        for why in sample.failures:
            click.echo(f"UNFAIR   {audit.task} {sample.id}: {why}")
    for note, ids in _notes(audit).items():
        some = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
        click.echo(f"note     {audit.task} {some}: {note}")
    for name, fact in audit.facts.items():
        click.echo(f"{audit.task} {audit.split}: {name}: {fact}")
    click.echo(audit.summary())


def _notes(audit: "TaskAudit") -> dict[str, list[str]]:
    """Each note once, with the samples it holds for."""
    found: dict[str, list[str]] = {}
    for sample in audit.samples:
        for note in sample.notes:
            found.setdefault(note, []).append(sample.id)
    return found


@contextmanager
def _progress(name: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    if quiet:
        yield lambda done, total: None
        return
    if not sys.stderr.isatty():
        yield _lines(name)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task(f"audit {name}", total=None)
        yield lambda done, total: bar.update(row, completed=done, total=total)


def _lines(name: str, every: float = 10.0) -> Callable[[int, int], None]:
    """Progress where no bar can be drawn: a line on stderr now and then."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= every:
            told = time.monotonic()
            click.echo(f"audit {name}: {done} of {total}", err=True)

    return tell
