"""A tiny random Llama with a tokenizer of words."""

from pathlib import Path

TEMPLATE = (
    "{% if tools %}<tools> {% for t in tools %}{{ t.function.name }} {% endfor %}</tools> {% endif %}"
    "{% for m in messages %}<{{ m.role }}> {{ m.content }}"
    "{% for c in m.tool_calls or [] %} call {{ c.function.name }} {{ c.function.arguments.at }}{% endfor %}"
    " </s>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)
WORDS = [
    *("the", "cat", "sat", "on", "a", "mat", "and", "saw", "one", "red", "hat"),
    *("in", "its", "own", "big", "house", "of", "wood", "by", "far", "seas"),
]


def tiny(folder: Path, context: int = 64) -> Path:
    """Its checkpoint, written into `folder`."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    marks = ["<pad>", "</s>", "<unk>", "<user>", "<assistant>", "<system>", "<tool>", "<tools>", "</tools>"]
    vocabulary = {w: i for i, w in enumerate([*marks, *WORDS, *map(str, range(60)), "look", "sky", "call"])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", chat_template=TEMPLATE
    )
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        initializer_range=0.5,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=1,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
