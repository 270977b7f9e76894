"""`harness train`: fine-tune a model on exported episodes, and turn checkpoints into what engines load.

harness train sft configs/smollm2-lora.yaml
harness train sft smollm2-cpu --set data.agent=data/agent.jsonl -o checkpoints/agent --dry-run
harness train merge checkpoints/agent -o merged --format gguf
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness import hookimpl

if TYPE_CHECKING:
    from .launch import Placement
    from .recipe import Recipe
    from .record import Record


@click.group()
def train() -> None:
    """Fine-tune a model on episodes; merge and inspect checkpoints."""


def training_options(command: Any) -> Any:
    """What `sft` and `dpo` have in common."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


OPTIONS = (
    click.argument("recipe", metavar="RECIPE"),
    click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Such as train.lr=1e-4."),
    click.option("--output", "-o", help="Folder of the checkpoint; that of the recipe by default."),
    click.option(
        "--resume",
        type=click.Choice(["auto", "never"]),
        default="auto",
        show_default=True,
        help="Go on where an interrupted training stopped; never: throw it away.",
    ),
    click.option("--dry-run", is_flag=True, help="Show parameters, memory, steps, a masked row."),
    click.option("--processes", "-n", default=1, type=click.IntRange(1), help="On this machine, one a GPU."),
    click.option("--deepspeed", metavar="NAME|FILE", help="zero0 ... zero3, zero3-offload, or a JSON file."),
    click.option("--hostfile", type=click.Path(path_type=Path), help="Machines, as DeepSpeed reads them."),
)  # fmt: skip


@train.command(epilog="Example: harness train sft configs/smollm2-lora.yaml")
@training_options
def sft(**given: Any) -> None:
    """Fine-tune as RECIPE says: a YAML file, or the name of a shipped one."""
    _train("sft", **given)


def _train(kind: str, recipe: str, settings: tuple[str, ...], output: str | None, **given: Any) -> None:
    from .launch import Placement
    from .recipe import Recipe

    overrides = (*settings, *((f"output={output}",) if output else ()))
    made = Recipe.load(recipe, overrides)
    at = Placement(given["processes"], given["deepspeed"], given["hostfile"])
    _end(_apart(kind, made, at, given["resume"]) if at.apart else _here(kind, made, at, given["resume"]))


def _here(kind: str, recipe: "Recipe", at: "Placement", resume: str) -> "Record":
    from .worker import runner

    done: Record = runner(kind)(recipe, at, resume == "auto")
    return done


def _apart(kind: str, recipe: "Recipe", at: "Placement", resume: str) -> "Record":
    from .launch import configuration, launch
    from .record import Record

    if at.deepspeed:
        configuration(at.deepspeed)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(recipe.to_yaml())
        file.flush()
        deepspeed = ["--deepspeed", at.deepspeed] if at.deepspeed else []
        launch([kind, file.name, *deepspeed, "--resume", resume], at)
    return Record.read(Path(recipe.output))


def _end(done: "Record") -> None:
    from .record import State

    folder = done.recipe["output"]
    if done.state is State.INTERRUPTED:
        click.echo(
            f"interrupted after {done.steps} of {done.planned} steps; the same command goes on", err=True
        )
        sys.exit(130)
    click.echo(f"{folder}: {done.steps} steps in {done.seconds:.0f} s")
    click.echo(f"play it: harness run --model {done.playable}")


@hookimpl
def harness_commands(cli: Any) -> None:
    cli.add_command(train)
