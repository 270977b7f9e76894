"""`harness compare`: two runs over the same samples, and whether the difference is real."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.leaderboard import stores_in
from harness.cli.options import json_option
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.report.comparable import Runs


@click.command(epilog="Example: harness compare runs/base runs/tuned")
@click.argument("before", metavar="RUN_BEFORE", type=click.Path(path_type=Path))
@click.argument("after", metavar="RUN_AFTER", type=click.Path(path_type=Path))
@click.option("--force-mix", is_flag=True, help="Compare even where content hashes differ; marked.")
@json_option
def command(before: Path, after: Path, force_mix: bool, as_json: bool) -> None:
    """Compare two runs sample by sample: is RUN_AFTER better than RUN_BEFORE?

    Each is a run directory, or a folder of runs of different tasks. Model and strategy may differ. Runs
    whose task content differs are refused unless you say so; the message names the part that differs.

    Prints for each task the difference with its 95 % interval, an exact paired test (McNemar's for scores
    of 0 and 1, sign flips for others) with Holm's correction over the tasks, and what can be claimed; then
    failures, turns and tokens over the same pairs. Samples without a pair are counted with the reason.
    """
    from rich.console import Console

    from harness.report.compare import compare
    from harness.report.versus import render, to_json

    (old, old_names), (new, new_names) = _side(before), _side(after)
    if before.resolve() == after.resolve():
        raise UsageError(f"{before} and {after} are the same run: there is nothing to compare")
    found = compare(old, new, (old_names, new_names), force_mix)
    if as_json:
        click.echo(json.dumps(to_json(found), ensure_ascii=False))
    else:
        render(found, Console())


def _side(path: Path) -> "tuple[Runs, list[str]]":
    stores = stores_in(path)
    return [(s.record, s.episodes()) for s in stores], [str(s.path) for s in stores]
