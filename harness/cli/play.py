"""`harness play`: a person plays a sample under the same rules, limits and scoring as a model."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import click

from harness.cli._plugins import opened
from harness.cli.options import plugin_options, task_flags, task_options


@click.command(epilog="Example: harness play db --sample-id test-003")
@click.argument("task")
@click.option("--sample-id", help="Which sample. [default: the first]")
@click.option("--split", default="test", show_default=True)
@click.option("--profile", default="native", show_default=True, help="native, v0.2 or fc.")
@click.option("--protocol", type=click.Choice(["text", "tools"]), help="How actions are written.")
@task_flags
@click.option("--prompts", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--seed", default=0, show_default=True, help="Of the environment.")
@click.option(
    "--log-dir",
    "--output-path",
    "-o",
    default=Path("runs"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where the run directory is made.",
)
@plugin_options
def command(**given: Any) -> None:  # fmt: skip
    """Play a sample of TASK yourself: you see what a model would see, and type the reply.

    The episode is recorded as a run of the model `human`, for `harness leaderboard` and `score`.
    """
    from harness.cli._human import NAME, ByHand, Seat
    from harness.runner import carry_out, plan
    from harness.spec import RunSpec
    from harness.store import RunStore

    spec = RunSpec(
        (given["task"],),
        NAME,
        (ByHand.name,),
        task_options=task_options(given),
        profile=given["profile"],
        protocol=given["protocol"],
        split=given["split"],
        limit=None if given["sample_id"] else "1",
        sample_ids=(given["sample_id"],) if given["sample_id"] else (),
        seed=given["seed"],
        prompts=given["prompts"],
        max_samples=1,
    )
    plugins = opened(given["plugin_files"], given["blocked"])
    seat = Seat()
    plugins.register(seat, "harness play")
    run = plan(spec, plugins, f"harness play {given['task']}")
    try:
        stamp = datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
        store = RunStore.create(
            given["log_dir"] / f"{stamp}_{given['task']}_by-hand_{token_hex(3)}", run.record
        )
        with store:
            asyncio.run(carry_out(run, store))
    finally:
        run.close()
    sys.exit(_tell(store, seat.human.left))


def _tell(store: Any, left: bool) -> int:
    """How it ended. The exit status is 1 for a harness error only, not for a low score or for leaving."""
    for episode in store.episodes():
        if left:
            click.echo("\nYou left; the episode has no score.")
        elif episode.error:
            click.echo(f"\nnot scored: {episode.error['what']}", err=True)
            return 1
        else:
            parts = "".join(f", {name} {value:g}" for name, value in episode.score.parts.items())
            click.echo(
                f"\n{episode.status}: score {episode.score.value:g}{parts} after {episode.turns} turns"
            )
    click.echo(f"records  {store.path}")
    return 0
