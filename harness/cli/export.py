"""`harness export`: episodes of runs in another format, such as training data."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from harness.cli._plugins import opened
from harness.cli.leaderboard import stores_in
from harness.cli.options import json_option, plugin_options
from harness.errors import UsageError, blame


@click.command(epilog="Example: harness export runs/ --format sft --filter reward=1 -o data/agent.jsonl")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@click.option("--format", "form", required=True, help="See `harness list exporters`.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Only episodes such as reward=1, status=completed, turns<=10, repeats=0, mistakes=0. Repeatable.",
)
@click.option("--per-task", default=0, type=click.IntRange(0), help="At most this many of each task.")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False))
@plugin_options
@json_option
def command(runs: tuple[Path, ...], form: str, output: Path, as_json: bool, **given: Any) -> None:
    """Write the episodes of RUNs into a file of another format, and say which were left out and why.

    A RUN is a run directory, or a folder of them. Errors of the harness are never written.
    """
    from harness.exporter import Picked
    from harness.select import Filter, parse, select

    conditions: list[Filter] = [parse(text) for text in given["filters"]]
    exporter = opened(given["plugin_files"], given["blocked"]).exporter(form)
    stores = [s for path in runs for s in stores_in(path)]
    episodes = [(store, e) for store in stores for e in store.episodes()]
    chosen = select([e for _, e in episodes], conditions, given["per_task"])
    taken = {id(e) for e in chosen.taken}
    picked = [Picked(s, [e for owner, e in episodes if owner is s and id(e) in taken]) for s in stores]
    if not chosen.taken:
        raise UsageError(f"none of {len(episodes)} episodes is left: {_reasons(chosen.left)}")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with blame(form, "write"):
            said = exporter.write(picked, output)
    except OSError as e:
        raise UsageError(f"--output {output}: {e.strerror}") from e
    if as_json:
        left = dict(chosen.left)
        click.echo(
            json.dumps({"written": str(output), "taken": len(chosen.taken), "left": left, "format": 1})
        )
        return
    click.echo(said)
    if chosen.left:
        click.echo(f"left out {chosen.left.total()} of {len(episodes)} episodes: {_reasons(chosen.left)}")


def _reasons(left: Counter[str]) -> str:
    return ", ".join(f"{n} {why}" for why, n in left.most_common()) or "the runs are empty"
