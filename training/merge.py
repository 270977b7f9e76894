"""Folds an adapter into its base: one folder of 16-bit weights that transformers, vLLM and SGLang load."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import UsageError, checkpoint_of

from . import record
from .loading import loading, need, quiet

TYPES = ("auto", "bfloat16", "float16", "float32")


def merge(checkpoint: Path, target: Path, dtype: str = "auto") -> None:
    """Write `target`, whole or not at all: weights, tokenizer, and what they were trained on.

    The sum is computed in float32 and then rounded to `dtype`; auto is the base's own, or bfloat16 where
    that has 32 bits. A checkpoint of all weights is only rounded.
    """
    need()
    quiet()
    with written(target) as folder:
        _write(checkpoint, folder, dtype)


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """A folder beside `target` that becomes it at the end."""
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise UsageError(f"{target} is there already; give another --output")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as made:
        yield (folder := Path(made) / "made")
        if target.exists():
            target.rmdir()
        folder.replace(target)


def _write(checkpoint: Path, folder: Path, dtype: str) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    adapted, trained = is_adapter(checkpoint), trained_by(checkpoint)
    base = base_of(checkpoint, trained) if adapted else str(checkpoint)
    with loading(str(checkpoint)):
        model = AutoModelForCausalLM.from_pretrained(base, dtype="auto")
        own = str(model.dtype).removeprefix("torch.")
        rounded = ("bfloat16" if own == "float32" else own) if dtype == "auto" else dtype
        model = model.float()
        if adapted:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, str(checkpoint)).merge_and_unload()
        has_own = (checkpoint / "tokenizer_config.json").exists()
        tokenizer = AutoTokenizer.from_pretrained(str(checkpoint) if has_own else base)
    if trained is not None:
        stop_at(model, tokenizer, trained.data.get("ends", ()))
    model.to(getattr(torch, rounded)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for name in (record.FILE, "recipe.yaml"):
        if (checkpoint / name).exists():
            shutil.copy(checkpoint / name, folder / name)


def stop_at(model: Any, tokenizer: Any, ends: Sequence[str]) -> None:
    """Let generation stop at the tokens that ended trained turns, besides those it stops at already."""
    said = model.generation_config.eos_token_id
    known = list(said) if isinstance(said, list) else [] if said is None else [said]
    new = [tokenizer.convert_tokens_to_ids(end) for end in ends]
    known += [n for n in new if isinstance(n, int) and n not in known and n != tokenizer.unk_token_id]
    if known:
        model.generation_config.eos_token_id = known[0] if len(known) == 1 else known


def is_adapter(checkpoint: Path) -> bool:
    """Raises `UsageError` for a folder that holds neither an adapter nor weights."""
    if (checkpoint / "adapter_config.json").is_file():
        return True
    if (checkpoint / "config.json").is_file():
        return False
    last = record.last_checkpoint(checkpoint) if checkpoint.is_dir() else None
    hint = f"; the training has not ended, its last state is {last}" if last else ""
    raise UsageError(f"{checkpoint} is no checkpoint: it has no adapter_config.json and no config.json{hint}")


def trained_by(checkpoint: Path) -> record.Record | None:
    """What is written in the folder, or above it for the states that a training is resumed from."""
    here = record.found(checkpoint)
    return here if here is not None else record.found(checkpoint.parent)


def base_of(checkpoint: Path, trained: record.Record | None) -> str:
    """The base of an adapter, as transformers loads it: by the recipe's name if that is known."""
    if trained is not None:
        return checkpoint_of(str(trained.recipe["model"]))
    from peft import PeftConfig

    with loading(str(checkpoint)):
        return str(PeftConfig.from_pretrained(str(checkpoint)).base_model_name_or_path)
