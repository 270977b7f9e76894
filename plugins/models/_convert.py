"""The bundled GGUF weights as a transformers folder, converted once.

Loading a GGUF file with transformers takes some 20 s, and the result refuses to be saved until it forgets
where it came from.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

NAME = "SmolLM2-135M-Instruct-bf16"


def converted(file: Path) -> Path:
    """The folder for `file`, made if it is not there yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "agentbench-harness"
    folder = cache / NAME
    if (folder / "config.json").exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as made:
        _convert(file, Path(made) / NAME)
        shutil.rmtree(folder, ignore_errors=True)
        (Path(made) / NAME).replace(folder)  # whole or not at all
    return folder


def _convert(file: Path, folder: Path) -> None:
    import torch  # type: ignore[import-not-found, unused-ignore]
    from transformers import (  # type: ignore[import-not-found, unused-ignore]
        AutoModelForCausalLM,
        AutoTokenizer,
    )

    where: dict[str, Any] = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    tokenizer = AutoTokenizer.from_pretrained(**where)
    model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    del model.hf_quantizer, model.quantization_method, model.config.quantization_config
    model.is_quantized = False
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
