"""`harness plugins`: load every plug-in, say what each implements, and which are broken."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import json_option, plugin_options

if TYPE_CHECKING:
    from harness.host import Plugins


@dataclass(frozen=True, slots=True)
class Row:
    """One plug-in. `broken` says what is wrong with it, or None."""

    name: str
    origin: str
    version: str
    hooks: list[str]
    broken: str | None = None


@click.command(epilog="Example: harness plugins --plugin nim.py")
@plugin_options
@json_option
def command(plugin_files: tuple[Path, ...], blocked: tuple[str, ...], as_json: bool) -> None:
    """List plug-ins: name, origin, version, hooks; broken ones last, with the reason.

    Every plug-in is imported for this. Ends with status 3 if one is broken.
    """
    from harness.host import Plugins
    from harness.offers import KINDS

    plugins = Plugins(plugin_files, blocked)
    plugins.load_all(KINDS)
    rows = [_row(plugins, name) for name in plugins.origins]
    broken = [Row(b.name, *_split(b.origin), [], b.why) for b in plugins.broken.values()]
    broken += list(_clashes(plugins))
    if as_json:
        click.echo(json.dumps({"plugins": [asdict(r) for r in rows + broken], "format": 1}))
    else:
        show(rows, broken)
    sys.exit(3 if broken else 0)


def _row(plugins: "Plugins", name: str) -> Row:
    return Row(name, *_split(plugins.origins[name]), plugins.hooks_of(name))


def _split(origin: str) -> tuple[str, str]:
    where, _, version = origin.rpartition(" ")
    return where, version


def _clashes(plugins: "Plugins") -> Iterator[Row]:
    """Names that two plug-ins offer: neither can be used until one gives way."""
    from harness.errors import PluginError

    offers = sorted(plugins.offers, key=lambda o: (o.kind, o.name))
    for (kind, name), same in groupby(offers, key=lambda o: (o.kind, o.name)):
        both = {f"{o.origin} ({o.module})" for o in same}
        if len(both) > 1:
            yield Row(name, " and ".join(sorted(both)), "", [], f"{name!r} in {kind} is offered twice")
    try:
        plugins.names("tasks")
    except PluginError as e:
        yield Row("tasks", "", "", [], str(e))


def show(rows: list[Row], broken: list[Row]) -> None:
    """One line a plug-in."""
    name = max((len(r.name) for r in rows + broken), default=0)
    origin = max((len(f"{r.origin} {r.version}") for r in rows), default=0)
    for r in rows:
        click.echo(f"ok      {r.name:<{name}}  {f'{r.origin} {r.version}':<{origin}}  {', '.join(r.hooks)}")
    for r in broken:
        where = f"{r.origin} {r.version}".strip()
        click.echo(f"broken  {r.name:<{name}}  {f'{where}  ' if where else ''}{r.broken}")
