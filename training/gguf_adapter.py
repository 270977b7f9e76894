"""A LoRA adapter as a GGUF file of its own: `--model smollm2+FILE.gguf` or `llamacpp/BASE.gguf+FILE.gguf`.

Some 10 MB instead of a whole model; llama.cpp adds it to whatever quantisation of the base is served.
Covered: adapters of linear layers of Llama and Qwen2 architectures. Not covered, and refused: whole layers
saved beside the adapter, DoRA, rank-stabilised LoRA, biases in it, alpha or rank patterns.

Format: an adapter's tensors are those of its base with `.lora_a` (r, in) and `.lora_b` (out, r) after their
name (llama.cpp, convert_lora_to_gguf.py). The rows of B are ordered as those of the weight that B belongs to.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import UsageError

from .gguf import architecture, ordered, tensors
from .loading import loading
from .merge import base_of, trained_by

PREFIX = "base_model.model."
ODD = ("modules_to_save", "alpha_pattern", "rank_pattern", "use_dora", "use_rslora", "lora_bias")
"""What an adapter's configuration may ask for and the format cannot say."""


def convert(checkpoint: Path, target: Path) -> None:
    """Write `target`, whole or not at all. Raises `UsageError` for what is no plain LoRA adapter."""
    import gguf
    import numpy as np

    adapter, config = _adapter(checkpoint), _config(base_of(checkpoint, trained_by(checkpoint)))
    arch = architecture(config)
    number = {"llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2}[arch]
    names = gguf.get_tensor_name_map(number, config["num_hidden_layers"])
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_name(f"{target.name}.new")
    writer = gguf.GGUFWriter(str(made), arch)
    try:
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(adapter["lora_alpha"]))
        writer.add_name(checkpoint.resolve().name)
        for weight, half, values in _halves(checkpoint):
            place = names.get_name(weight, try_suffixes=(".weight",))
            if place is None:
                raise UsageError(f"llama.cpp has no place for an adapter of {weight}")
            kept = ordered(weight, values, config) if half == "b" and arch == "llama" else values
            writer.add_tensor(f"{place}.lora_{half}", np.ascontiguousarray(kept.astype(np.float16)))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def _config(base: str) -> dict[str, Any]:
    """Of the base, a folder or an id. Raises `ModelError` where it cannot be had."""
    from transformers import AutoConfig

    with loading(base):
        said: dict[str, Any] = AutoConfig.from_pretrained(base).to_dict()
    return said


def _adapter(checkpoint: Path) -> dict[str, Any]:
    file = checkpoint / "adapter_config.json"
    if not file.is_file():
        raise UsageError(f"{checkpoint} has no adapter_config.json: it is no adapter; use --format gguf")
    said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    odd = [k for k in ODD if said.get(k)]
    if said.get("peft_type") != "LORA" or odd:
        raise UsageError(f"{file}: not a plain LoRA adapter ({', '.join(odd) or said.get('peft_type')})")
    return said


def _halves(checkpoint: Path) -> Iterator[tuple[str, str, Any]]:
    """Name of the base's weight, `a` or `b`, and the values."""
    for name, values in tensors(checkpoint):
        layer, _, rest = name.removeprefix(PREFIX).partition(".lora_")
        if rest not in ("A.weight", "B.weight"):
            raise UsageError(f"{checkpoint}: {name} belongs to no LoRA layer")
        yield f"{layer}.weight", rest[0].lower(), values
