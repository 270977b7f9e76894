"""Long trajectories are shown in windows or dropped, and counted; nothing is silently cut."""

from itertools import groupby
from typing import Any

import pytest
from harness.training.conversation import Conversation, Turn
from harness.training.masks import IGNORED, Coder
from harness.training.windows import Fitted, fit
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Message

pytest.importorskip("transformers")

FORGETS_THOUGHTS = """{%- for m in messages -%}
{%- set text = m.content if loop.last else m.content.split('</think>')[-1] -%}
{{ '<|im_start|>' + m.role + '\n' + text + '<|im_end|>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"""


def coder(template: str | None = None) -> Coder:
    """A tokenizer whose tokens are bytes, so that lengths can be read off the text."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({char: n for n, char in enumerate(alphabet)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    marks = ("<|im_start|>", "<|im_end|>")
    made.add_special_tokens([AddedToken(m, special=True, normalized=False) for m in marks])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|im_end|>")
    tokenizer.chat_template = template
    return Coder(tokenizer, "own" if template else "chatml")


CODER = coder()


def talk(sizes: list[tuple[int, int]], thought: str = "") -> Conversation:
    """A problem, then turns: what is trained on says its number, padded to a size; so do observations."""
    turns = [Turn(Message("user", "the problem"))]
    for n, (said, seen) in enumerate(sizes):
        turns.append(Turn(Message("assistant", f"{thought}reply {n} ".ljust(said, "a")), train=True))
        turns.append(Turn(Message("user", f"seen {n} ".ljust(seen, "o"))))
    return Conversation("run/x", "task/x", tuple(turns))


def learnt(fitted: Fitted, tokenizer: Any = CODER.tokenizer) -> list[list[int]]:
    """The numbers of the replies that are trained on, by row."""
    rows = []
    for row in fitted.rows:
        parts = groupby(row.labels, lambda label: label != IGNORED)
        texts = [tokenizer.decode(list(part)) for yes, part in parts if yes]
        rows.append([int(t.split("reply ")[1].split()[0].rstrip("a")) for t in texts])
    return rows


def test_a_conversation_that_fits_is_one_row() -> None:
    fitted = fit(CODER, talk([(10, 10)] * 3), 1000, window=True)
    assert learnt(fitted) == [[0, 1, 2]]


def test_a_long_one_is_dropped_when_asked() -> None:
    fitted = fit(CODER, talk([(50, 50)] * 10), 400, window=False)
    assert fitted.rows == () and fitted.tokens > 400


@given(
    st.lists(st.tuples(st.integers(10, 120), st.integers(10, 120)), min_size=1, max_size=12),
    st.integers(150, 900),
)
@settings(deadline=None, max_examples=40)
def test_every_trained_turn_is_in_exactly_one_window_or_counted(
    sizes: list[tuple[int, int]], most: int
) -> None:
    fitted = fit(CODER, talk(sizes), most, window=True)
    told = [n for row in learnt(fitted) for n in row]
    assert told == sorted(set(told))
    assert len(told) + fitted.lost == len(sizes)
    assert all(len(row.input_ids) <= most for row in fitted.rows)


@given(st.lists(st.tuples(st.integers(10, 60), st.integers(10, 60)), min_size=6, max_size=12))
@settings(deadline=None, max_examples=20)
def test_each_window_starts_with_the_problem_and_says_what_is_left_out(sizes: list[tuple[int, int]]) -> None:
    fitted = fit(CODER, talk(sizes), 400, window=True)
    for number, row in enumerate(fitted.rows):
        text = CODER.tokenizer.decode(row.input_ids)
        assert text.startswith("<|im_start|>user\nthe problem")
        assert ("[NOTICE]" in text) is (number > 0)
        assert "messages are omitted.<|im_end|>\n<|im_start|>assistant\n" in text or number == 0


@given(st.lists(st.tuples(st.integers(10, 60), st.integers(10, 200)), min_size=3, max_size=12))
@settings(deadline=None, max_examples=30)
def test_a_turn_is_learnt_with_what_it_answers_or_not_at_all(sizes: list[tuple[int, int]]) -> None:
    fitted = fit(CODER, talk(sizes), 300, window=True)
    for row, told in zip(fitted.rows, learnt(fitted), strict=True):
        text = CODER.tokenizer.decode(row.input_ids)
        assert all(f"seen {n - 1} " in text for n in told if n > 0)


def test_where_only_the_observation_fits_it_stands_behind_the_notice() -> None:
    fitted = fit(CODER, talk([(20, 20), (150, 60), (60, 20)]), 300, window=True)
    assert fitted.lost == 0
    text = CODER.tokenizer.decode(fitted.rows[-1].input_ids)
    assert "[NOTICE] 3 messages are omitted.\n\nseen 1 " in text and "reply 1" not in text


def test_a_turn_whose_observation_does_not_fit_is_lost() -> None:
    fitted = fit(CODER, talk([(20, 20), (20, 280), (30, 20), (20, 20)]), 300, window=True)
    assert fitted.lost == 1
    assert [n for row in learnt(fitted) for n in row] == [0, 1, 3]


def test_a_later_window_shows_what_came_right_before_its_turns() -> None:
    fitted = fit(CODER, talk([(40, 40)] * 10), 500, window=True)
    text = CODER.tokenizer.decode(fitted.rows[1].input_ids)
    first = learnt(fitted)[1][0]
    assert f"reply {first - 1}" in text and f"seen {first - 1}" in text


def test_a_reply_longer_than_a_window_is_counted_as_lost() -> None:
    fitted = fit(CODER, talk([(20, 20), (900, 20), (20, 20)]), 300, window=True)
    assert fitted.lost == 1
    assert [n for row in learnt(fitted) for n in row] == [0, 2]


def test_where_a_template_rewrites_earlier_turns_each_turn_is_a_row_of_its_own() -> None:
    forgetful = coder(FORGETS_THOUGHTS)
    fitted = fit(forgetful, talk([(40, 10)] * 3, "<think>hm</think>"), 1000, window=True)
    assert fitted.split and learnt(fitted, forgetful.tokenizer) == [[0], [1], [2]]
    last = forgetful.tokenizer.decode(fitted.rows[2].input_ids)
    assert last.count("<think>") == 1, "earlier thoughts are gone, as they are when the model plays"
    assert "<think>hm</think>reply 2" in forgetful.tokenizer.decode(
        [t for t in fitted.rows[2].labels if t != IGNORED]
    )


def test_rows_of_one_turn_are_windowed_too() -> None:
    forgetful = coder(FORGETS_THOUGHTS)
    fitted = fit(forgetful, talk([(60, 60)] * 6, "<think>hm</think>"), 350, window=True)
    assert learnt(fitted, forgetful.tokenizer) == [[n] for n in range(6)]
    assert all(len(row.input_ids) <= 350 for row in fitted.rows)
