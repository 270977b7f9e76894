"""The steps of `harness synthesize` in order: set up, estimate, write problems, play them, report."""

import asyncio
import fcntl
import json
import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness import UsageError
from harness.cli._plugins import opened as opened_plugins
from harness.cli._stdout import kept_for_json
from harness.cli._telling import PAUSE, telling
from harness.host import Plugins
from harness.report.form import short
from harness.report.progress import Progress
from harness.types import Usage
from harness.unused import refuse_unused
from harness.whole import whole

from .bench import Bench, opened
from .estimate import estimate
from .money import Prices
from .order import Order, order_of
from .playing import Played, paid, play, solved, why_not
from .proposing import PURPOSE, Journal, Proposer
from .report import Report, lines, to_json
from .screening import Proposal, Screen

MADE_BY = "synthesis.json"


def make(given: Mapping[str, Any]) -> None:
    """Everything, and the report of it. Ends with status 1 where that fell short."""
    order = order_of(given)
    plugins = opened_plugins(given["plugin_files"], given["blocked"])
    refuse_unused(order.spec, plugins, [order.task])
    try:
        with kept_for_json(given["as_json"] and not given["dry_run"]):
            report = _made(order, plugins, given["dry_run"], given["as_json"])
    except KeyboardInterrupt:
        click.echo(f"interrupted; the same command goes on in {order.output}", err=True)
        sys.exit(130)
    if report is None:
        return
    click.echo(json.dumps(to_json(report)) if given["as_json"] else "\n".join(lines(report)))
    sys.exit(0 if report.complete else 1)


def _made(order: Order, plugins: Plugins, dry_run: bool, quiet: bool) -> Report | None:
    with ExitStack() as held:
        with opened(plugins, order.training) as bench:
            prices = Prices.of(order.teacher_options.args), Prices.of(order.spec.model_options.args)
            guess = estimate(bench, order.plan, *prices)
            click.echo(guess.said(order.task, order.teacher, order.spec.model), err=True)
            if dry_run:
                for message in bench.wanted(order.plan.seed, 0, order.plan.each).messages:
                    click.echo(f"\n[{message.role}]\n{message.content}")
                return None
            _begin(order)
            held.enter_context(_alone(order.output))
            journal = Journal(order.output / "asked.jsonl")
            screen, ran_out = _propose(order, plugins, bench, journal)
        # The run sets the task up anew, so the bench has to be closed by now.
        _write(order.output / "rejected.jsonl", (p.to_json() for p in screen.rejected))
        played = _play(order, plugins, screen, journal.usage, quiet)
        return _report(order, screen, journal, played, ran_out)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Raises `UsageError` where another process is at work in the folder: both would ask the same."""
    with (folder / MADE_BY).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"another process is at work in {folder}") from None
        yield


def _begin(order: Order) -> None:
    """Make the folder, or see that it is one of the same options."""
    file, decided = order.output / MADE_BY, order.decides()
    if not file.exists():
        order.output.mkdir(parents=True, exist_ok=True)
        if any(order.output.iterdir()):
            raise UsageError(f"--output {order.output} holds other files; give a new or empty folder")
        file.write_text(json.dumps(decided, indent=1) + "\n")
        return
    try:
        before = json.loads(file.read_text())
    except ValueError as e:
        raise UsageError(f"{file} cannot be read ({e}); give another --output") from e
    for name, value in decided.items():
        if before.get(name) != value:
            raise UsageError(
                f"{order.output} was begun with {name.replace('_', ' ')} {before.get(name)!r}, not "
                f"{value!r}; give the same options to go on, or another --output"
            )


def _propose(order: Order, plugins: Plugins, bench: Bench, journal: Journal) -> tuple[Screen, str | None]:
    """What was judged, and what ran out before enough of it was kept."""
    screen, quiet_until = Screen(bench, _settled(Path(order.spec.split))), 0.0
    teacher = plugins.model(order.teacher, order.teacher_options)
    with telling() as tell:

        def told(screen: Screen, usage: Usage) -> None:
            nonlocal quiet_until
            if time.monotonic() < quiet_until and not sys.stderr.isatty():
                return
            quiet_until = time.monotonic() + PAUSE
            dollars = f", ${usage.cost:.2f}" if usage.cost else ""
            said = f"{order.task}: {len(screen.rejected)} left out, {short(usage.tokens)} tokens{dollars};"
            kept = len(screen.kept)
            tell(f"{said} {'kept' if kept else 'none kept yet'}", kept, order.plan.count)

        played, at_once = paid(order.output / "run"), order.teacher_options.max_connections
        proposer = Proposer(bench, teacher, order.plan, journal, order.budget, played, at_once, told)
        return screen, asyncio.run(proposer.run(screen))


def _play(order: Order, plugins: Plugins, screen: Screen, spent: Usage, quiet: bool) -> Played | None:
    """Play what was kept, if the budget bears it; write down which of it is solved, now or before."""
    if not screen.kept:
        return None
    _write(Path(order.spec.split), (p.to_json() for p in screen.kept))
    command = shlex.join(["harness", *sys.argv[1:]])
    with Progress(Console(stderr=True), quiet=quiet) as progress:
        folder = order.output / "run"
        played = play(order.spec, plugins, folder, command, spent, order.budget, [progress])
    for failure in played.warnings:
        click.echo(f"warning: {failure}", err=True)
    good = {e.sample for e in played.episodes if solved(e)}
    problems: dict[str, Proposal] = {p.id: p for p in screen.kept}
    _write(order.output / "solved.jsonl", (p.to_json() for p in screen.kept if p.id in good))
    unsolved = [(e, problems[e.sample]) for e in played.episodes if e.sample not in good]
    left_out = [
        Proposal(p.request, p.problem, reason=why_not(e), detail=(e.error or {}).get("what", ""))
        for e, p in unsolved
    ]
    _write(order.output / "rejected.jsonl", (p.to_json() for p in [*screen.rejected, *left_out]))
    return played


def _settled(file: Path) -> dict[str, Mapping[str, Any]]:
    """The problems that earlier invocations kept, by id."""
    if not file.exists():
        return {}
    try:
        kept = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        return {row["id"]: dict(row["problem"]) for row in kept}
    except (ValueError, KeyError, TypeError) as e:
        raise UsageError(f"{file} cannot be read ({e}); remove it, or give another --output") from e


def _write(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Whole or not at all."""
    with whole(file) as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def _report(
    order: Order, screen: Screen, journal: Journal, played: Played | None, ran_out: str | None
) -> Report:
    episodes = played.episodes if played else ()
    unsolved: dict[str, int] = {}
    for e in episodes:
        if not solved(e):
            unsolved[why_not(e)] = unsolved.get(why_not(e), 0) + 1
    return Report(
        task=order.task,
        teacher=order.teacher,
        actor=order.spec.model,
        output=order.output,
        wanted=order.plan.count,
        requests=len(journal.replies),
        kept=len(screen.kept),
        rejected=dict(screen.reasons),
        played=len(episodes),
        solved=sum(map(solved, episodes)),
        unsolved=unsolved,
        usage={PURPOSE: journal.usage, **(played.usage if played else {})},
        ran_out=ran_out or (played.ran_out if played else None),
    )
