"""A tiny Llama with a tokenizer of its own, and conversations to train it on: seconds instead of minutes."""

import json
from pathlib import Path
from typing import Any

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
MARKS = ["<pad>", "<|im_start|>", "<|im_end|>"]
ASKED = "How many {what} are in the {where}?"
WHAT = ("apples", "books", "cats", "doors", "eggs", "forks")
WHERE = ("barn", "cellar", "drawer", "garden")


def rows() -> list[dict[str, Any]]:
    """Conversations of two trained turns each; half the text of each is an observation."""
    made = []
    for n, (what, where) in enumerate((a, b) for a in WHAT for b in WHERE):
        messages = [
            {"role": "user", "content": ASKED.format(what=what, where=where)},
            {"role": "assistant", "content": f"Action: look[{where}]", "train": True},
            {"role": "user", "content": f"There are {n} {what} there, and some dust besides."},
            {"role": "assistant", "content": f"Action: answer[{n}]", "train": True},
        ]
        made.append({"id": f"r{n}", "problem": f"p{n}", "messages": messages, "source": {"kind": "agent"}})
    return made


def write_data(file: Path, made: list[dict[str, Any]] | None = None) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(r) + "\n" for r in (rows() if made is None else made))
    file.write_text("".join(lines))
    return file


def write_model(folder: Path) -> Path:
    """Two layers, hidden size 32, a byte-level BPE of some 400 tokens, ChatML."""
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    bpe = ByteLevelBPETokenizer()
    texts = [m["content"] for r in rows() for m in r["messages"]] + ["user assistant system tool"]
    bpe.train_from_iterator(texts, vocab_size=400, special_tokens=MARKS, show_progress=False)
    made = PreTrainedTokenizerFast(
        tokenizer_object=bpe._tokenizer, pad_token="<pad>", eos_token="<|im_end|>", chat_template=TEMPLATE
    )
    made.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(made),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.1,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
