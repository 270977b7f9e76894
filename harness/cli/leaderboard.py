"""`harness leaderboard`: runs beside one another, and beside published figures."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.errors import StoreError, UsageError

if TYPE_CHECKING:
    from harness.store import RunStore


@click.command(epilog="Example: harness leaderboard runs/ --published")
@click.argument("runs", nargs=-1, metavar="RUN...", type=click.Path(path_type=Path))
@click.option("--published", is_flag=True, help="Show AgentBench's published rows of the same profile too.")
@click.option(
    "--format", "form", default="table", show_default=True, type=click.Choice(["table", "md", "csv", "json"])
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--force-mix", is_flag=True, help="One column even where content hashes differ; marked.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write into this file.")
def command(**given: Any) -> None:  # fmt: skip
    """Put RUNs side by side: rows are model and strategy, columns are tasks.

    A RUN is a run directory, or a folder of them. Runs whose task content differs are not put into
    one column unless you say so; the message names the part that differs.
    """
    from rich.console import Console

    from harness.report.leaderboard import leaderboard
    from harness.report.write import notes, write

    if not given["runs"] and not given["published"]:
        raise UsageError("which runs? for example: harness leaderboard runs/ (or only --published)")
    stores = [s for path in given["runs"] for s in stores_in(path)]
    played = [(s.record, s.episodes()) for s in stores]
    board = leaderboard(played, given["published"], given["force_mix"], [s.path.name for s in stores])
    form = "json" if given["as_json"] else given["form"]
    for note in notes(board) if form == "csv" else ():  # the other formats have room for them
        click.echo(note, err=True)
    if given["output"] is None:
        write(board, form, Console())
        return
    text = io.StringIO()
    write(board, form, Console(file=text, width=120))
    try:
        given["output"].write_text(text.getvalue(), encoding="utf-8")
    except OSError as e:
        raise UsageError(f"--output {given['output']}: {e.strerror}") from e


def stores_in(path: Path) -> "list[RunStore]":
    """The run at `path`, or those in the folder `path`, oldest first. Raises `UsageError` for none."""
    from harness.store import RunStore

    if (path / "run.json").exists():
        return [RunStore(path)]
    found = []
    for file in sorted(path.glob("*/run.json")):
        try:
            found.append(RunStore(file.parent))
        except StoreError as e:
            click.echo(f"warning: left out: {e}", err=True)
    if not found:
        raise UsageError(f"{path} is neither a run directory nor a folder of them: no run.json in it")
    return found
