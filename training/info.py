"""What a checkpoint was trained on, by what, and how it went."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from .record import Record, State


def lines(of: Record, folder: Path) -> Iterator[tuple[str, str]]:
    """Names and texts, for a table; `folder` is the checkpoint, or what it was merged into."""
    recipe, data = of.recipe, of.data
    yield "training", f"{of.kind}, {_state(of)}"
    yield "base", f"{recipe['model']} ({of.base})"
    yield "trained", _method(recipe["adapter"])
    for file in data.get("files", ()):
        yield "data", f"{file['path']}: {file['rows']} {file['kind']} rows, sha256 {file['sha256'][:12]}"
    for why, count in data.get("dropped", {}).items():
        yield "left out", f"{count} {why}"
    yield "rows", _rows(data)
    train = recipe["train"]
    together = train["batch"] * train["accumulate"] * of.processes
    most = f", at most {train['max_steps']} updates" if train.get("max_steps") else ""
    epochs = f"{train['epochs']:g} epochs{most}"
    yield "updates", f"{together} rows each, lr {train['lr']:g} {train['schedule']}, {epochs}"
    yield "loss", _losses(of.figures)
    ran = f"{of.processes} process{'es' if of.processes > 1 else ''}"
    engine = f", DeepSpeed {of.deepspeed}" if of.deepspeed else ""
    yield "machine", f"{ran} on {of.machine['device']}, {of.machine['dtype']}{engine}"
    yield "time", f"{timedelta(seconds=round(of.seconds))}, begun {of.created}"
    yield "versions", ", ".join(f"{k} {v}" for k, v in of.versions.items())
    yield "recipe", f"digest {of.digest}; in full in recipe.yaml"
    merged = (folder / "config.json").is_file() and not (folder / "adapter_config.json").is_file()
    yield "play it", f"harness run --model {f'hf/{folder}' if merged else of.playable}"


def _state(of: Record) -> str:
    if of.state is State.FINISHED:
        return f"finished after {of.steps} updates"
    if of.state is State.INTERRUPTED:
        return f"interrupted after {of.steps} of {of.planned} updates"
    return "running, or killed; the same command goes on from its last checkpoint"


def _method(adapter: Mapping[str, Any]) -> str:
    if adapter["method"] == "full":
        return "all weights"
    where = ", ".join(adapter["targets"])
    size = f"r {adapter['r']}, alpha {adapter['alpha']}, dropout {adapter['dropout']:g}"
    return f"{adapter['method']} {size}, {where}"


def _rows(data: Mapping[str, Any]) -> str:
    said = []
    for part in ("train", "validation"):
        if one := data.get("lengths", {}).get(part):
            said.append(f"{one['rows']} to {part}, {one['trained']} of {one['tokens']} tokens trained on")
    return "; ".join(said) or f"{data.get('pairs', 0)} pairs"


def _losses(figures: Mapping[str, float]) -> str:
    names = {"first_loss": "first", "loss": "last", "eval_loss": "evaluation", "rewards/accuracies": "right"}
    said = [f"{short} {figures[name]:.3f}" for name, short in names.items() if name in figures]
    return ", ".join(said) or "none was written yet"
