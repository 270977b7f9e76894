"""`harness new`: a working one-file plug-in with its test."""

import keyword
import shlex
from pathlib import Path

import click

from harness.errors import UsageError
from harness.offers import installed

KINDS = {"task": "tasks", "strategy": "strategies", "model": "models"}
NEXT = {
    "task": "harness audit {name} --plugin {file}",
    "strategy": "harness run --tasks db --limit 3 --strategy {name} --plugin {file}",
    "model": "harness run --tasks db --limit 3 --model {name} --plugin {file}",
}


@click.command(epilog="Example: harness new task nim")
@click.argument("kind", type=click.Choice(list(NEXT)))
@click.argument("name")
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
def command(kind: str, name: str, folder: Path) -> None:
    """Write NAME.py and test_NAME.py into FOLDER: a plug-in that works, to change from there."""
    if not name.isidentifier() or keyword.iskeyword(name) or name != name.lower():
        raise UsageError(f"{name!r} cannot name a plug-in; use small letters, digits and _, as in my_{kind}")
    if any(o.name == name and o.kind == KINDS[kind] for o in installed()):
        raise UsageError(
            f"there is a {kind} {name!r} already, see `harness list {KINDS[kind]}`; choose another name"
        )
    from harness.templates import render

    files = {folder / f"{name}.py": kind, folder / f"test_{name}.py": f"test_{kind}"}
    for file in files:
        if file.exists():
            raise UsageError(f"{file} exists already; choose another name or folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, template in files.items():
            file.write_text(render(template, name), encoding="utf-8")
    except OSError as e:
        raise UsageError(f"cannot write into {folder}: {e.strerror}") from e
    plugin, test = map(shlex.quote, map(str, files))
    click.echo(f"wrote {plugin} and {test}; next:")
    click.echo(f"  {NEXT[kind].format(name=name, file=plugin)}")
    click.echo(f"  python -m pytest {test}")
