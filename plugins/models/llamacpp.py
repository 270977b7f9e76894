"""`llamacpp/FILE.gguf`: any GGUF file, served by llama.cpp on a loopback port that the harness opens itself.

    harness run --model llamacpp/Qwen3-4B-Q4_K_M.gguf
    harness run --model llamacpp/base.gguf+adapter.gguf

Options (`-M key=value`), besides those of `openai/NAME`:

    slots=8          replies generated at once (no more than --max-connections)
    ctx=4096         tokens of context for each of them
    threads=N        processor threads; all of them by default
    batch=512        prompt tokens computed in one step
    gpu-layers=0     layers on the GPU, where xllamacpp was built for one
    cache=2048       MiB of memory for the prompts of episodes that wait
"""

import asyncio
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from harness import (
    Model,
    ModelCapabilities,
    ModelError,
    ModelOptions,
    Reply,
    Request,
    Response,
    UsageError,
    hookimpl,
)

from . import _gguf, _settings
from ._process import Server
from ._weights import digests
from .openai import KNOWN, OpenAI

OWN: Mapping[str, _settings.Reader] = {
    "slots": _settings.count,
    "ctx": _settings.count,
    "threads": _settings.count,
    "batch": _settings.count,
    "gpu-layers": _settings.whole,
    "cache": _settings.whole,
}
TYPES = {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S"}
TYPES |= {12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K"}
TYPES |= {24: "IQ1_S", 25: "IQ4_NL", 30: "IQ4_XS", 32: "BF16"}


class LlamaCpp(OpenAI):
    """The `openai` provider, and the server it talks to."""

    def __init__(self, name: str, file: Path, adapter: Path | None, options: ModelOptions) -> None:
        given = _settings.read(name.partition("/")[0], options.args, {**KNOWN, **OWN})
        theirs = {k: v for k, v in options.args.items() if k.replace("_", "-") in KNOWN}
        super().__init__(name, name, "", "none", replace(options, args=theirs))
        self.files = [file] if adapter is None else [file, adapter]
        self.facts, *_ = [_gguf.header(f) for f in self.files]
        template = str(self.facts.get("tokenizer.chat_template", ""))
        self.capabilities = ModelCapabilities(tools="tools" in template, several=True)
        slots = min(options.max_connections, given.get("slots", 8))
        self.most = min(self.most, slots)  # the server refuses to give more at once
        self.settings: dict[str, Any] = {
            "model": str(file),
            "adapter": str(adapter) if adapter else None,
            "name": name,
            "slots": slots,
            "ctx": given.get("ctx", 4096),
            "threads": given.get("threads", len(os.sched_getaffinity(0))),
            "batch": given.get("batch", 512),
            "gpu_layers": given.get("gpu-layers", 0),
            "cache": given.get("cache", 2048),
        }
        self.server = Server("harness.plugins.models._llama_server", self.settings)
        self.digests: dict[str, str] = {}

    async def start(self) -> None:
        if importlib.util.find_spec("xllamacpp") is None:
            raise UsageError(f"{self.name} needs llama.cpp: pip install 'agentbench-harness[local]'")
        hashing = asyncio.to_thread(digests, self.files)
        address, self.digests = await asyncio.gather(self.server.start(), hashing)
        self.client.url = f"{address}/v1"

    async def close(self) -> None:
        await super().close()
        await self.server.stop()

    async def generate(self, request: Request) -> Response:
        try:
            return await super().generate(request)
        except ModelError as e:
            if self.server.ended:
                raise ModelError(
                    f"llama.cpp's server ended while {self.name} was answering{self.server.words()}"
                ) from e
            raise

    async def _ask(self, request: Request, n: int, seed: int | None) -> Response:
        """llama.cpp counts the tokens of the first of several replies only; the others are counted here."""
        response = await super()._ask(request, n, seed)
        if len(response.replies) == 1:
            return response
        counts = await asyncio.gather(*(self._tokens(r) for r in response.replies[1:]))
        told = response.usage
        return replace(response, usage=replace(told, completion_tokens=told.completion_tokens + sum(counts)))

    async def _tokens(self, reply: Reply) -> int:
        url = self.client.url.removesuffix("/v1") + "/tokenize"
        ends = reply.finish != "length"  # the end token is generated too
        return await self.client.post(url, {"content": reply.text}, lambda a: len(a["tokens"])) + ends

    def describe(self) -> dict[str, str]:
        kind = self.facts.get("general.file_type")
        return {
            "file": self.files[0].name,
            "quantisation": TYPES.get(kind, f"file type {kind}") if isinstance(kind, int) else "unknown",
            "xllamacpp": version("xllamacpp"),
            **{k: str(self.settings[k]) for k in ("slots", "ctx", "threads", "batch")},
            **self.digests,
        }


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    provider, _, path = name.partition("/")
    if provider != "llamacpp":
        return None
    if not path:
        raise UsageError("--model llamacpp/FILE.gguf: the file is missing")
    file, _, adapter = path.partition("+") if not Path(path).exists() else (path, "", "")
    return LlamaCpp(name, Path(file), Path(adapter) if adapter else None, options)
