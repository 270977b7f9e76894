"""Whatever a server or a model sends is read or refused, and never trips the reader."""

import struct
from email.utils import formatdate
from pathlib import Path
from time import time
from typing import Any

import pytest
from harness.plugins.models import _chat, _failures, _gguf, _toolcalls
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Reply, UsageError

keys = st.sampled_from(
    ["choices", "message", "content", "text", "tool_calls", "function", "name", "arguments", "usage", "id"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)  # machines are shared
@given(anything)
def test_any_json_is_replies_or_malformed(answer: Any) -> None:
    try:
        replies = _chat.replies(answer)
    except _chat.Malformed:
        return
    assert replies
    assert all(isinstance(r, Reply) and isinstance(r.text, str) for r in replies)


@settings(deadline=None)  # machines are shared
@given(st.fixed_dictionaries({"choices": st.lists(anything, min_size=1), "usage": anything}))
def test_any_choice_and_usage_are_read_or_malformed(answer: Any) -> None:
    used = _chat.usage(answer)
    assert min(used.prompt_tokens, used.completion_tokens, used.cached_tokens) >= 0
    try:
        replies = _chat.replies(answer)
    except _chat.Malformed:
        return
    assert len(replies) == len(answer["choices"])


@settings(deadline=None)  # machines are shared
@given(st.integers(400, 599), anything)
def test_any_refusal_is_understood(status: int, body: Any) -> None:
    refusal = _failures.Refusal.read(status, body, {})
    assert str(status) in str(refusal)
    assert isinstance(refusal.is_context, bool)
    assert refusal.room >= 0


@settings(deadline=None)  # machines are shared
@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_a_cut_text_holds_no_stop_string(text: str, stop: list[str]) -> None:
    cut = _chat.until(text, stop)
    assert text.startswith(cut)
    assert not any(s in cut for s in stop)


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 99 Foo 2020"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({}, None),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert _failures.retry_after(headers) == seconds


def test_a_date_to_retry_after_is_seconds_from_now() -> None:
    wait = _failures.retry_after({"retry-after": formatdate(time() + 60, usegmt=True)})
    assert wait == pytest.approx(60, abs=2)


def test_pauses_double_up_to_a_limit() -> None:
    pauses = [_failures.pause(i, {}, 0.5) for i in range(12)]
    assert all(0.75 * 0.5 * 2**i <= p <= 0.5 * 2**i for i, p in enumerate(pauses[:6]))
    assert max(pauses) <= _failures.LONGEST


# Tool calls in text


def test_several_calls_and_what_is_said_before_them_are_read() -> None:
    first, second = '{"name": "a", "arguments": {}}', '{"name": "b"}'
    said, calls = _toolcalls.split(
        f"Both.\n<tool_call>\n{first}\n</tool_call>\n<tool_call>{second}</tool_call>"
    )
    assert said == "Both."
    assert [(c.id, c.name, c.arguments) for c in calls] == [("call_0", "a", "{}"), ("call_1", "b", "{}")]


def test_a_call_whose_end_was_cut_off_is_read_if_it_is_whole() -> None:
    assert _toolcalls.split('<tool_call>{"name": "a", "arguments": {}}')[1][0].name == "a"


@settings(deadline=None)  # machines are shared
@given(st.text() | st.text().map(lambda t: f"<tool_call>{t}</tool_call>"))
def test_any_text_is_said_or_called(text: str) -> None:
    said, calls = _toolcalls.split(text)
    assert calls or said == text


# GGUF headers


def gguf(*pairs: bytes, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs)) + b"".join(pairs)


def text(said: str) -> bytes:
    return struct.pack("<Q", len(said.encode())) + said.encode()


def test_a_header_is_read_and_vocabularies_are_skipped(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    words = struct.pack("<IIQ", 9, 8, 100) + text("word") * 100
    sizes = struct.pack("<IIQ", 9, 4, 3) + struct.pack("<III", 1, 2, 3)
    file.write_bytes(
        gguf(
            text("name") + struct.pack("<I", 8) + text("Ünï"),
            text("words") + words,
            text("sizes") + sizes,
            text("type") + struct.pack("<II", 4, 15),
        )
    )
    assert _gguf.header(file) == {"name": "Ünï", "words": None, "sizes": [1, 2, 3], "type": 15}


@settings(deadline=None)  # machines are shared
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda b: gguf(b, b)))
def test_any_other_file_is_a_usage_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.gguf"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=r"any\.gguf is not a GGUF file"):
        _gguf.header(file)


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        _gguf.header(tmp_path / "none.gguf")
