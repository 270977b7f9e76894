"""A folder of transformers weights as a GGUF file, for llama.cpp: `harness run --model llamacpp/FILE.gguf`.

Covered: Llama and Qwen2 architectures with byte-level BPE tokenizers (SmolLM2, Llama-3, Qwen2.5). Not
covered, and refused: others, SentencePiece tokenizers (Llama-2), biases other than Qwen2's, scaled rotary
embeddings. For those: llama.cpp's own convert_hf_to_gguf.py.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. llama.cpp wants the rows of Llama's query
and key projections in the order of the original Llama code, where the two halves of a rotated pair lie side
by side; transformers keeps them half a head apart.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from harness import UsageError

TYPES: Final = {"f32": 0, "f16": 1, "q4_0": 2, "q8_0": 7, "bf16": 32}
"""Names of what a weight may be kept in, and what GGUF calls a file of it (`general.file_type`)."""
ELSEWHERE = "convert it with llama.cpp's convert_hf_to_gguf.py"
NORMAL, CONTROL, USER, UNUSED = 1, 3, 4, 5
"""Kinds of tokens."""


def convert(folder: Path, target: Path, kind: str = "q8_0") -> None:
    """Write `target`, whole or not at all."""
    import gguf

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    arch = architecture(config)
    made = target.with_name(f"{target.name}.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(str(made), arch)
    try:
        _describe(writer, config, folder.name, kind)
        _vocabulary(writer, folder, config)
        _weights(writer, folder, config, arch, kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def architecture(config: dict[str, Any]) -> str:
    arch = str(config.get("model_type"))
    rope = (config.get("rope_parameters") or config.get("rope_scaling") or {}).get("rope_type", "default")
    if arch not in ("llama", "qwen2") or rope != "default":
        raise UsageError(f"a model of type {arch} with {rope} rotary embeddings; {ELSEWHERE}")
    if config.get("attention_bias") or config.get("mlp_bias"):
        raise UsageError(f"a model of type {arch} with biases; {ELSEWHERE}")
    return arch


def _describe(writer: Any, config: dict[str, Any], name: str, kind: str) -> None:
    heads = config["num_attention_heads"]
    rope = config.get("rope_parameters") or {}
    writer.add_name(name)
    writer.add_file_type(TYPES[kind])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads") or heads)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(float(rope.get("rope_theta") or config.get("rope_theta") or 10000.0))
    writer.add_rope_dimension_count(config.get("head_dim") or config["hidden_size"] // heads)
    writer.add_vocab_size(config["vocab_size"])


def _vocabulary(writer: Any, folder: Path, config: dict[str, Any]) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    said = json.loads(tokenizer.backend_tokenizer.to_str())
    names = {i: text for text, i in tokenizer.get_vocab().items()}
    added = tokenizer.added_tokens_decoder
    size = config["vocab_size"]
    tokens = [names.get(i, f"[unused {i}]") for i in range(size)]
    kinds = [_kind(i, names, added) for i in range(size)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_splitting(said))
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    merges = said["model"]["merges"]
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    for name in ("bos", "eos", "unk", "pad"):
        number = getattr(tokenizer, f"{name}_token_id")
        if number is not None:
            getattr(writer, f"add_{name}_token_id")(number)
    writer.add_add_bos_token(bool(getattr(tokenizer, "add_bos_token", False)))
    writer.add_add_space_prefix(False)
    if tokenizer.chat_template:
        writer.add_chat_template(tokenizer.chat_template)


def _kind(number: int, names: dict[int, str], added: Any) -> int:
    if number not in names:
        return UNUSED
    if number in added:
        return CONTROL if added[number].special else USER
    return NORMAL


def _splitting(said: dict[str, Any]) -> str:
    """llama.cpp's name for the way the tokenizer splits text before merging."""
    steps = said.get("pre_tokenizer") or {}
    steps = steps.get("pretokenizers", [steps])
    kinds = [s.get("type") for s in steps]
    if said["model"].get("type") == "BPE" and not said["model"].get("byte_fallback"):
        if kinds == ["ByteLevel"] and steps[0].get("use_regex", True):
            return "gpt-2"
        if kinds == ["Digits", "ByteLevel"]:
            return "smollm"
        if kinds == ["Split", "ByteLevel"]:
            pattern = str(steps[0]["pattern"].get("Regex"))
            return "llama-bpe" if r"\p{N}{1,3}" in pattern else "qwen2"
    raise UsageError(f"a tokenizer of type {said['model'].get('type')} ({kinds}); {ELSEWHERE}")


def _weights(writer: Any, folder: Path, config: dict[str, Any], arch: str, kind: str) -> None:
    import gguf
    import numpy as np

    wanted = getattr(gguf.GGMLQuantizationType, kind.upper())
    block, _ = gguf.GGML_QUANT_SIZES[wanted]
    number = {"llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2}[arch]
    names = gguf.get_tensor_name_map(number, config["num_hidden_layers"])
    for name, weight in tensors(folder):
        if name == "lm_head.weight" and config.get("tie_word_embeddings"):
            continue
        found = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise UsageError(f"llama.cpp has no place for {name}; {ELSEWHERE}")
        values = np.ascontiguousarray(ordered(name, weight, config) if arch == "llama" else weight)
        if values.ndim < 2:
            writer.add_tensor(found, values)
        else:
            one = wanted if values.shape[-1] % block == 0 else gguf.GGMLQuantizationType.F16
            writer.add_tensor(found, gguf.quants.quantize(values, one), raw_dtype=one)


def tensors(folder: Path) -> Iterator[tuple[str, Any]]:
    """Names and float32 arrays, one file after the other."""
    import torch
    from safetensors import safe_open

    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise UsageError(f"{folder} has no .safetensors files")
    for file in files:
        with safe_open(str(file), "pt") as opened:
            for name in opened.keys():  # noqa: SIM118
                yield name, opened.get_tensor(name).to(torch.float32).numpy()


def ordered(name: str, weight: Any, config: dict[str, Any]) -> Any:
    """Rows as llama.cpp wants them; see the module."""
    heads = config["num_attention_heads"]
    if name.endswith("k_proj.weight"):
        heads = config.get("num_key_value_heads") or heads
    elif not name.endswith("q_proj.weight"):
        return weight
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
