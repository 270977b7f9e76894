"""`harness train`: fine-tune a model on exported episodes, and turn checkpoints into what engines load.

harness train sft configs/smollm2-lora.yaml
harness train sft smollm2-cpu --set data.agent=data/agent.jsonl -o checkpoints/agent --dry-run
harness train merge checkpoints/agent -o merged --format gguf
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from harness import UsageError, hookimpl

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
    click.option(
        "--sweep",
        metavar="KEY=V,V,...|paper",
        help="Train once for each value, into OUTPUT-V; paper: data.share=0.1,0.3,0.5,0.8 (its Table 4).",
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


@train.command(
    epilog="Example: harness train dpo smollm2-cpu --set data.agent=pairs.jsonl -o checkpoints/dpo"
)
@training_options
def dpo(**given: Any) -> None:
    """Make better turns likelier than worse ones; data.agent is what `export --format dpo` wrote."""
    _train("dpo", **given)


def _train(kind: str, recipe: str, settings: tuple[str, ...], output: str | None, **given: Any) -> None:
    from .recipe import Recipe

    made = Recipe.load(recipe, settings, output)
    if given["sweep"] is None:
        _train_one(kind, made, **given)
        return
    key, values = _sweep(given["sweep"])
    recipes = [
        Recipe.load(recipe, (*settings, f"{key}={v}"), f"{made.output.rstrip('/')}-{v}") for v in values
    ]
    for one in recipes:
        click.echo(f"{one.output}: {key} among {', '.join(values)}", err=True)
        _train_one(kind, one, **given)


def _sweep(text: str) -> tuple[str, list[str]]:
    """
    >>> _sweep("train.lr=1e-4, 2e-4"), _sweep("paper")[0]
    (('train.lr', ['1e-4', '2e-4']), 'data.share')
    """
    from .mixing import SWEEP

    if text == "paper":
        return "data.share", [str(share) for share in SWEEP]
    key, equals, values = text.partition("=")
    found = [v.strip() for v in values.split(",") if v.strip()]
    if not equals or not key.strip() or not found:
        raise UsageError(f"--sweep {text!r}: expected KEY=VALUE,VALUE, such as data.share=0.2,0.5, or paper")
    return key.strip(), found


def _train_one(kind: str, made: "Recipe", **given: Any) -> None:
    from .launch import Placement
    from .record import State, found

    at = Placement(given["processes"], given["deepspeed"], given["hostfile"])
    if given["dry_run"]:
        _look(kind, made, at)
        return
    before = found(Path(made.output)) if given["resume"] == "auto" else None
    done = _apart(kind, made, at, given["resume"]) if at.apart else _here(kind, made, at, given["resume"])
    _end(done, before is not None and before.state is State.FINISHED)


def _look(kind: str, recipe: "Recipe", at: "Placement") -> None:
    from . import dpo, estimate, loading, sft
    from .masks import Encoded

    loading.need()
    loading.quiet()
    tokenizer, here = loading.tokenizer(recipe), loading.machine(recipe)
    if kind == "sft":
        data = sft.prepared(recipe, tokenizer)
        told, rows = data.report.lines(), data.train
    else:
        pairs = dpo.prepare(recipe, tokenizer)
        told, rows = pairs.lines(), [Encoded(*r.chosen, r.problem, "agent") for r in pairs.train]
    for line in (*told, *estimate.lines(recipe, rows, tokenizer, here, at.processes)):
        click.echo(line)


def _here(kind: str, recipe: "Recipe", at: "Placement", resume: str) -> "Record":
    from .worker import runner

    done: Record = runner(kind)(recipe, at, resume == "auto")
    return done


def _apart(kind: str, recipe: "Recipe", at: "Placement", resume: str) -> "Record":
    from .launch import configuration, launch
    from .record import Record, check_folder, command

    check_folder(Path(recipe.output))
    if at.deepspeed:
        configuration(at.deepspeed)
    shared = None  # of one machine, the folder for temporary files will do
    if at.hostfile:
        shared = Path(recipe.output).resolve().parent
        shared.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8", dir=shared) as file:
        file.write(recipe.to_yaml())
        file.flush()
        deepspeed = ["--deepspeed", at.deepspeed] if at.deepspeed else []
        typed = ["--command", quote(command(), safe="")]  # no blank or quote: it goes through shells
        launch([kind, file.name, *deepspeed, "--resume", resume, *typed], at)
    return Record.read(Path(recipe.output))


def _end(done: "Record", already: bool) -> None:
    from .record import State

    folder = done.recipe["output"]
    if done.state is State.INTERRUPTED:
        click.echo(
            f"interrupted after {done.steps} of {done.planned} steps; the same command goes on", err=True
        )
        sys.exit(130)
    how = "finished already" if already else "finished"
    click.echo(f"{folder}: {how}, {done.steps} steps in {done.seconds:.0f} s")
    click.echo(f"play it: harness run --model {done.playable}")


@train.command(epilog="Example: harness train merge checkpoints/agent -o merged")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path), help="A folder, or a GGUF file."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["hf", "gguf", "gguf-adapter"]),
    default="hf",
    show_default=True,
    help="gguf-adapter: the adapter alone, some megabytes, for smollm2+FILE or llamacpp/BASE+FILE.",
)
@click.option(
    "--type", "kind", help="hf: bfloat16, float16, float32. gguf: q8_0 (default), q4_0, bf16, f16, f32."
)
def merge(checkpoint: Path, output: Path, form: str, kind: str | None) -> None:
    """Fold the adapter in CHECKPOINT into its base: a folder for transformers, or a GGUF file."""
    from . import gguf, gguf_adapter, merge

    if form == "gguf-adapter":
        file = _free(
            output if output.suffix == ".gguf" else output / f"{checkpoint.resolve().name}-lora.gguf"
        )
        gguf_adapter.convert(checkpoint, file)
        click.echo(f"{file}: harness run --model llamacpp/BASE.gguf+{file}")
        return
    known = gguf.TYPES if form == "gguf" else merge.TYPES
    kind = kind or ("q8_0" if form == "gguf" else "auto")
    if kind not in known:
        raise UsageError(f"--type {kind}: for --format {form} there are {', '.join(known)}")
    if form == "hf":
        merge.merge(checkpoint, output, kind)
        click.echo(f"{output}: harness run --model hf/{output}")
        return
    file = _free(output if output.suffix == ".gguf" else output / f"{checkpoint.resolve().name}-{kind}.gguf")
    with tempfile.TemporaryDirectory() as folder:
        merge.merge(checkpoint, Path(folder) / checkpoint.resolve().name, "float32")
        gguf.convert(Path(folder) / checkpoint.resolve().name, file, kind)
    click.echo(f"{file}: harness run --model llamacpp/{file}")


def _free(file: Path) -> Path:
    if file.exists():
        raise UsageError(f"{file} is there already; give another --output")
    return file


@train.command()
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def info(checkpoint: Path, as_json: bool) -> None:
    """Say what CHECKPOINT was trained on, by what, and how it went."""
    from dataclasses import asdict

    from . import info
    from .record import Record

    found = Record.read(checkpoint)
    if as_json:
        click.echo(json.dumps(asdict(found)))
        return
    for name, text in info.lines(found, checkpoint):
        click.echo(f"{name:9} {text}")


@train.command()
def recipes() -> None:
    """List the shipped recipes, and the keys that a recipe may have."""
    from .recipe import SHIPPED, keys, shipped

    for name in shipped():
        first = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
        click.echo(f"{name:12} {first.removeprefix('# ')}")
    click.echo("keys         " + ", ".join(keys()))


@hookimpl
def harness_commands(cli: Any) -> None:
    cli.add_command(train)
