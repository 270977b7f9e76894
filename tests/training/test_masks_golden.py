"""Exactly the tokens that the agent would write are trained on, in four families of chat templates.

The tokenizers are tiny, trained here, and built as each family's are; the templates are written here from
the documented token formats. What is compared is the decoded text of the trained tokens, run by run.
"""

import importlib.util
import json
import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from harness.training.conversation import Conversation, Turn
from harness.training.masks import IGNORED, Coder, Encoded
from harness.training.windows import fit
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Message, ToolCall, UsageError

pytest.importorskip("transformers")

LINES = [
    "How many ships are in the harbour? The query counts the ships of the table.",
    "Action: Operation SELECT COUNT(*) FROM ship; the result is 3. Action: Answer Final Answer: 3",
    '{"name": "run_sql", "arguments": {"query": "SELECT name FROM ship"}} <tool_call> user assistant tool',
    "Action:\n\nlook\n\n\nThought:\n\n I look.\n\nAction:\n\n\nThought:\n  a line",
    "system user assistant ipython You are a helpful sailor. ### User ### Assistant [INST] [/INST] <<SYS>>",
]


# The families


def byte_level(special: list[str], *, plain: tuple[str, ...] = (), digits: bool = False, **ends: str) -> Any:
    """As Llama-3, Qwen and SmolLM2 are built."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    parts: list[Any] = [pre_tokenizers.Digits(individual_digits=True)] if digits else []
    parts.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True))
    made.pre_tokenizer = pre_tokenizers.Sequence(parts)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(LINES * 3, trainer)
    made.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in special])
    made.add_tokens([AddedToken(t, special=False, normalized=False) for t in plain])
    return PreTrainedTokenizerFast(tokenizer_object=made, **ends)


def llama2() -> Any:
    """SentencePiece's BPE: a blank before every text, blanks as ▁, bytes for what is unknown."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, trainers
    from transformers import PreTrainedTokenizerFast

    pieces = Tokenizer(models.BPE())
    blanks = [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    pieces.normalizer = normalizers.Sequence(blanks)
    trainer = trainers.BpeTrainer(vocab_size=300, show_progress=False)
    pieces.train_from_iterator([word for line in LINES * 3 for word in line.split()], trainer)
    learnt = json.loads(pieces.to_str())["model"]
    special = ["<unk>", "<s>", "</s>"]
    listed = [*special, *(f"<0x{n:02X}>" for n in range(256)), *learnt["vocab"]]
    vocabulary = {piece: n for n, piece in enumerate(dict.fromkeys(listed))}
    merges = [tuple(pair) for pair in learnt["merges"]]
    made = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    made.normalizer = normalizers.Sequence(blanks)
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    made.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in special])
    return PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )


LLAMA3 = """{{ bos_token }}
{%- for m in messages -%}
{%- if m.role == 'assistant' and m.tool_calls -%}
{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{%- set f = m.tool_calls[0].function -%}
{{ '{"name": "' + f.name + '", "parameters": ' + (f.arguments | tojson) + '}<|eot_id|>' }}
{%- else -%}
{%- set role = 'ipython' if m.role == 'tool' else m.role -%}
{{ '<|start_header_id|>' + role + '<|end_header_id|>\n\n' }}
{%- if tools and loop.first -%}{{ 'Functions: ' + (tools | tojson) + '\n\n' }}{%- endif -%}
{{ m.content | trim + '<|eot_id|>' }}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif -%}"""

QWEN = """{%- set first = messages[0].content if messages[0].role == 'system' else 'You are Qwen.' -%}
{{ '<|im_start|>system\n' + first }}
{%- if tools -%}{{ '\n\n# Tools\n<tools>' }}
{%- for t in tools -%}{{ '\n' + (t | tojson) }}{%- endfor -%}{{ '\n</tools>' }}{%- endif -%}
{{ '<|im_end|>\n' }}
{%- for m in messages -%}
{%- if m.role == 'tool' -%}
{%- if loop.first or messages[loop.index0 - 1].role != 'tool' -%}{{ '<|im_start|>user' }}{%- endif -%}
{{ '\n<tool_response>\n' + m.content + '\n</tool_response>' }}
{%- if loop.last or messages[loop.index0 + 1].role != 'tool' -%}{{ '<|im_end|>\n' }}{%- endif -%}
{%- elif m.role == 'assistant' and m.tool_calls -%}
{{ '<|im_start|>assistant' }}
{%- if m.content -%}{{ '\n' + m.content }}{%- endif -%}
{%- for c in m.tool_calls -%}
{{ '\n<tool_call>\n{"name": "' + c.function.name + '", "arguments": ' }}
{{- (c.function.arguments | tojson) + '}\n</tool_call>' }}
{%- endfor -%}
{{ '<|im_end|>\n' }}
{%- elif m.role != 'system' -%}
{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"""

SMOLLM2 = """{%- if messages[0].role != 'system' -%}
{{ '<|im_start|>system\nYou are a helpful sailor.<|im_end|>\n' }}
{%- endif -%}
{%- for m in messages -%}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"""


def llama3() -> Any:
    marks = [f"<|{m}|>" for m in ("begin_of_text", "start_header_id", "end_header_id", "eot_id", "eom_id")]
    made = byte_level(marks, bos_token="<|begin_of_text|>", eos_token="<|eot_id|>")
    made.chat_template = LLAMA3
    return made


def qwen(template: str = QWEN) -> Any:
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    made = byte_level(marks, plain=("<tool_call>", "</tool_call>"), eos_token="<|im_end|>")
    made.chat_template = template
    return made


def smollm2() -> Any:
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    made = byte_level(marks, digits=True, bos_token="<|im_start|>", eos_token="<|im_end|>")
    made.chat_template = SMOLLM2
    return made


FAMILIES = {"llama2": llama2, "llama3": llama3, "qwen": qwen, "smollm2": smollm2}


def coder(family: str) -> Coder:
    return Coder(FAMILIES[family](), "llama2" if family == "llama2" else "own")


# The trajectories


def user(text: str) -> Turn:
    return Turn(Message("user", text))


def agent(text: str, train: bool = True, *calls: ToolCall) -> Turn:
    return Turn(Message("assistant", text, calls), train)


TEXT = Conversation(
    "run/db/train-000#1",
    "db/train-000",
    (
        Turn(Message("system", "You are a helpful sailor.")),
        user("How many ships are there? An example: 3 ships."),
        agent("Action: Operation\nSELECT 1", False),
        user("1"),
        agent("Action: Answer", False),
        user("How many ships are in the harbour?"),
        agent("I count them.\n\nAction: Operation\n```sql\nSELECT COUNT(*) FROM ship\n```"),
        user("3\n(1 row) — naïve 船 ⚓"),
        agent('Action: Answer\nFinal Answer: ["3 船 ⚓"]'),
    ),
)
TOOLS = Conversation(
    "run/db/train-001#1",
    "db/train-001",
    (
        user("Name the ships."),
        agent("", True, ToolCall("call_1", "run_sql", '{"query": "SELECT name FROM ship"}')),
        Turn(Message("tool", "Vasa\nAurora", tool_call_id="call_1")),
        agent("", False, ToolCall("call_2", "run_sql", '{"query": "SELECT 1"}')),
        Turn(Message("tool", "1", tool_call_id="call_2")),
        agent("Vasa and Aurora."),
    ),
    ({"type": "function", "function": {"name": "run_sql", "parameters": {"type": "object"}}},),
)

TWO_REPLIES = (
    "I count them.\n\nAction: Operation\n```sql\nSELECT COUNT(*) FROM ship\n```{end}",
    'Action: Answer\nFinal Answer: ["3 船 ⚓"]{end}',
)


class Golden(NamedTuple):
    family: str
    row: Conversation
    trained: tuple[str, ...]


def golden(family: str, end: str) -> Golden:
    return Golden(family, TEXT, tuple(t.format(end=end) for t in TWO_REPLIES))


GOLDEN = [
    golden("llama2", " </s>"),
    golden("llama3", "<|eot_id|>"),
    golden("qwen", "<|im_end|>"),
    golden("smollm2", "<|im_end|>"),
    Golden(
        "llama3",
        TOOLS,
        (
            '{"name": "run_sql", "parameters": {"query": "SELECT name FROM ship"}}<|eot_id|>',
            "Vasa and Aurora.<|eot_id|>",
        ),
    ),
    Golden(
        "qwen",
        TOOLS,
        (
            '<tool_call>\n{"name": "run_sql", "arguments": {"query": "SELECT name FROM ship"}}\n'
            "</tool_call><|im_end|>",
            "Vasa and Aurora.<|im_end|>",
        ),
    ),
]


def runs(tokenizer: Any, row: Encoded) -> tuple[str, ...]:
    """The decoded text of each run of trained tokens."""
    found = groupby(row.labels, lambda label: label != IGNORED)
    return tuple(
        tokenizer.decode(list(part), clean_up_tokenization_spaces=False) for yes, part in found if yes
    )


@pytest.mark.parametrize("case", GOLDEN, ids=lambda c: f"{c.family}-{c.row.problem[3:]}")
def test_the_trained_tokens_decode_to_the_trained_turns_and_their_ends(case: Golden) -> None:
    made = coder(case.family)
    assert runs(made.tokenizer, made.encode(case.row)) == case.trained


@pytest.mark.parametrize("family", FAMILIES)
def test_labels_are_the_tokens_themselves(family: str) -> None:
    row = coder(family).encode(TEXT)
    assert len(row.input_ids) == len(row.labels)
    assert {
        i for i, label in zip(row.input_ids, row.labels, strict=True) if label not in (IGNORED, i)
    } == set()


def before(row: Encoded) -> list[int]:
    """The tokens before the first trained one."""
    return row.input_ids[: next(n for n, label in enumerate(row.labels) if label != IGNORED)]


def prompt(tokenizer: Any, turns: Sequence[Turn]) -> list[int]:
    """What the model is prompted with for its next turn, as the provider hf/ does it."""
    said = [{"role": t.message.role, "content": t.message.content} for t in turns]
    text = tokenizer.apply_chat_template(said, add_generation_prompt=True, tokenize=False)
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


@pytest.mark.parametrize("family", FAMILIES)
def test_before_a_trained_turn_stands_what_the_model_is_prompted_with(family: str) -> None:
    made = coder(family)
    assert before(made.encode(TEXT)) == prompt(made.tokenizer, TEXT.turns[:6])


def test_llama2_has_bos_and_eos_around_every_exchange() -> None:
    made = coder("llama2")
    ids = made.encode(TEXT).input_ids
    text = made.tokenizer.decode(ids, clean_up_tokenization_spaces=False)
    assert text.count("<s>") == text.count("</s>") == 4
    assert ids[0] == made.tokenizer.bos_token_id and ids[-1] == made.tokenizer.eos_token_id
    assert text.count("<<SYS>>\nYou are a helpful sailor.\n<</SYS>>\n\n") == 1


def test_a_reply_that_begins_with_line_breaks_is_cut_from_its_header() -> None:
    """`\\n` and `\\n\\n` may be one token; the model is prompted with the first and writes the others."""
    made = coder("qwen")
    whole = made.tokenizer("assistant\n\n")["input_ids"]
    assert len(whole) < len(made.tokenizer("assistant\n")["input_ids"]) + 1, "they are one token here"
    row = Conversation("r", "p", (user("x"), agent("\nthree"), user("y"), agent("\n\nfour")))
    assert runs(made.tokenizer, made.encode(row)) == ("\nthree<|im_end|>", "\n\nfour<|im_end|>")


def test_a_template_that_shows_no_tools_is_refused_for_rows_that_have_them() -> None:
    with pytest.raises(UsageError, match=r"run/db/train-001#1 has tools.*--protocol text"):
        coder("smollm2").encode(TOOLS)


def test_the_bundled_chatml_shows_tools() -> None:
    made = Coder(qwen(), "chatml")
    assert runs(made.tokenizer, made.encode(TOOLS))[0].startswith('<tool_call>\n{"name": "run_sql"')


def test_the_plain_template_needs_no_special_token_but_the_end() -> None:
    made = Coder(llama2(), "plain")
    assert runs(made.tokenizer, made.encode(TEXT))[-1] == 'Action: Answer\nFinal Answer: ["3 船 ⚓"]</s>'


def test_a_template_whose_marks_are_no_tokens_is_refused() -> None:
    with pytest.raises(UsageError, match=r"<\|im_start\|>, which is no token of this tokenizer"):
        Coder(llama2(), "chatml")


def test_a_tokenizer_without_a_template_says_which_there_are() -> None:
    with pytest.raises(UsageError, match=r"no chat template.*llama2, chatml, plain"):
        Coder(llama2())


def test_a_template_that_ends_no_turn_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "endless.jinja"
    file.write_text("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
                    "{% if add_generation_prompt %}assistant: {% endif %}")  # fmt: skip
    with pytest.raises(UsageError, match="never learn to stop"):
        Coder(qwen(), str(file)).encode(TEXT)


def test_a_template_that_loses_a_reply_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "forgetful.jinja"
    file.write_text(SMOLLM2.replace("m.content", "m.content[:5]"))
    with pytest.raises(UsageError, match="loses the text of turn 6"):
        Coder(qwen(), str(file)).encode(TEXT)


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'llama4' is none of own, llama2, chatml, plain"):
        Coder(qwen(), "llama4")


# The model that comes along


@pytest.fixture(scope="module")
def real_tokenizer() -> Any:
    """SmolLM2's own: as converted once for `hf/SmolLM2`, else from the weights' file (some seconds)."""
    from harness.plugins.models import smollm2 as bundled
    from transformers import AutoTokenizer

    file = bundled.weights()
    if file is None:
        pytest.skip("the weights are not installed: harness models add smollm2")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "agentbench-harness"
    converted = cache / "SmolLM2-135M-Instruct-bf16"
    if (converted / "tokenizer_config.json").exists():
        return AutoTokenizer.from_pretrained(converted)
    pytest.importorskip("gguf")
    return AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)


@pytest.mark.real
@pytest.mark.filterwarnings("ignore")
def test_the_real_smollm2_is_trained_on_the_replies_and_their_ends(real_tokenizer: Any) -> None:
    made = Coder(real_tokenizer)
    row = made.encode(TEXT)
    assert runs(real_tokenizer, row) == tuple(t.format(end="<|im_end|>") for t in TWO_REPLIES)
    assert made.ends == {real_tokenizer.eos_token} == {"<|im_end|>"}
    first = next(n for n, label in enumerate(row.labels) if label != IGNORED)
    assert real_tokenizer.decode(row.input_ids[:first]).endswith(
        "harbour?<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.real
@pytest.mark.filterwarnings("ignore")
def test_the_real_smollm2_shows_no_tools(real_tokenizer: Any) -> None:
    with pytest.raises(UsageError, match="has tools, which the chat template 'own' does not show"):
        Coder(real_tokenizer).encode(TOOLS)


# Templates as they were published, where TRL has brought them


def published(name: str, marks: str, eos: str) -> Coder:
    found = importlib.util.find_spec("trl")
    file = Path(found.origin or "").parent / "chat_templates" / f"{name}.jinja" if found else Path("none")
    if not file.is_file():
        pytest.skip("TRL, which brings the template, is not installed")
    listed = [f"<|{m}|>" for m in marks.split()]
    made = byte_level(listed, bos_token=listed[0], eos_token=eos)
    made.chat_template = file.read_text()
    return Coder(made)


LLAMA_MARKS = "begin_of_text start_header_id end_header_id eot_id python_tag eom_id"


@pytest.mark.parametrize(
    ("name", "marks", "eos", "written"),
    [
        ("llama3", LLAMA_MARKS, "<|eot_id|>", "{said}<|eot_id|>"),
        ("llama3_1", LLAMA_MARKS, "<|eot_id|>", "{said}<|eot_id|>"),
        ("qwen2_5", "endoftext im_start im_end", "<|im_end|>", "{said}<|im_end|>"),
        ("qwen3", "endoftext im_start im_end", "<|im_end|>", "<think>\n\n</think>\n\n{said}<|im_end|>"),
        ("phi3", "endoftext user system assistant end", "<|endoftext|>", "{said}<|end|>"),
    ],
)
def test_published_templates_are_trained_on_the_replies(
    name: str, marks: str, eos: str, written: str
) -> None:
    made = published(name, marks, eos)
    rows = fit(made, TEXT, 9000, window=True).rows
    found = [said for row in rows for said in runs(made.tokenizer, row)]
    assert found == [written.format(said=t.format(end="")) for t in TWO_REPLIES]


@pytest.mark.parametrize(
    ("name", "marks", "eos", "called"),
    [
        ("llama3_1", LLAMA_MARKS, "<|eot_id|>", '{{"name": "run_sql", "parameters": {query}}}<|eot_id|>'),
        (
            "qwen2_5",
            "endoftext im_start im_end",
            "<|im_end|>",
            '<tool_call>\n{{"name": "run_sql", "arguments": {query}}}\n</tool_call><|im_end|>',
        ),
    ],
)
def test_published_templates_are_trained_on_the_calls(name: str, marks: str, eos: str, called: str) -> None:
    made = published(name, marks, eos)
    call = called.format(query='{"query": "SELECT name FROM ship"}')
    assert runs(made.tokenizer, made.encode(TOOLS)) == (call, f"Vasa and Aurora.{eos}")


# Whatever is said


SAID = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)
TALKS = st.lists(st.tuples(SAID, SAID, st.booleans()), min_size=1, max_size=4)
CODERS: dict[str, Coder] = {}


@pytest.mark.parametrize("family", FAMILIES)
@given(talk=TALKS)
@settings(deadline=None, max_examples=40)
def test_any_reply_is_found_again(family: str, talk: list[tuple[str, str, bool]]) -> None:
    made = CODERS.setdefault(family, coder(family))
    turns = [t for question, reply, train in talk for t in (user(question), agent(reply, train))]
    row = made.encode(Conversation("r", "p", tuple(turns)))
    end = made.tokenizer.eos_token
    wanted = [f"{reply}{end}" for _, reply, train in talk if train]
    if family in ("llama2", "llama3"):  # their templates strip what is said
        wanted = [f"{w.removesuffix(end).strip()}{' ' if family == 'llama2' else ''}{end}" for w in wanted]
    found = list(runs(made.tokenizer, row))
    if family == "llama2":  # its decoder takes a blank from most beginnings
        wanted, found = ([text.removeprefix(" ") for text in texts] for texts in (wanted, found))
    assert found == wanted
    assert family == "llama2" or not made.blurred
    if wanted and not made.blurred:
        first = next(n for n, t in enumerate(turns) if t.train)
        one = made.encode(Conversation("r", "p", tuple(turns)), [first])
        assert before(one) == prompt(made.tokenizer, turns[:first])


def test_messages_are_rendered_as_the_hf_provider_prompts_with_them() -> None:
    from harness.plugins.models.hf import _message
    from harness.training.masks import wire

    calls = (ToolCall("1", "f", '{"a": [1, "é"]}'), ToolCall("2", "g", "no json"), ToolCall("3", "h", ""))
    said = [Message("system", "s"), Message("assistant", "t", calls), Message("tool", "u", tool_call_id="1")]
    assert wire(said) == [_message(m) for m in said]
