"""Plug-ins as commands open them: a file that does not load is told of at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.host import Plugins


def opened(files: Sequence[Path], blocked: Sequence[str]) -> "Plugins":
    """The installed plug-ins and those of `--plugin`; warns of each file that is broken."""
    from harness.host import Plugins

    plugins = Plugins(files, blocked)
    for broken in plugins.broken.values():
        click.echo(f"warning: plug-in {broken.name!r} ({broken.origin}) did not load: {broken.why}", err=True)
    return plugins
