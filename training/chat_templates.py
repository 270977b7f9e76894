"""Chat templates: the tokenizer's own, one of ours, or a file; and whether it can be trained with.

Ours are in `jinja/`, written from the documented token formats: `llama2` (BOS and EOS around every
exchange, the system prompt in <<SYS>>), `chatml` (with tools as Hermes and Qwen2.5 write them) and
`plain`, which needs no special token but EOS and so suits base models.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from harness import UsageError

OWN = "own"
FOLDER: Final = Path(__file__).parent / "jinja"
BUNDLED: Final = ("llama2", "chatml", "plain")
MARKS = re.compile(r"<\|[^<>|\s]+\|>|<｜[^<>｜\s]+｜>|</?(?:start|end)_of_turn>|</?s>")
"""What in a rendered text is meant to be one token."""

PROBE_TOOL: Final[Mapping[str, Any]] = {
    "type": "function",
    "function": {
        "name": "weigh_parcel",
        "description": "Weighs a parcel.",
        "parameters": {"type": "object", "properties": {"label": {"type": "string"}}},
    },
}
_CALL: Final[Mapping[str, Any]] = {
    "id": "call00001",
    "type": "function",
    "function": {"name": "weigh_parcel", "arguments": {"label": "zebra"}},
}


def install(tokenizer: Any, template: str = OWN) -> str:
    """Give the tokenizer the template, so that what is saved beside a checkpoint is what it learnt by.

    Returns its name. Raises `UsageError` where there is none, or its special tokens are no tokens.
    """
    if template == OWN:
        if not tokenizer.chat_template:
            raise UsageError(
                "the tokenizer has no chat template; say template: one of "
                f"{', '.join(BUNDLED)}, or the path of a .jinja file (plain suits every base model)"
            )
    elif template in BUNDLED:
        tokenizer.chat_template = (FOLDER / f"{template}.jinja").read_text(encoding="utf-8")
    else:
        try:
            tokenizer.chat_template = Path(template).read_text(encoding="utf-8")
        except OSError as e:
            known = ", ".join((OWN, *BUNDLED))
            raise UsageError(
                f"template: {template!r} is none of {known}, and no file ({e.strerror})"
            ) from None
    _check_vocabulary(tokenizer, template)
    return template


def render(
    tokenizer: Any, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], reply: bool
) -> str:
    """The text of a conversation; with `reply`, up to where the model is to speak."""
    text: str = tokenizer.apply_chat_template(
        list(messages), tools=list(tools) or None, add_generation_prompt=reply, tokenize=False
    )
    return text


def shows_tools(tokenizer: Any) -> bool:
    """Whether the template shows tools, and writes calls and their results; found by rendering some."""
    talk: list[Mapping[str, Any]] = [
        {"role": "user", "content": "How heavy is it?"},
        {"role": "assistant", "content": "", "tool_calls": [_CALL]},
        {"role": "tool", "content": "417 grams", "tool_call_id": "call00001"},
    ]
    try:
        shown = render(tokenizer, talk[:1], [PROBE_TOOL], True)
        played = render(tokenizer, talk, [PROBE_TOOL], True)
    except Exception:  # templates raise what they like
        return False
    return (
        "weigh_parcel" in shown
        and played.count("weigh_parcel") > shown.count("weigh_parcel")
        and ("zebra" in played and "417 grams" in played)
    )


def _check_vocabulary(tokenizer: Any, template: str) -> None:
    """Every mark of a rendered conversation is one token, and is known."""
    talk = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]
    try:
        text = render(tokenizer, talk, (), False) + render(tokenizer, talk[:1], (), True)
    except Exception as e:
        raise UsageError(f"template {template!r} refuses a plain question and answer: {e}") from None
    for mark in dict.fromkeys(MARKS.findall(text)):
        ids = tokenizer(mark, add_special_tokens=False)["input_ids"]
        if len(ids) != 1 or ids[0] == tokenizer.unk_token_id:
            raise UsageError(
                f"template {template!r} writes {mark}, which is no token of this tokenizer (it becomes "
                f"{len(ids)} pieces), so a model could neither read nor write it; use a template of the "
                "tokenizer's own family, or template: plain"
            )
