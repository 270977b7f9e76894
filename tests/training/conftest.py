"""A tiny model, its data and a recipe for them, and one training of it that several tests look at."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.testing import Done, harness

from . import tiny

RECIPE = """
model: {model}
data: {{agent: [{data}], validation: 0, max_length: 128}}
adapter: {{method: full}}
train: {{epochs: 2, batch: 2, accumulate: 2, lr: 5e-3, dtype: float32}}
log: {{every: 1, save: 5, keep: 3, to: []}}
"""
TWO = ("-n", "2", "--set", "train.accumulate=1", "--set", "log.save=0")
"""Two processes that take the rows of one between them."""
Train = Callable[..., Done]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with model/, data.jsonl and recipe.yaml; skips where training's packages are absent."""
    for package in ("torch", "transformers", "trl", "peft", "datasets", "accelerate"):
        pytest.importorskip(package, reason=f"{package} is absent: pip install 'agentbench-harness[train]'")
    folder = tmp_path_factory.mktemp("workshop")
    tiny.write_model(folder / "model")
    tiny.write_data(folder / "data.jsonl")
    text = RECIPE.format(model=folder / "model", data=folder / "data.jsonl")
    (folder / "recipe.yaml").write_text(text)
    return folder


@pytest.fixture(scope="session")
def train(workshop: Path) -> Train:
    """`train(output, "--set", ...)`: the command on the recipe, in this process."""

    def run(output: Path, *more: str | Path, kind: str = "sft", env: dict[str, str] | None = None) -> Done:
        return harness("train", kind, workshop / "recipe.yaml", "-o", output, *more, env=env)

    return run


@pytest.fixture(scope="session")
def alone(workshop: Path, train: Train) -> Path:
    """The checkpoint of one process: 12 updates of all weights."""
    done = train(workshop / "alone")
    assert done.code == 0, done.err
    return workshop / "alone"


def losses(checkpoint: Path) -> list[float]:
    """Of each update."""
    lines = map(json.loads, (checkpoint / "log.jsonl").read_text().splitlines())
    return [line["loss"] for line in lines if "loss" in line]


def interrupted(alone: Path, folder: Path) -> Path:
    """A copy of the checkpoint `alone` as it was after five updates."""
    shutil.copytree(alone, folder)
    for name in ("model.safetensors", "checkpoint-10", "checkpoint-12"):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    record = json.loads((folder / "training.json").read_text())
    (folder / "training.json").write_text(json.dumps({**record, "state": "running"}))
    return folder
