"""The final table of a run, for people and (`to_json`) for programs.

Shows itself with made-up records: `python -m harness.report.table [--json]`.
"""

import json
import shlex
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.form import Whole, between, clock, dollars, percent, short, tame, visible
from harness.report.summary import LABELS, Summary, TaskSummary
from harness.types import Status, of_agent

FORMAT = 1
"""Of `to_json`: grows when a reader of the old form would misunderstand the new one."""


def render(summary: Summary, console: Console) -> None:
    """Print the table and what has to be known to read it."""
    console.print(_headline(summary), soft_wrap=True)
    console.print(Whole(_table(summary, roomy=console.width >= 100)), crop=False)
    for line in (*_totals(summary), *_warnings(summary), *_whereabouts(summary)):
        console.print(line, soft_wrap=True)


def _headline(summary: Summary) -> Text:
    dagger = " †" if summary.oracle else ""
    line = Text.assemble((tame(summary.model), "bold"), " · ", tame(summary.strategy), dagger)
    played = dict.fromkeys(f"{t.profile} {t.split} ({t.protocol})" for t in summary.tasks)
    return line.append(" · " + ", ".join(tame(p) for p in played) if played else "", "dim")


def _table(summary: Summary, roomy: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1) if roomy else 0, pad_edge=False)
    table.add_column("task", overflow="fold", min_width=9)
    labels = list(LABELS.values()) if roomy else ["comp-\nleted", "CLE", "IF", "IA", "TLE", "err"]
    for head in ("score\n%", "95 %\ninterval", "n", *labels, "turns", "tokens", "time"):
        table.add_column(head, justify="right", no_wrap=True)
    for t in summary.tasks:
        table.add_row(*_cells(t))
    return table


def _cells(t: TaskSummary) -> Iterator[Text]:
    yield Text(tame(t.task))
    yield Text(percent(t.score), "bold")
    yield Text(between(t.low, t.high))
    yield Text(f"{t.n}/{t.planned}", "" if t.n == t.planned else "yellow")
    for status, count in t.statuses.items():
        bad = status is Status.ERROR and count
        yield Text(str(count), "red" if bad else "" if count else "dim")
    yield Text("–" if t.turns is None else f"{t.turns.value:.1f}")
    yield Text(short(of_agent(t.usage).tokens))
    yield Text(clock(t.wall))


def _totals(summary: Summary) -> Iterator[Text]:
    yield Text.assemble("\nOverall  ", (str(summary.overall), "bold"))
    if summary.overall.value is not None:
        yield _note(summary.overall.why)
    usage = summary.usage
    if set(usage) - {"act"}:
        told = (f"{p} {short(u.tokens)} in {_many(u.calls, 'call')}" for p, u in usage.items())
        yield Text("Tokens   " + tame(", ".join(told)))
    if cost := sum(u.cost for u in usage.values()):
        yield Text(f"Cost     {dollars(cost)}")
    for t in summary.tasks:
        if t.progress is not None:
            yield Text(f"Progress {tame(t.task)} {percent(t.progress.value)} (n {t.progress.n})")
        if others := {k: m for k, m in t.parts.items() if k not in t.readings}:
            said = ", ".join(f"{k.replace('_', ' ')} {percent(m.value)} (n {m.n})" for k, m in others.items())
            yield Text(f"Parts    {tame(t.task)} {tame(said, 400)}")
        if t.readings:
            said = ", ".join(f"{name} {percent(value)}" for name, value in t.readings.items())
            yield Text(f"Errata   {tame(t.task)} {said} (known wrong gold answers as published, and mended)")


def _warnings(summary: Summary) -> Iterator[Text]:
    if summary.oracle:
        yield _note(
            "† looks at the true score before it submits: no fair comparison with the others", "yellow"
        )
    for t in summary.tasks:
        name = tame(t.task)
        if t.n < t.planned:
            yield _note(
                f"{name}: {t.n} of {_many(t.planned, 'episode')} scored; {_many(t.errors, 'error')} and "
                f"{t.missing} not played are left out, not counted as zeros",
                "yellow",
            )
        for f in t.failures:
            yield _note(f"{name}: {f.count} × {tame(f.side)} error, first {tame(f.episode)}:", "red")
            yield Text("    " + tame(f.what, 400))
        for reason, samples in _by_reason(t).items():
            shown = ", ".join(tame(s) for s in samples[:3]) + (" ..." if len(samples) > 3 else "")
            many = _many(len(samples), "sample")
            yield _note(f"{name}: {many} of {tame(t.split)} cannot be played here ({shown}): {tame(reason)}")


def _by_reason(t: TaskSummary) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for sample, reason in t.skipped.items():
        grouped.setdefault(reason, []).append(sample)
    return grouped


def _whereabouts(summary: Summary) -> Iterator[Text]:
    if summary.where is not None:
        yield Text(f"\nRecords  {visible(str(summary.where))}")
    if not summary.complete:
        missing, errors = (sum(getattr(t, what) for t in summary.tasks) for what in ("missing", "errors"))
        yield Text(f"Resume   plays {missing} missing, retries {_many(errors, 'error')}:")
        yield Text("    " + visible(resume_command(summary.command, summary.where)))


def resume_command(command: str, where: Path | None) -> str:
    """The command of a run as one that goes on with it.

    >>> resume_command("harness run db --new -l 3", Path("runs/a"))
    'harness run db -l 3 --resume runs/a'
    """
    words = shlex.split(command) or ["harness", "run"]
    kept = [w for i, w in enumerate(words) if w not in ("--new", "--resume") and words[i - 1] != "--resume"]
    return shlex.join(kept if where is None else [*kept, "--resume", str(where)])


def _note(text: str, style: str = "dim") -> Text:
    return Text("  " + text, style)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def to_json(summary: Summary) -> dict[str, Any]:
    """For programs. Scores are in [0, 1]; `statuses` has all six; `n` counts scored episodes."""
    return {
        "format": FORMAT,
        "run": None if summary.where is None else str(summary.where),
        "model": summary.model,
        "strategy": summary.strategy,
        "oracle": summary.oracle,
        "complete": summary.complete,
        "overall": summary.overall.value,
        "overall_why": summary.overall.why,
        "tasks": [_task_json(t) for t in summary.tasks],
    }


def _task_json(t: TaskSummary) -> dict[str, Any]:
    said = asdict(t)
    said["statuses"] = {str(status): count for status, count in t.statuses.items()}
    said["errors"] = t.errors
    said["tokens"] = of_agent(t.usage).tokens
    said["cost"] = t.total.cost
    return said


def _demo() -> None:
    from harness.report.demo import run_with_trouble
    from harness.report.summary import summarise

    summary = summarise(*run_with_trouble())
    if "--json" in sys.argv[1:]:
        Console().print_json(json.dumps(to_json(summary)))
    else:
        render(summary, Console())


if __name__ == "__main__":
    _demo()
