"""What TRL's trainers are told: a recipe and a machine become their arguments, for SFT and DPO alike."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from harness import UsageError

from . import loading
from .estimate import checkpoints
from .launch import Placement, configuration
from .recipe import Recipe


def configured(
    kind: Callable[..., Any],
    recipe: Recipe,
    at: Placement,
    here: loading.Machine,
    longest: int,
    evaluates: bool,
    **own: Any,
) -> Any:
    """The arguments of a trainer: `kind` is TRL's class of them, `own` what only it is told."""
    if at.deepspeed and here.device == "cpu":
        import deepspeed

        # ZeRO-3 partitions while the model loads, before the trainer would set up its processes.
        deepspeed.init_distributed(dist_backend="gloo")
        compile_once(configuration(at.deepspeed))
    args = kind(**_common(recipe, at, here, longest, evaluates), **own)
    args._n_gpu = min(args.n_gpu, 1)  # one process trains on one GPU: DataParallel would be larger batches
    return args


def _common(
    recipe: Recipe, at: Placement, here: loading.Machine, longest: int, evaluates: bool
) -> dict[str, Any]:
    """What TRL's trainers are told alike."""
    train, log = recipe.train, recipe.log
    return {
        "output_dir": recipe.output,
        "num_train_epochs": train.epochs,
        "max_steps": train.max_steps or -1,
        "per_device_train_batch_size": train.batch,
        "per_device_eval_batch_size": train.batch,
        "gradient_accumulation_steps": train.accumulate,
        "learning_rate": train.lr,
        "lr_scheduler_type": train.schedule,
        "warmup_steps": min(train.warmup, 0.999),  # below 1 it is a share
        "weight_decay": train.weight_decay,
        "adam_beta2": train.beta2,
        "max_grad_norm": train.clip,
        "bf16": here.dtype == "bfloat16",
        "fp16": here.dtype == "float16",
        "use_cpu": here.device == "cpu",
        "dataloader_pin_memory": here.device != "cpu",
        "activation_checkpointing": checkpoints(recipe, here, longest, at.processes),
        "gradient_checkpointing": None,
        "seed": train.seed,
        "logging_steps": log.every,
        "logging_first_step": True,
        "logging_nan_inf_filter": False,
        "save_strategy": "steps" if log.save else "epoch",
        "save_steps": log.save or 500,
        "save_total_limit": log.keep,
        "eval_strategy": ("steps" if log.evaluate else "epoch") if evaluates else "no",
        "eval_steps": log.evaluate or None,
        "report_to": reporters(log.to),
        "disable_tqdm": True,
        "deepspeed": str(configuration(at.deepspeed)) if at.deepspeed else None,
        "ddp_find_unused_parameters": False,
    }


def compile_once(file: Path) -> None:
    """DeepSpeed's Adam for offloading is compiled by the first process; two at a time fail."""
    import torch

    if "offload_optimizer" not in json.loads(file.read_text(encoding="utf-8")).get("zero_optimization", {}):
        return
    from deepspeed.ops.op_builder import CPUAdamBuilder

    for first in (True, False):
        if (torch.distributed.get_rank() == 0) is first:
            CPUAdamBuilder().load(verbose=False)
        torch.distributed.barrier()


def reporters(wanted: Sequence[str]) -> list[str]:
    """Those that are installed; one asked for that is not is an error, except tensorboard, the default."""
    import importlib.util

    known = {"tensorboard": ("tensorboard", "tensorboardX"), "wandb": ("wandb",), "trackio": ("trackio",)}
    taken = []
    for name in wanted:
        if name not in known:
            raise UsageError(f"log.to: there is no {name!r}; there are {', '.join(known)}")
        if any(importlib.util.find_spec(p) for p in known[name]):
            taken.append(name)
        elif name != "tensorboard":
            raise UsageError(f"log.to: {name} is not installed: pip install {name}")
    return taken
