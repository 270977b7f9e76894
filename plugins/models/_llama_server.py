"""xllamacpp's OpenAI-compatible server as a process of its own.

    python -m harness.plugins.models._llama_server '{"model": "FILE.gguf", "slots": 8, ...}'

It prints its address as one line of JSON when it can answer, and ends when its standard input does, that
is, when whoever started it is gone, however that came about.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1


def main(wanted: dict[str, Any]) -> None:
    _die_with_parent(wanted["parent"])
    engine: Any = importlib.import_module("xllamacpp")  # it has no types
    server = engine.Server(parameters(engine, wanted))
    print(json.dumps({"url": server.listening_address}), flush=True)  # noqa: T201
    sys.stdin.buffer.read()
    os._exit(0)  # requests under way are nobody's any more; joining the server's threads would wait for them


def parameters(engine: Any, wanted: dict[str, Any]) -> Any:
    """llama.cpp's settings for many episodes at once, and none that would change what a request means."""
    p = engine.CommonParams()
    p.model.path = wanted["model"]
    p.model_alias = {wanted["name"]}
    p.n_parallel = wanted["slots"]
    p.n_ctx = wanted["slots"] * wanted["ctx"]  # the slots share it evenly
    p.n_batch, p.n_ubatch = wanted["batch"], min(wanted["batch"], 512)
    p.cpuparams.n_threads = p.cpuparams_batch.n_threads = wanted["threads"]
    p.n_gpu_layers = wanted["gpu_layers"]
    p.port = 0
    p.ctx_shift = False  # a prompt that does not fit is an error, never cut
    p.cache_prompt = True
    p.cache_ram_mib = wanted["cache"]
    p.use_jinja = True
    # Servers differ in what they add to temperature and top_p; this one adds nothing.
    p.sampling.top_k, p.sampling.top_p, p.sampling.min_p = 0, 1.0, 0.0
    p.fit_params = False
    p.offline = True
    p.ui = False
    p.verbosity = 1
    if wanted["adapter"]:
        adapter = engine.CommonAdapterLoraInfo()
        adapter.path, adapter.scale = wanted["adapter"], 1.0
        p.lora_adapters = [adapter]
    return p


def _die_with_parent(parent: int) -> None:
    """Linux kills us when the parent dies, also by SIGKILL; elsewhere the closed input must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
