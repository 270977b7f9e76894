"""`harness synthesize`: problems and trajectories that a teacher makes, checked by the real environment."""

from pathlib import Path
from typing import Any

import click

from harness import hookimpl
from harness.cli.options import Finite, json_option, plugin_options, task_flags


@click.command(
    epilog="Example: harness synthesize db --teacher openai/my-70b --base-url http://localhost:8000/v1 "
    "--count 100 -o data/synth-db"
)
@click.argument("task")
@click.option("--teacher", "-m", required=True, metavar="MODEL", help="Writes the problems: provider/name.")
@click.option("--base-url", help="Where the teacher is served: http://host:8000/v1.")
@click.option(
    "-M", "teacher_args", multiple=True, metavar="K=V", help="Option of its provider, such as price-in=2.5."
)
@click.option("--actor", metavar="MODEL", help="Plays the problems. [default: the teacher]")
@click.option("--actor-base-url", help="Where the actor is served.")
@click.option("--actor-args", multiple=True, metavar="K=V", help="Option of the actor's provider.")
@click.option(
    "--count", "-n", default=20, show_default=True, type=click.IntRange(1), help="Problems to keep."
)
@click.option(
    "--per-request",
    default=4,
    show_default=True,
    type=click.IntRange(1, 20),
    help="Problems that one request asks for.",
)
@click.option(
    "--max-requests",
    default=0,
    type=click.IntRange(0),
    help="Requests for problems at most. [default: five times what would do]",
)
@click.option(
    "--budget",
    default=0.0,
    type=Finite(0),
    help="US dollars in all, over all resumptions. [0: no limit]",
)
@click.option("--token-budget", default=0, type=click.IntRange(0), help="Tokens in all. [0: no limit]")
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder; the same command goes on in it.",
)
@click.option("--strategy", "-s", default="react", show_default=True, help="By which the actor plays.")
@click.option("--profile", default="native", show_default=True)
@click.option("--protocol", type=click.Choice(["text", "tools"]), help="How actions are written.")
@click.option(
    "--temperature",
    default=1.0,
    show_default=True,
    type=Finite(0),
    help="Of writing problems; they are played at 0.",
)
@click.option(
    "--max-tokens",
    default=2048,
    show_default=True,
    type=click.IntRange(1),
    help="Of a reply that holds problems.",
)
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--max-connections", default=16, show_default=True, type=click.IntRange(1), help="Model requests at once."
)
@click.option(
    "--prompts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of prompts that replace the tasks' own: db/synthesis.md.",
)
@click.option("--dry-run", is_flag=True, help="Show the estimate and the first request, and stop.")
@task_flags
@plugin_options
@json_option
def synthesize(**given: Any) -> None:  # fmt: skip
    """Have a teacher write new problems of TASK, keep those that hold, and play them.

    A problem is kept if it opens, if its own solution solves it, and if neither silence nor nonsense nor
    luck does; if it is no duplicate, and not bundled. Then the actor plays it in the real environment:
    what it solves is written to OUTPUT/solved.jsonl, and its trajectories are in OUTPUT/run, ready for
    `harness export`. Whatever is left out is counted with the reason, and listed in OUTPUT/rejected.jsonl.

    Tokens and cost are estimated before and shown during. Interrupt it when you like: the same command
    goes on where it stopped, and asks for no reply again that has arrived.
    """
    from .making import make

    make(given)


@hookimpl
def harness_commands(cli: Any) -> None:
    cli.add_command(synthesize)
