"""`hf/PATH_OR_ID` and `hf/BASE+ADAPTER`: transformers checkpoints with PEFT adapters, in this process.

    harness run --model hf/./checkpoints/final
    harness run --model hf/Qwen/Qwen3-4B+./adapters/agent
    harness run --model hf/SmolLM2          the embedded weights, converted once

Requests of concurrent episodes are generated together, those with prompts of similar length; a reply that
goes on and on leaves its batch when the others are done. Options (`-M key=value`):

    batch=16           replies generated at once
    wait=10            milliseconds in which requests are collected
    device=auto        cuda where there is one, else cpu
    dtype=auto         bfloat16 where the device computes with it, else float32
    cache=4            GB of the host's memory for what was read before, so that a turn reads only what is
                       new; 0 for none
    ctx=N              tokens of context, if less than the model's own
    chat-template=FILE for a base model, which has none

A row of a batch is computed with padding and behind what was read before, so its scores differ in the last
digits from those of the same prompt alone; in bfloat16 this can change a greedy reply. With `-M batch=1
-M cache=0` it cannot.
"""

import asyncio
import importlib.util
import json
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import (
    ContextLimit,
    Message,
    Model,
    ModelCapabilities,
    ModelError,
    ModelOptions,
    Reply,
    Request,
    Response,
    Usage,
    UsageError,
    hookimpl,
)

from . import _chat, _settings, _toolcalls, smollm2
from ._batches import Batches
from ._weights import digests

if TYPE_CHECKING:
    from ._torch import Engine, Made, Row


def _dtype(text: str) -> str:
    """float32, bfloat16, float16 or auto."""
    return {n: n for n in ("float32", "bfloat16", "float16", "auto")}[text]


def _file(text: str) -> Path:
    """A file that exists."""
    if not Path(text).is_file():
        raise ValueError(text)
    return Path(text)


SHORT = (512, 64)
"""Tokens of a prompt, and of what is new in it, up to which padding costs next to nothing."""

KNOWN: Mapping[str, _settings.Reader] = {
    "batch": _settings.count,
    "wait": _settings.amount,
    "device": str,
    "dtype": _dtype,
    "cache": _settings.amount,
    "ctx": _settings.count,
    "chat-template": _file,
}


class HuggingFace(Model):
    """A checkpoint in memory, used by one worker thread."""

    capabilities = ModelCapabilities(tools=True, several=True)

    def __init__(self, name: str, base: str, adapter: str | None, options: ModelOptions) -> None:
        self.name = name
        self.base = base
        self.adapter = adapter
        self.given = _settings.read("hf", options.args, KNOWN)
        self.engine: Engine | None = None
        self.digests: dict[str, str] = {}
        wait = self.given.get("wait", 10.0) / 1000
        most = self.given.get("batch", 16)
        self.batches: Batches[Row, Made] = Batches(self._work, most, wait, self._size, alike)

    async def start(self) -> None:
        weights = [Path(p) for p in (self.checkpoint(), self.adapter) if p is not None]
        hashing = asyncio.to_thread(digests, weights)
        self.engine, self.digests = await asyncio.gather(self.batches.call(self._load), hashing)

    async def close(self) -> None:
        if self.engine is not None:
            self.engine.leaving.set()
        await self.batches.close()
        self.engine = None

    def _load(self) -> "Engine":
        from ._torch import Engine, Loading

        template = self.given.get("chat-template")
        device, dtype = self.given.get("device", "auto"), self.given.get("dtype", "auto")
        try:
            room = self.given.get("cache", 4.0) * 1e9
            engine = Engine(Loading(self.checkpoint(), self.adapter, device, dtype, template, room))
        except (OSError, ValueError, RuntimeError) as e:
            raise ModelError(f"{self.name} cannot be loaded: {_chat.shorten(str(e))}") from e
        if not engine.tokenizer.chat_template:
            raise UsageError(f"{self.name} has no chat template; give one with -M chat-template=FILE")
        engine.others = lambda: bool(self.batches.waiting)
        return engine

    def checkpoint(self) -> str:
        """Where the base's weights lie, or their id."""
        if self.base.lower() != "smollm2" or Path(self.base).exists():
            return self.base
        if (file := smollm2.weights()) is None:
            raise UsageError("hf/SmolLM2 needs the bundled weights: harness models add smollm2")
        from ._convert import converted

        return str(converted(file))

    def _work(self, rows: "Sequence[Row]") -> "list[Made | None]":
        assert self.engine is not None
        return self.engine.generate(rows)

    def _size(self, row: "Row") -> tuple[int, int]:
        """Tokens of a prompt, and of what is new in it."""
        assert self.engine is not None
        return len(row.context), len(row.context) - self.engine.prefixes.known(row.context)

    async def generate(self, request: Request) -> Response:
        rows = self._rows(request)
        made = await asyncio.gather(*(self.batches.ask(r) for r in rows))
        replies = tuple(_reply(m, bool(request.tools)) for m in made)
        return Response(replies, Usage(1, len(rows[0].tokens), sum(m.tokens for m in made), rows[0].known))

    def _rows(self, request: Request) -> "list[Row]":
        from ._torch import Row

        wanted, prompt = request.generation, self._prompt(request)
        room = self.context - len(prompt)
        if room < 1:
            raise ContextLimit(f"{len(prompt)} tokens do not fit into a context of {self.context}")
        seed = int.from_bytes(os.urandom(4)) if wanted.seed is None else wanted.seed
        most, special = min(room, wanted.max_tokens), bool(request.tools)
        seeds = (seed + i * _chat.STRIDE for i in range(request.n))
        return [Row(prompt, most, wanted.temperature, wanted.top_p, s, wanted.stop, special) for s in seeds]

    @property
    def context(self) -> int:
        assert self.engine is not None
        own = self.engine.context
        return min(own, int(self.given.get("ctx", own)))

    def _prompt(self, request: Request) -> tuple[int, ...]:
        if self.engine is None:
            raise ModelError(f"{self.name} was asked before it was started")
        if request.tools and "tools" not in str(self.engine.tokenizer.chat_template):
            raise ModelError(f"the chat template of {self.name} shows no tools; use --protocol text")
        tools = [t.to_openai() for t in request.tools]
        try:
            return self.engine.encode([_message(m) for m in request.messages], tools)
        except Exception as e:  # templates raise what they like: jinja2's errors and their own
            raise ModelError(f"the chat template of {self.name} refuses the conversation: {e}") from e

    def describe(self) -> dict[str, str]:
        facts = {p: version(p) for p in ("torch", "transformers")}
        if self.adapter:
            facts |= {"adapter": self.adapter, "peft": version("peft")}
        if self.engine is not None:
            if revision := getattr(self.engine.model.config, "_commit_hash", None):
                facts["revision"] = str(revision)
            facts |= {"device": self.engine.device, "dtype": str(self.engine.dtype).removeprefix("torch.")}
        return {"weights": self.base, **facts, **self.digests}


def alike(first: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether rows of these sizes share a batch: padding at most doubles the shorter, or both are short."""
    return all(
        max(a, b) <= max(2 * min(a, b), short) for a, b, short in zip(first, other, SHORT, strict=True)
    )


def _message(said: Message) -> dict[str, Any]:
    """As chat templates want it: like OpenAI's, with arguments as objects."""
    wire = _chat.message(said)
    for call in wire.get("tool_calls", ()):
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return wire


def _reply(made: "Made", with_tools: bool) -> Reply:
    said = _chat.spoken(made.text)
    if not with_tools:
        return Reply(said, (), made.finish)
    text, calls = _toolcalls.split(said)
    return Reply(text, calls, "tool_calls" if calls else made.finish)


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    provider, _, path = name.partition("/")
    if provider != "hf":
        return None
    if not path:
        raise UsageError("--model hf/PATH_OR_ID: the path or id is missing")
    base, _, adapter = path.partition("+") if not Path(path).exists() else (path, "", "")
    needed = ("torch", "transformers", *(("peft",) if adapter else ()))
    if missing := [p for p in needed if importlib.util.find_spec(p) is None]:
        raise UsageError(f"{name} needs {', '.join(missing)}: pip install 'agentbench-harness[hf]'")
    return HuggingFace(name, base, adapter or None, options)
