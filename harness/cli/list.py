"""`harness list`: what there is, from entry-point metadata. Imports no plug-in but `--plugin` files."""

import json
from pathlib import Path
from typing import Any

import click

from harness.cli._plugins import opened
from harness.cli.options import json_option, plugin_options
from harness.offers import KINDS, installed

LISTED = tuple(k for k in KINDS if k != "plugins")


@click.command(epilog="Example: harness list models")
@click.argument("kind", required=False, type=click.Choice(LISTED), metavar="[KIND]")
@plugin_options
@json_option
def command(
    kind: str | None, plugin_files: tuple[Path, ...], blocked: tuple[str, ...], as_json: bool
) -> None:
    """List tasks, models, strategies, sandboxes, executors and exporters, and where each comes from.

    KIND leaves only one of them. A plug-in is not imported for this; `harness plugins` does that.
    """
    found = {k: _named(k, blocked) for k in LISTED if kind in (None, k)}
    if "tasks" in found and plugin_files:
        found["tasks"] += _from_files(plugin_files, blocked)
    if as_json:
        said: dict[str, Any] = {k: [{"name": n, "origin": o} for n, o in rows] for k, rows in found.items()}
        click.echo(json.dumps({**said, "format": 1}))
        return
    for name, rows in found.items():
        if kind is None:
            click.echo(f"{name}:" if rows else f"{name}: none")
        width = max((len(n) for n, _ in rows), default=0)
        for n, origin in rows:
            click.echo(f"{'' if kind else '  '}{n:<{width}}  {origin}")


def _named(kind: str, blocked: tuple[str, ...]) -> list[tuple[str, str]]:
    return sorted((o.name, o.origin) for o in installed() if o.kind == kind and o.name not in blocked)


def _from_files(files: tuple[Path, ...], blocked: tuple[str, ...]) -> list[tuple[str, str]]:
    plugins = opened(files, blocked)
    offered = {o.name for o in plugins.offers if o.kind == "tasks"}
    return [(n, plugins.origin_of(n)) for n in plugins.names("tasks") if n not in offered]
