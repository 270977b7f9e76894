"""`hf/` beside bare transformers, in one run: eight household conversations of six turns, 16 tokens a reply.

The conversations are the expert's, so that everyone reads the same; replies are greedy and their text is
left alone. Bare: `model.generate` on one prompt after the other, as a loop of one's own would. Aim: at least
3 x bare. Run: python benchmarks/hf.py [--threads 2] (needs `harness models add smollm2`)
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.plugins.models import hf

from harness import Generation, Message, ModelOptions, Request
from harness.store import RunStore
from harness.testing import harness

EPISODES, TURNS, TOKENS = 8, 6, 16

Conversation = tuple[Message, ...]


def conversations() -> list[list[Conversation]]:
    """What the agent reads at each turn of each episode."""
    with tempfile.TemporaryDirectory() as folder:
        done = harness(
            "run", "household", "--model", "oracle", "--split", "train", "--limit", "40", "-o", folder
        )
        assert done.code == 0, done.err
        (run,) = (p for p in Path(folder).iterdir() if (p / "run.json").exists())
        episodes = RunStore(run).episodes()
    found = []
    for episode in episodes:
        path = episode.path()
        said = [message for node in path for message in node.messages]
        ends = [i for i, message in enumerate(said) if message.role == "assistant"]
        if len(path) > TURNS:
            found.append([tuple(said[:end]) for end in ends[-(len(path) - 1) :][:TURNS]])
    return found[:EPISODES]


def request(said: Conversation) -> Request:
    return Request(said, 1, Generation(temperature=0.0, max_tokens=TOKENS))


async def ours(played: Sequence[Sequence[Conversation]], **args: str) -> tuple[float, int]:
    """Seconds, and tokens that were read before."""
    model: Any = hf.harness_model("hf/SmolLM2", ModelOptions(args=args))
    await model.start()

    async def episode(turns: Sequence[Conversation]) -> int:
        return sum([(await model.generate(request(said))).usage.cached_tokens for said in turns])

    began = time.perf_counter()
    try:
        cached = await asyncio.gather(*(episode(turns) for turns in played))
    finally:
        await model.close()
    return time.perf_counter() - began, sum(cached)


def bare(played: Sequence[Sequence[Conversation]]) -> tuple[float, int]:
    """Seconds, and tokens of all prompts."""
    import torch  # type: ignore[import-not-found, unused-ignore]
    from harness.plugins.models._torch import Engine, Loading

    engine = Engine(
        Loading(hf.HuggingFace("hf/SmolLM2", "SmolLM2", None, ModelOptions()).checkpoint(), cache=0)
    )
    read, began = 0, time.perf_counter()
    for turn in range(TURNS):
        for turns in played:
            prompt = engine.encode([{"role": m.role, "content": m.content} for m in turns[turn]], [])
            read += len(prompt)
            with torch.inference_mode():
                engine.model.generate(
                    torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                    max_new_tokens=TOKENS, do_sample=False,
                )  # fmt: skip
    return time.perf_counter() - began, read


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    import torch

    torch.set_num_threads(given.threads)
    played = conversations()
    alone, read = bare(played)
    anew, _ = asyncio.run(ours(played, cache="0"))
    kept, cached = asyncio.run(ours(played))
    if given.json:
        print(json.dumps({"bare": alone, "cache=0": anew, "ours": kept, "read": read, "cached": cached}))
        return
    print(f"{len(played)} episodes, {TURNS} turns, {read} tokens of prompts, {cached / read:.0%} read before")
    for name, seconds in (("bare transformers", alone), ("hf/ -M cache=0", anew), ("hf/", kept)):
        print(f"{name:18} {seconds:6.1f} s   {alone / seconds:4.1f} x bare")


if __name__ == "__main__":
    main()
