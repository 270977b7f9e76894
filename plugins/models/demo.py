"""`demo`: SmolLM2-135M with an adapter that this harness trained, so that a first run scores above zero.

The adapter (demo.gguf, LoRA of rank 16, Apache-2.0 like its base) learnt the expert's trajectories of 500
`train` problems of db, os, kg and household in one epoch: docs/experiments/sft-smollm2.md. It knows the
`native` text protocol of these tasks and little else. Options are those of `llamacpp/FILE.gguf`.
"""

from pathlib import Path

from harness import Model, ModelOptions, hookimpl

from .llamacpp import LlamaCpp
from .smollm2 import needed

ADAPTER = Path(__file__).with_name("demo.gguf")


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    return LlamaCpp(name, needed(name), ADAPTER, options) if name == "demo" else None
