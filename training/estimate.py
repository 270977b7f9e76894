"""`--dry-run`: what a training would be, without one weight being loaded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import click

from harness import checkpoint_of

from . import loading
from .masks import IGNORED, Encoded
from .recipe import Choice, Method, Recipe

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
GIB = 2**30
LIVE = 90
"""Bytes kept for the backward pass for each token, layer and unit of hidden size. Measured here: LoRA on all
layers of SmolLM2 under bfloat16 autocast keeps 1.6 MB a token. Without adapters and copies it is 34
(Korthikanti et al. 2022, arXiv 2205.05198, equation 2)."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of the model and its training."""

    parameters: int
    trained: int
    layers: int
    hidden: int
    vocabulary: int


def size(recipe: Recipe) -> Size:
    """From the configuration alone: tensors have shapes and no content."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    with loading.loading(recipe.model):
        config = AutoConfig.from_pretrained(checkpoint_of(recipe.model))
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
        base = sum(p.numel() for p in model.parameters())
        if (adapter := loading.lora(recipe.adapter, model)) is not None:
            from peft import get_peft_model

            model = get_peft_model(model, adapter)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    text = config.get_text_config()
    return Size(base, trained, text.num_hidden_layers, text.hidden_size, text.vocab_size)


def memory(recipe: Recipe, of: Size, here: loading.Machine, longest: int) -> dict[str, float]:
    """Estimated bytes of one process without ZeRO, by what they hold."""
    full = recipe.adapter.method is Method.FULL
    width = 0.55 if recipe.adapter.method is Method.QLORA else BYTES["float32" if full else here.weights]
    tokens = recipe.train.batch * longest
    per_token = LIVE * of.hidden * of.layers * (2 if here.dtype == "float32" else 1)
    if recipe.train.checkpointing is Choice.ON:  # the input of each layer, and one layer at a time
        per_token = 2 * of.hidden * of.layers + LIVE * of.hidden
    return {
        "weights": of.parameters * width + (0 if full else of.trained * 4),
        "gradients and Adam": of.trained * 12.0,
        "activations": float(tokens * per_token),
        "logits": float(tokens * of.vocabulary * 8) * 0.25,  # of trained positions; a quarter is much
    }


def checkpoints(recipe: Recipe, here: loading.Machine, longest: int, processes: int) -> bool:
    """Whether activations are computed twice: where they would take more than 80 % of what is free."""
    of = size(recipe)  # refuses adapter.targets that the model lacks, before anything is written
    if recipe.train.checkpointing is not Choice.AUTO:
        return recipe.train.checkpointing is Choice.ON
    import torch

    if here.device == "cuda":
        free = float(torch.cuda.mem_get_info()[0])
    else:
        import psutil

        free = psutil.virtual_memory().available / processes
    return sum(memory(recipe, of, here, longest).values()) > 0.8 * free


def steps(recipe: Recipe, rows: int, processes: int) -> int:
    """Updates in all."""
    together = recipe.train.batch * recipe.train.accumulate * processes
    planned = ceil(ceil(rows / together) * recipe.train.epochs)
    return min(planned, recipe.train.max_steps) if recipe.train.max_steps else planned


def lines(
    recipe: Recipe, rows: Sequence[Encoded], tokenizer: Any, here: loading.Machine, processes: int
) -> Iterator[str]:
    of = size(recipe)
    longest = max(len(r.input_ids) for r in rows)
    parts = memory(recipe, of, here, longest)
    share = 100 * of.trained / of.parameters
    yield f"model     {recipe.model}: {of.parameters:,} parameters, {of.trained:,} trained ({share:.1f} %)"
    twice = ", activations computed twice" if checkpoints(recipe, here, longest, processes) else ""
    yield f"machine   {here.device}, {here.dtype}, attention {here.attention}, processes {processes}{twice}"
    said = ", ".join(f"{name} {amount / GIB:.1f}" for name, amount in parts.items())
    yield f"memory    about {sum(parts.values()) / GIB:.1f} GiB a process at {longest} tokens a row: {said}"
    packed = loading.packs(recipe, here)
    most = "at most " if packed else ""  # several rows become one
    yield f"updates   {most}{steps(recipe, len(rows), processes)} of {_together(recipe, processes)} rows"
    packing = "packed" if packed else "in batches of similar length"
    tokens = sum(len(r.input_ids) for r in rows)
    trained = sum(r.trained for r in rows)
    yield f"epoch     {len(rows)} rows {packing}, {tokens:,} tokens, {trained:,} trained on"
    yield "sample    what is trained on is green:"
    yield shown(rows[0], tokenizer)


def _together(recipe: Recipe, processes: int) -> int:
    return recipe.train.batch * recipe.train.accumulate * processes


def shown(row: Encoded, tokenizer: Any) -> str:
    """The row's text, trained tokens green; where there are no colours, between ▸ and ◂."""
    parts: list[tuple[bool, list[int]]] = []
    for token, label in zip(row.input_ids, row.labels, strict=True):
        trained = label != IGNORED
        if not parts or parts[-1][0] is not trained:
            parts.append((trained, []))
        parts[-1][1].append(token)
    texts = ((trained, tokenizer.decode(tokens)) for trained, tokens in parts)
    return "".join(click.style(f"▸{t}◂", fg="green") if trained else t for trained, t in texts)
