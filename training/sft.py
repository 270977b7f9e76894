"""Supervised fine-tuning: a recipe and its data become a checkpoint.

    harness train sft configs/smollm2-lora.yaml

TRL's SFTTrainer over rows that the data layer has tokenised and masked. What is decided here:

Packing. Several rows in one sequence waste nothing on padding, but a token of one row must not see another.
TRL's packing relies on flash attention's variable-length kernels for that, so `packing: auto` packs where
flash attention is installed. With sdpa it could be had only as a mask over the whole sequence, which costs
the square of its length; there rows of similar length share a batch instead, which wastes a few per cent.

Numbers. `dtype: auto` computes in bfloat16 where the device does (also CPUs with AMX or AVX512-BF16). A
frozen base is kept in it; what is trained (adapters, or all weights) is kept in float32. But qlora's adapters
are kept in bfloat16: TRL casts them.

Interruption. Ctrl-C saves a checkpoint; the same command goes on from the last one.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from harness import Tell, UsageError, checkpoint_of

from . import loading, record
from .arguments import configured
from .dataset import Encoded, Prepared, Source, prepare, quiet
from .launch import Placement
from .masks import IGNORED
from .order import FILL
from .recipe import Data, Recipe


def prepared(recipe: Recipe, tokenizer: Any, tell: Tell | None = None) -> Prepared:
    """The rows, masked; `UsageError` where a line, a file or the whole is not fit to be trained on."""
    return prepare(
        sources(recipe.data),
        tokenizer,
        template=recipe.data.template,
        max_length=recipe.data.max_length,
        long=recipe.data.long,
        lam=recipe.data.share,
        unit=recipe.data.unit,
        validation=recipe.data.validation,
        seed=recipe.train.seed,
        against=recipe.data.against,
        tell=tell or quiet,
    )


def sources(data: Data) -> list[Source]:
    files = [("agent", f) for f in data.agent] + [("general", f) for f in data.general]
    if not files:
        raise UsageError(
            "the recipe names no data; write data.agent, or give --set data.agent=data/agent.jsonl"
        )
    return [Source(Path(f), kind=kind, format=data.format) for kind, f in files]


def run(recipe: Recipe, placement: Placement, resume: bool = True) -> record.Record:
    """Train, or go on. Returns what `training.json` says; its state says if it came to an end."""
    loading.need(*(("deepspeed",) if placement.deepspeed else ()))
    loading.quiet()
    here, folder = loading.machine(recipe), Path(recipe.output)
    tokenizer = loading.tokenizer(recipe)
    data = prepared(recipe, tokenizer)
    new = _record(recipe, placement, here, data)
    args = arguments(recipe, placement, here, data)
    main = args.process_index == 0
    old = settled(folder, new, resume, main)
    if old is not None and old.state is record.State.FINISHED:
        return old
    if main:
        tell(data)
    new = begin(folder, recipe, new, old, args)
    return carry_out(lambda callbacks: trainer(recipe, here, args, tokenizer, data, callbacks), folder, new)


def settled(folder: Path, new: record.Record, resume: bool, main: bool) -> record.Record | None:
    """What is in the output folder already; cleared away where nothing is to be resumed."""
    if main and not resume:
        record.clear(folder)
    old = record.found(folder) if resume else None
    if old is not None:
        record.check_same(old, new, folder)
    elif resume and main:
        record.clear(folder)
    return old


def begin(
    folder: Path, recipe: Recipe, new: record.Record, old: record.Record | None, args: Any
) -> record.Record:
    """Write down what is about to be trained; of what is gone on with, the time it took counts too."""
    if old is not None:
        new = replace(new, created=old.created, seconds=old.seconds)
    if args.process_index == 0:
        new.write(folder)
        (folder / "recipe.yaml").write_text(recipe.to_yaml(), encoding="utf-8")
    args.distributed_state.wait_for_everyone()
    return new


def tell(data: Prepared) -> None:
    for line in data.report.lines():
        click.echo(line, err=True)


def _record(recipe: Recipe, at: Placement, here: loading.Machine, data: Prepared) -> record.Record:
    return record.stamped(
        record.Record(
            kind="sft",
            recipe=recipe.to_json(),
            digest=recipe.digest,
            data_digest=digest(data.train),
            data=data.report.to_json(),
            base=checkpoint_of(recipe.model),
            machine=asdict(here),
            processes=at.processes,
            deepspeed=at.deepspeed,
        )
    )


def digest(rows: Sequence[Encoded]) -> str:
    """Of the tokens and labels, in order."""
    made = sha256()
    for row in rows:
        made.update(repr((list(row.input_ids), list(row.labels))).encode())
    return made.hexdigest()[:16]


def arguments(recipe: Recipe, at: Placement, here: loading.Machine, data: Prepared) -> Any:
    """The `SFTConfig` of a recipe."""
    from trl import SFTConfig

    longest = max(len(r.input_ids) for r in data.train)
    own: dict[str, Any] = {"max_length": None, "dataset_kwargs": {"skip_prepare_dataset": True}}
    if loading.packs(recipe, here):
        own = {"max_length": recipe.data.max_length, "packing": True}
    return configured(SFTConfig, recipe, at, here, longest, bool(data.validation), **own)


def trainer(
    recipe: Recipe, here: loading.Machine, args: Any, tokenizer: Any, data: Prepared, callbacks: list[Any]
) -> Any:
    from .merge import stop_at
    from .trainer import Trainer

    model = loading.model(recipe, here)
    stop_at(model, tokenizer, data.report.ends)
    train = data.train if args.packing else filled(data.train, args.train_batch_size, args.world_size)
    return Trainer(
        model=model,
        args=args,
        kinds=[row.kind for row in train],
        train_dataset=rows(train),
        eval_dataset=rows(data.validation) if data.validation else None,
        processing_class=tokenizer,
        peft_config=loading.lora(recipe.adapter, model),
        callbacks=callbacks,
    )


def filled(encoded: Sequence[Encoded], batch: int, processes: int) -> list[Encoded]:
    """With rows that teach nothing, so that each of several processes has as many batches, and full ones."""
    lacking = -len(encoded) % (batch * processes) if processes > 1 else 0
    shortest = min(encoded, key=lambda row: len(row.input_ids))
    nothing = replace(shortest, labels=[IGNORED] * len(shortest.labels), kind=FILL)
    return [*encoded, *[nothing] * lacking]


def rows(encoded: Sequence[Encoded]) -> Any:
    """As the trainer takes them: a table of token ids and labels."""
    from datasets import Dataset

    return Dataset.from_dict(
        {
            "input_ids": [list(r.input_ids) for r in encoded],
            "labels": [list(r.labels) for r in encoded],
        }
    )


def carry_out(build: Callable[[list[Any]], Any], folder: Path, new: record.Record) -> record.Record:
    """Run a trainer from its last checkpoint to its end, or to an interruption; save, and write it down."""
    from transformers import PrinterCallback

    from .progress import Interrupt, Progress

    progress, interrupt = Progress(folder), Interrupt()
    trainer = build([progress, interrupt])
    trainer.remove_callback(PrinterCallback)
    last, begun = record.last_checkpoint(folder), time.monotonic()
    main = trainer.accelerator.is_main_process
    if last is not None and main:
        click.echo(f"going on from {last}", err=True)
    with interrupt.listening():
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    done = replace(
        new,
        steps=trainer.state.global_step,
        planned=trainer.state.max_steps,
        seconds=round(new.seconds + time.monotonic() - begun, 1),
        figures=_figures(progress.figures, trainer.state.log_history),
        state=record.State.INTERRUPTED if interrupt.stopped else record.State.FINISHED,
    )
    if not interrupt.stopped:
        _save(trainer, folder)
    trainer.accelerator.wait_for_everyone()
    if main:
        done.write(folder)
    return done


def _save(trainer: Any, folder: Path) -> None:
    """The adapter, or all weights in 16 bits if that is what was computed in."""
    args = trainer.args
    if not hasattr(trainer.model, "peft_config") and not args.deepspeed and args.bf16:
        import torch

        trainer.model.to(torch.bfloat16)
    trainer.save_model(str(folder))


def _figures(last: Mapping[str, float], history: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    losses = [h["loss"] for h in history if "loss" in h]
    first = {"first_loss": float(losses[0])} if losses else {}
    return first | {k: v for k, v in last.items() if v == v}
