"""`harness export`: episodes of runs in another format, such as training data."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli._plugins import opened
from harness.cli.leaderboard import stores_in
from harness.cli.options import check_judge, json_option, plugin_options
from harness.errors import UsageError, blame

if TYPE_CHECKING:
    from harness.host import Plugins
    from harness.judged import Opinions
    from harness.records import EpisodeRecord
    from harness.select import Filter, Selection


@click.command(epilog="Example: harness export runs/ --format sft --filter reward=1 -o data/agent.jsonl")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@click.option("--format", "form", required=True, help="See `harness list exporters`.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Only episodes such as reward=1, status=completed, turns<=10, repeats=0, format=clean, judge=1. "
    "Repeatable.",
)
@click.option("--per-task", default=0, type=click.IntRange(0), help="At most this many of each task.")
@click.option("--judge-model", help="Says of each episode that meets the other filters whether judge=1.")
@click.option("--judge-base-url", help="Where the judge model is served.")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False))
@plugin_options
@json_option
def command(runs: tuple[Path, ...], form: str, output: Path, as_json: bool, **given: Any) -> None:
    """Write the episodes of RUNs into a file of another format, and say which were left out and why.

    A RUN is a run directory, or a folder of them. Errors of the harness are never written.
    """
    from harness.exporter import Picked
    from harness.select import Filter, parse

    conditions: list[Filter] = [parse(text) for text in given["filters"]]
    plugins = opened(given["plugin_files"], given["blocked"])
    exporter = plugins.exporter(form)
    stores = list({s.path.resolve(): s for path in runs for s in stores_in(path)}.values())
    episodes = [(store, e) for store in stores for e in store.episodes()]
    chosen, judged = _chosen(plugins, [e for _, e in episodes], conditions, given)
    taken = {id(e) for e in chosen.taken}
    picked = [Picked(s, [e for owner, e in episodes if owner is s and id(e) in taken]) for s in stores]
    if not chosen.taken:
        raise UsageError(f"none of {len(episodes)} episodes is left: {_reasons(chosen.left)}")
    _writable(output)
    with blame(form, "write"):
        said = exporter.write(picked, output)
    if as_json:
        told = {"written": str(output), "taken": len(chosen.taken), "left": dict(chosen.left), "format": 1}
        click.echo(json.dumps(told | ({"judge": judged} if judged else {})))
        return
    click.echo(said)
    if judged:
        click.echo(judged)
    if chosen.left:
        click.echo(f"left out {chosen.left.total()} of {len(episodes)} episodes: {_reasons(chosen.left)}")


def _writable(output: Path) -> None:
    """Raises `UsageError` where no file can be made; the exporter is not to blame for that."""
    tried = output.with_name(f"{output.name}.new")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        tried.touch()
        tried.unlink()
    except OSError as e:
        raise UsageError(f"--output {output}: {e.strerror}") from e


def _chosen(
    plugins: "Plugins",
    episodes: Sequence["EpisodeRecord"],
    filters: Sequence["Filter"],
    given: dict[str, Any],
) -> tuple["Selection", str]:
    """The episodes taken, and a line about the judge where one was asked."""
    from harness.select import JUDGE, select

    name = given["judge_model"]
    check_judge(given)
    if not any(f.field == JUDGE for f in filters):
        if name:
            raise UsageError("--judge-model is asked only for a filter such as --filter judge=1")
        return select(episodes, filters, given["per_task"]), ""
    if not name:
        raise UsageError("--filter judge=...: name the judge with --judge-model")
    others = {id(e) for e in select(episodes, [f for f in filters if f.field != JUDGE]).taken}
    asked = [(place, e) for place, e in enumerate(episodes) if id(e) in others]
    found = _opinions(plugins, name, given["judge_base_url"], asked)
    return select(episodes, filters, given["per_task"], found.value), found.line(name)


def _opinions(
    plugins: "Plugins", name: str, url: str | None, asked: Sequence[tuple[int, "EpisodeRecord"]]
) -> "Opinions":
    from harness.cli._telling import telling
    from harness.judged import opinions
    from harness.model import ModelOptions

    with telling() as tell:
        return asyncio.run(opinions(plugins.model(name, ModelOptions(url)), asked, tell))


def _reasons(left: Counter[str]) -> str:
    return ", ".join(f"{n} {why}" for why, n in left.most_common()) or "the runs are empty"
