"""`hf/` reads again only what is new: the same replies, fewer tokens."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from harness.plugins.models import hf

from harness import Generation, Message, ModelOptions, Request, Response

from ._tiny import WORDS, tiny

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'agentbench-harness[hf]'")
transformers = pytest.importorskip("transformers", reason="transformers is not installed")

pytestmark = pytest.mark.filterwarnings("default")  # torch and transformers warn of themselves

TURNS = 3
START = " ".join(WORDS * 4)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("tiny"), context=512)


def play(checkpoint: Path, **args: str) -> tuple[list[list[Response]], int]:
    """Three conversations at once, with prompts of other lengths; and how many columns were read in all."""
    given = {"dtype": "float32", "device": "cpu", "wait": "20", **args}
    columns = 0

    async def one(model: Any, who: int) -> list[Response]:
        messages = [Message("user", f"{START} {' '.join(WORDS[: who + 1])}")]
        got = []
        for turn in range(TURNS):
            wanted = Generation(max_tokens=6, seed=who, temperature=float(who == 1))
            got.append(await model.generate(Request(tuple(messages), 1, wanted)))
            messages += [Message("assistant", got[-1].replies[0].text), Message("user", WORDS[who + turn])]
        return got

    async def run() -> list[list[Response]]:
        nonlocal columns
        model: Any = hf.harness_model(f"hf/{checkpoint}", ModelOptions(args=given))
        await model.start()

        def counted(module: Any, args: Any, kwargs: Any) -> None:
            nonlocal columns
            columns += kwargs["input_ids"].numel()

        model.engine.model.register_forward_pre_hook(counted, with_kwargs=True)
        try:
            return list(await asyncio.gather(*(one(model, who) for who in range(3))))
        finally:
            await model.close()

    return asyncio.run(asyncio.wait_for(run(), 60)), columns


def texts(played: list[list[Response]]) -> list[list[str]]:
    return [[r.replies[0].text for r in turns] for turns in played]


def test_what_was_read_before_changes_no_reply_and_is_not_read_again(long: Path) -> None:
    with_cache, fewer = play(long)
    without, more = play(long, cache="0")
    assert texts(with_cache) == texts(without)
    assert fewer < more / 3
    assert all(r.usage.cached_tokens == 0 for turns in without for r in turns)
    for turns in with_cache:
        for before, after in pairwise(turns):
            assert after.usage.cached_tokens >= before.usage.prompt_tokens
            assert after.usage.cached_tokens < after.usage.prompt_tokens


def test_one_conversation_after_the_other_gives_the_same(long: Path) -> None:
    assert texts(play(long, batch="1")[0]) == texts(play(long, batch="1", cache="0")[0])


def test_little_room_is_kept_to(long: Path) -> None:
    """A prompt of a hundred tokens takes 3 layers x 2 heads x 8 numbers x 2 x 4 bytes x 100 = 38 kB."""
    from harness.plugins.models._prefixes import Prefixes

    played, _ = play(long, cache="0.0001")
    assert texts(played) == texts(play(long, cache="0")[0])
    prefixes = Prefixes(100_000)
    for first in range(5):
        prefixes.keep([range(first, first + 100)], [()], filled(100))
        assert sum(kept.size for kept in prefixes.kept) <= 100_000
    assert prefixes.known(range(4, 104)) == 99
    assert prefixes.known(range(100)) == 0, "the oldest had to go"


def test_a_longer_beginning_takes_the_place_of_a_shorter_one() -> None:
    from harness.plugins.models._prefixes import Prefixes

    prefixes = Prefixes(1e6)
    prefixes.keep([range(10)], [()], filled(10))
    prefixes.keep([range(20)], [()], filled(20))
    prefixes.keep([range(15)], [()], filled(15))
    assert [len(kept.tokens) for kept in prefixes.kept] == [20]


def filled(tokens: int) -> Any:
    cache = transformers.DynamicCache()
    for layer in range(3):
        cache.update(torch.zeros(1, 2, tokens, 8), torch.zeros(1, 2, tokens, 8), layer)
    return cache


def test_a_model_that_keeps_a_window_only_is_read_anew(long: Path, tmp_path: Path) -> None:
    config = transformers.MistralConfig(
        vocab_size=200, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, sliding_window=8, initializer_range=0.5, pad_token_id=0, bos_token_id=None,
        eos_token_id=1,
    )  # fmt: skip
    torch.manual_seed(0)
    transformers.MistralForCausalLM(config).save_pretrained(tmp_path)
    transformers.AutoTokenizer.from_pretrained(long).save_pretrained(tmp_path)
    played, _ = play(tmp_path)
    assert texts(played) == texts(play(tmp_path, cache="0")[0])
    assert all(r.usage.cached_tokens == 0 for turns in played for r in turns)
