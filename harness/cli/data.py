"""`harness data`: register folders of official data, and see what is in them."""

import json
import shutil
from pathlib import Path
from typing import Any

import click

from harness.cli._plugins import opened
from harness.cli.options import json_option, pairs, plugin_options
from harness.errors import UsageError
from harness.registry import forget, register, registered

AGENTBENCH = "agentbench"


@click.group()
def command() -> None:
    """Register official data files, so that their splits can be played; or generate data."""


@command.command("add", epilog="Example: harness data add agentbench ~/src/AgentBench")
@click.argument("name")
@click.argument("source", metavar="PATH_OR_GIT_URL")
@plugin_options
def add(name: str, source: str, plugin_files: tuple[Path, ...], blocked: tuple[str, ...]) -> None:
    """Register a folder, or a shallow clone of a git repository, under NAME.

    NAME is what tasks ask for: `agentbench` for a checkout of THUDM/AgentBench, whole or partial;
    `alfworld`, `webshop` and `mind2web` for the files of these projects, which are checked and, where
    that makes them quicker to open, converted once.
    """
    from harness.cli._owned import adopt, taker
    from harness.datasets import clone, is_url

    if (
        name != AGENTBENCH
        and not is_url(source)
        and (task := taker(opened(plugin_files, blocked), name)) is not None
    ):
        _tell(name, *adopt(task, name, Path(source).expanduser()))
        return
    if not name.replace("-", "").replace("_", "").isalnum():
        raise UsageError(f"{name!r} cannot name data; use letters, digits, - and _")
    folder = clone(source, name) if is_url(source) else Path(source).expanduser()
    try:
        lines = _contents(name, folder)
    except UsageError:
        if is_url(source):
            shutil.rmtree(folder)  # ours, and of no use
        raise
    register(name, folder)
    _tell(name, folder.resolve(), lines)


@command.command("make", epilog="Example: harness data make webshop --products 1000000")
@click.argument("task")
@click.option("--products", type=click.IntRange(1), help="webshop: how many products.")
@click.option("-T", "options", multiple=True, metavar="K=V", help="Option of the task.")
@plugin_options
def make_(task: str, products: int | None, options: tuple[str, ...], **given: Any) -> None:
    """Generate data of TASK, larger than what is bundled, and register it under the task's name."""
    from harness.cli._owned import make

    asked = pairs("-T", options) | ({} if products is None else {"products": str(products)})
    _tell(task, *make(opened(given["plugin_files"], given["blocked"]).task(task), asked))


def _tell(name: str, folder: Path, lines: list[str]) -> None:
    click.echo(f"{name}: {folder}")
    for line in lines:
        click.echo(f"  {line}")


def _contents(name: str, folder: Path) -> list[str]:
    """What is in a folder that is about to be registered. Raises `UsageError` if that is no use."""
    from harness.datasets import look

    if name == AGENTBENCH:
        return [str(finding) for finding in look(folder)]
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    return [f"{sum(1 for f in folder.rglob('*') if f.is_file())} files"]


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List what is registered."""
    rows = [_row(name, folder) for name, folder in sorted(registered().items())]
    if as_json:
        click.echo(json.dumps({"data": rows, "format": 1}))
        return
    if not rows:
        click.echo("no data is registered; for example: harness data add agentbench PATH_OR_GIT_URL")
    for row in rows:
        gone = "" if row["there"] else "  (gone: register it anew, or `harness data remove` it)"
        click.echo(f"{row['name']}: {row['path']}{gone}")
        for part in row["parts"]:
            if part["files"]:
                click.echo(f"  {part['task']:<10} {part['what']:<15} {part['files']} files")


def _row(name: str, folder: Path) -> dict[str, Any]:
    from harness.datasets import look

    parts: list[dict[str, Any]] = []
    if name == AGENTBENCH and folder.is_dir():
        try:
            parts = [{"task": f.part.task, "what": f.part.what, "files": f.files} for f in look(folder)]
        except UsageError:
            parts = []
    return {"name": name, "path": str(folder), "there": folder.is_dir(), "parts": parts}


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Forget NAME. The folder itself is left alone."""
    if name not in registered():
        known = ", ".join(sorted(registered())) or "nothing"
        raise UsageError(f"there is no data {name!r}; registered is: {known}")
    folder = registered()[name]
    forget(name)
    click.echo(f"forgot {name}; {folder} is left as it is")
