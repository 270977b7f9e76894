"""What is trained, on which device and in which numbers. Torch is imported when a function needs it."""

import importlib.util
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness import ModelError, UsageError, checkpoint_of

from .recipe import Adapter, Choice, Method, Recipe

PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")


@dataclass(frozen=True, slots=True)
class Machine:
    """The device that one process trains on, and how it computes there."""

    device: str
    """cpu or cuda."""
    dtype: str
    """What is computed in: bfloat16, float16 or float32."""
    attention: str
    """sdpa, or flash_attention_2, which keeps packed rows apart."""

    @property
    def weights(self) -> str:
        """What weights are kept in: training all of them in 16 bits would round small updates away."""
        return "float32" if self.dtype == "float16" else self.dtype


def need(*packages: str) -> None:
    """Raises `UsageError` with the command that installs what is missing."""
    if missing := [p for p in (*PACKAGES, *packages) if importlib.util.find_spec(p) is None]:
        raise UsageError(f"training needs {', '.join(missing)}: pip install 'agentbench-harness[train]'")


def machine(recipe: Recipe) -> Machine:
    """Where and how this machine trains the recipe."""
    import torch

    on_gpu, dtype = torch.cuda.is_available(), recipe.train.dtype
    if dtype == "auto":
        dtype = "bfloat16" if _has_bfloat16(on_gpu) else "float32"
    if dtype == "float16" and not on_gpu:
        raise UsageError("train.dtype float16 needs a GPU; use bfloat16 or float32 on a CPU")
    flash = on_gpu and dtype != "float32" and importlib.util.find_spec("flash_attn") is not None
    return Machine("cuda" if on_gpu else "cpu", dtype, "flash_attention_2" if flash else "sdpa")


def _has_bfloat16(on_gpu: bool) -> bool:
    import torch

    if on_gpu:
        return bool(torch.cuda.is_bf16_supported())
    known = torch.cpu.get_capabilities()
    return bool(known.get("amx_bf16") or known.get("avx512_bf16"))


def packs(recipe: Recipe, here: Machine) -> bool:
    """Whether rows are packed; see `training/sft.py`."""
    keeps_apart = here.attention == "flash_attention_2"
    return recipe.train.packing is Choice.ON or (recipe.train.packing is Choice.AUTO and keeps_apart)


def tokenizer(recipe: Recipe) -> Any:
    """The base's own. Raises `ModelError` where it cannot be loaded."""
    from transformers import AutoTokenizer

    with loading(recipe.model):
        made = AutoTokenizer.from_pretrained(checkpoint_of(recipe.model))
    if made.pad_token_id is None:
        made.pad_token = made.eos_token  # padding is masked, so any will do
    return made


def model(recipe: Recipe, here: Machine) -> Any:
    """The base model. All weights are trained as float32, with 16 bits only where it computes."""
    import torch
    from transformers import AutoModelForCausalLM

    full = recipe.adapter.method is Method.FULL
    given: dict[str, Any] = {"dtype": getattr(torch, "float32" if full else here.weights)}
    given["attn_implementation"] = here.attention
    if recipe.adapter.method is Method.QLORA:
        given["quantization_config"] = _four_bits(here)
    with loading(recipe.model):
        return AutoModelForCausalLM.from_pretrained(checkpoint_of(recipe.model), **given)


def _four_bits(here: Machine) -> Any:
    import torch

    if importlib.util.find_spec("bitsandbytes") is None or here.device != "cuda":
        missing = "a CUDA GPU" if here.device != "cuda" else "bitsandbytes: pip install bitsandbytes"
        raise UsageError(f"adapter.method qlora needs {missing}; lora trains without")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=getattr(torch, here.dtype),
    )


def lora(adapter: Adapter, model: Any) -> Any:
    """The `LoraConfig`, or None where all weights are trained.

    Raises `UsageError` for a target that is no linear layer of `model`.
    """
    if adapter.method is Method.FULL:
        return None
    from peft import LoraConfig

    names = list(adapter.targets)
    if names != ["all-linear"]:
        _check_targets(names, model)
    return LoraConfig(
        r=adapter.r,
        lora_alpha=adapter.alpha,
        lora_dropout=adapter.dropout,
        target_modules="all-linear" if names == ["all-linear"] else names,
        task_type="CAUSAL_LM",
    )


def _check_targets(names: Sequence[str], model: Any) -> None:
    from torch import nn
    from transformers.pytorch_utils import Conv1D

    takes = {name: isinstance(m, nn.Linear | nn.Embedding | Conv1D) for name, m in model.named_modules()}
    there = sorted({name.rpartition(".")[2] for name, fits in takes.items() if fits})
    if not names:
        raise UsageError(f"adapter.targets: names no layer; there are {', '.join(there)}, and all-linear")
    for target in names:
        found = [fits for name, fits in takes.items() if name == target or name.endswith(f".{target}")]
        if not found or not all(found):
            raise UsageError(
                f"adapter.targets: {target!r} is no linear layer of the model; there are {', '.join(there)}; "
                "all-linear, alone, is each of them but the output head"
            )


@contextmanager
def loading(name: str) -> Iterator[None]:
    """Errors of transformers while it loads, as one line."""
    try:
        yield
    except (OSError, ValueError, RuntimeError, ImportError) as e:
        said = " ".join(str(e).split())
        raise ModelError(f"{name} cannot be loaded: {said[:300]}") from e


def quiet() -> None:
    """Progress bars and advice of the libraries are left out; the command has its own."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # nobody is told what is trained here
    import torch

    if not torch.cuda.is_available():
        os.environ.setdefault("DS_ACCELERATOR", "cpu")
    import datasets
    import transformers

    datasets.disable_progress_bars()
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings(
        "ignore", category=UserWarning, module=r"(torch|peft|trl|transformers|accelerate)\b"
    )
