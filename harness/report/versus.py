"""A comparison of two runs in words and tables, and (`to_json`) for programs.

Shows itself with made-up runs: `python -m harness.report.versus [--json]`.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.compare import LEVEL, Compared, Comparison, Measure, compare
from harness.report.form import NOTHING, Whole, percent, short, tame

FORMAT = 1
"""Of `to_json`: grows when a reader of the old form would misunderstand the new one."""

LEAST = 6
"""Below this many pairs that differ no exact two-sided test can reach 0.05: 2 / 2^5 is 0.0625."""


def render(found: Comparison, console: Console) -> None:
    """Print who is compared, the scores, what can be said of them, and how the runs differ otherwise."""
    console.print(Text.assemble("before  ", (tame(found.before), "bold")), soft_wrap=True)
    console.print(Text.assemble("after   ", (tame(found.after), "bold")), soft_wrap=True)
    console.print()
    console.print(Whole(_scores(found)), crop=False)
    console.print()
    for c in _rows(found):
        console.print(Text(statement(c, len(found.tasks)), "bold" if c.claimed else ""), soft_wrap=True)
    console.print()
    console.print(Whole(_measures(found)), crop=False)
    console.print()
    for line in notes(found):
        console.print(Text("  " + line, "dim"), soft_wrap=True)


def _rows(found: Comparison) -> list[Compared]:
    return [*found.tasks, *([found.macro] if found.macro else [])]


def _scores(found: Comparison) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    table.add_column("task", overflow="fold", min_width=13)
    heads = ("before\n%", "after\n%", "difference\npoints", "95 %\ninterval", "p", "p\n(Holm)")
    for head in (*heads, "won/lost/\ntied", "pairs"):
        table.add_column(head, justify="right", no_wrap=True)
    for c in _rows(found):
        table.add_row(
            Text(_name(c) + " ‡" * bool(c.mixed)),
            percent(c.before),
            percent(c.after),
            Text(signed(100 * c.difference), "bold" if c.claimed else ""),
            span(100 * c.low, 100 * c.high),
            chance(c.test.p),
            chance(c.adjusted) if c.task else NOTHING,
            f"{c.wins}/{c.losses}/{c.ties}",
            Text(f"{c.n}/{c.planned}", "" if c.n == c.planned else "yellow"),
        )
    return table


def _name(c: Compared) -> str:
    return tame(c.task) if c.task else "mean of tasks"


def statement(c: Compared, tasks: int) -> str:
    """What may be said of one row, in words."""
    name, low, high = _name(c), signed(100 * c.low), signed(100 * c.high)
    corrected = f" after Holm's correction over {tasks} tasks" if c.task and tasks > 1 else ""
    p = f"p = {chance(c.adjusted)}".replace("= <", "< ") + corrected
    if c.claimed:
        better = "better" if c.difference > 0 else "worse"
        size = f"{abs(100 * c.difference):.1f} points"
        return f"{name}: after is {better} by {size} (95 % interval {low} to {high}; {p})."
    moved = c.wins + c.losses
    few = f" Only {moved} of {c.n} pairs differ, too few for any claim." if moved < LEAST else ""
    return f"{name}: no difference can be claimed (95 % interval {low} to {high}; {p}).{few}"


def signed(number: float, digits: int = 1) -> str:
    """With its sign, which is what a difference is about.

    >>> signed(3.14), signed(-0.04), signed(-2.0)
    ('+3.1', '0.0', '−2.0')
    """
    said = f"{abs(number):.{digits}f}"
    return said if float(said) == 0 else ("+" if number > 0 else "−") + said


def span(low: float | None, high: float | None, digits: int = 1) -> str:
    """An interval of a difference."""
    return NOTHING if low is None or high is None else f"{signed(low, digits)} to {signed(high, digits)}"


def chance(p: float) -> str:
    """A p-value.

    >>> chance(0.0390625), chance(0.00002)
    ('0.039', '<0.001')
    """
    return "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.9995 else "1"


def _measures(found: Comparison) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    table.add_column("task", overflow="fold", min_width=9)
    table.add_column("over the same pairs")
    for head in ("before", "after", "difference", "95 % interval"):
        table.add_column(head, justify="right", no_wrap=True)
    for c in found.tasks:
        for i, m in enumerate(c.measures):
            table.add_row(tame(c.task) if i == 0 else "", *_cells(m, c.n))
    return table


def _cells(m: Measure, pairs: int) -> Iterator[str]:
    if m.rate:
        yield f"{m.name} %" + (f" (n {m.n})" if m.n < pairs else "")
        yield from (percent(m.before), percent(m.after), signed(100 * m.difference))
        yield span(100 * m.low, 100 * m.high) if m.low is not None and m.high is not None else NOTHING
        return
    yield f"{m.name} an episode"
    digits = int(max(m.before, m.after) < 100)
    yield from ((f"{x:.1f}" if digits else short(x)) for x in (m.before, m.after))
    yield signed(m.difference, digits)
    yield span(m.low, m.high, digits)


def notes(found: Comparison) -> Iterator[str]:
    """What has to be known to read the tables."""
    for c in found.tasks:
        name = tame(c.task)
        if c.unpaired:
            why = ", ".join(f"{n} {why}" for why, n in c.unpaired.items())
            yield f"{name}: {c.n} of {c.planned} samples are paired; left out on both sides: {why}"
        if c.mixed:
            yield f"‡ {name} was not played alike ({', '.join(c.mixed)}): compared by --force-mix"
    if found.oracle:
        yield "† looks at the true score before it submits: no fair comparison"
    yield from map(tame, found.notes)
    hows = dict.fromkeys(c.test.how for c in _rows(found))
    said = [f"p: {', '.join(hows)}, two-sided, over samples with their epochs averaged"]
    if len(found.tasks) > 1:
        said.append(
            f"a task's difference is claimed where p by Holm's method over the tasks is below {LEVEL}"
        )
        said.append("the mean of tasks weighs each alike and has one test of its own")
    yield "; ".join(said)
    yield "intervals of the other measures are not corrected for being several"


def to_json(found: Comparison) -> dict[str, Any]:
    """For programs. Scores, rates, differences and intervals are in [0, 1] or [-1, 1], not in points."""
    return {
        "format": FORMAT,
        "before": found.before,
        "after": found.after,
        "tasks": [_row_json(c, len(found.tasks)) for c in found.tasks],
        "macro": _row_json(found.macro, len(found.tasks)) if found.macro else None,
        "oracle": found.oracle,
        "notes": list(found.notes),
    }


def _row_json(c: Compared, tasks: int) -> dict[str, Any]:
    said: dict[str, Any] = {"task": c.task} if c.task else {}
    return said | {
        "profile": c.profile,
        "n": c.n,
        "planned": c.planned,
        "unpaired": dict(c.unpaired),
        "before": c.before,
        "after": c.after,
        "difference": c.difference,
        "low": c.low,
        "high": c.high,
        "p": c.test.p,
        "p_holm": c.adjusted if c.task else None,
        "test": c.test.how,
        "wins": c.wins,
        "losses": c.losses,
        "ties": c.ties,
        "claimed": c.claimed,
        "statement": statement(c, tasks),
        "mixed": list(c.mixed),
        "measures": {m.name: _measure_json(m) for m in c.measures},
    }


def _measure_json(m: Measure) -> dict[str, float | None]:
    return {name: getattr(m, name) for name in ("n", "before", "after", "difference", "low", "high")}


def _demo() -> None:
    from harness.report import demo

    tasks = [demo.task("db", 60), demo.task("os", 40)]
    before, after = demo.run(*tasks, model="base"), demo.run(*tasks, model="tuned")
    sides = [(before, demo.play(before, 0.2)[:-2])], [(after, demo.play(after, 0.9, seed=4))]
    found = compare(*sides, names=(["runs/base"], ["runs/tuned"]))
    if "--json" in sys.argv[1:]:
        Console().print_json(json.dumps(to_json(found)))
    else:
        render(found, Console())


if __name__ == "__main__":
    _demo()
