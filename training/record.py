"""`training.json`: what a checkpoint was trained on, by what, and how far it got.

It lies in the output folder from the first moment, so that the same command resumes what was interrupted and
`harness train info` can tell of an unfinished checkpoint too.
"""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from harness import UsageError
from harness.whole import whole

FILE = "training.json"
FORMAT = 1
TYPED = "HARNESS_TYPED"
"""Where a process that was started for a command finds that command."""
PACKAGES = (
    "agentbench-harness",
    "torch",
    "transformers",
    "trl",
    "peft",
    "accelerate",
    "deepspeed",
    "datasets",
)


class State(StrEnum):
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Record:
    """One training, as it is written beside its weights."""

    kind: str
    """sft or dpo."""
    recipe: Mapping[str, Any]
    digest: str
    """Of the recipe, without where it is kept and how it logs."""
    data_digest: str
    """Of the tokens and labels that are trained on."""
    data: Mapping[str, Any]
    """The report of the data layer, with the hashes of the files."""
    base: str
    """The folder or id that transformers loaded."""
    machine: Mapping[str, str]
    processes: int
    deepspeed: str | None
    state: State = State.RUNNING
    steps: int = 0
    planned: int = 0
    seconds: float = 0.0
    figures: Mapping[str, float] = field(default_factory=dict)
    """The last losses, tokens and rates."""
    versions: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    created: str = ""
    format: int = FORMAT

    @property
    def playable(self) -> str:
        """What `harness run --model` takes for the finished checkpoint."""
        folder, base = self.recipe["output"], str(self.recipe["model"]).removeprefix("hf/")
        return f"hf/{folder}" if self.recipe["adapter"]["method"] == "full" else f"hf/{base}+{folder}"

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises `UsageError` where there is none."""
        file = folder / FILE
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UsageError(f"{folder} was not trained by this harness: it has no {FILE}") from None
        except (OSError, ValueError) as e:
            raise UsageError(f"{file} cannot be read: {e}") from None
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise UsageError(f"{file} does not describe a training in format {FORMAT}")
        try:
            return cls(**{**said, "state": State(said["state"])})
        except (TypeError, KeyError, ValueError) as e:
            raise UsageError(f"{file} does not describe a training: {e}") from None

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with whole(folder / FILE) as out:
            out.write(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")


def stamped(record: Record) -> Record:
    """With the versions, the command and the time of this moment."""
    return replace(
        record,
        versions=dict(_versions()),
        command=command(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def command() -> str:
    """What the person typed; a process that was started for it is told so."""
    return os.environ.get(TYPED) or shlex.join(["harness", *sys.argv[1:]])


def _versions() -> Mapping[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {"python": sys.version.split()[0], **found}


def found(folder: Path) -> Record | None:
    """The record in the folder, if there is one."""
    return Record.read(folder) if (folder / FILE).exists() else None


def check_folder(folder: Path) -> None:
    """Raises `UsageError` for what is a file or lies in one."""
    near = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    if not near.is_dir():
        raise UsageError(f"{near} is a file, not a folder; give another --output")


def clear(folder: Path) -> None:
    """Take away what an earlier training left: its checkpoints, weights, log and record.

    Raises `UsageError` where the folder is a file, lies in one, or holds something else.
    """
    check_folder(folder)
    if folder.is_dir() and any(folder.iterdir()) and found(folder) is None:
        raise UsageError(f"{folder} is not empty and was not trained here; give another --output")
    if folder.is_dir():
        shutil.rmtree(folder)


def check_same(old: Record, new: Record, folder: Path) -> None:
    """Raises `UsageError` where `folder` holds a training that `new` cannot go on with."""
    again = f"give another --output, or --resume never to throw {folder} away"
    if old.kind != new.kind or old.digest != new.digest:
        changed = ", ".join(_differing(old.recipe, new.recipe)) or "what is trained"
        raise UsageError(f"{folder} was trained by another recipe ({changed} differs); {again}")
    if old.data_digest != new.data_digest:
        raise UsageError(f"{folder} was trained on other data; {again}")
    if old.state is State.FINISHED:
        return
    if (old.processes, old.deepspeed) != (new.processes, new.deepspeed):
        was = f"--processes {old.processes}" + (f" --deepspeed {old.deepspeed}" if old.deepspeed else "")
        raise UsageError(f"{folder} was begun with {was} and can only go on so; do that, or {again}")


def _differing(old: Mapping[str, Any], new: Mapping[str, Any], at: str = "") -> list[str]:
    names: list[str] = []
    for key in new:
        before, now = old.get(key), new[key]
        if isinstance(now, Mapping) and isinstance(before, Mapping):
            names += _differing(before, now, f"{at}{key}.")
        elif before != now and f"{at}{key}" != "output":
            names.append(f"{at}{key}")
    return [n for n in names if not n.startswith("log.")]


def last_checkpoint(folder: Path) -> Path | None:
    """The newest `checkpoint-N` that was written to its end: the trainer's state is its last file."""
    whole = [d for d in folder.glob("checkpoint-*") if (d / "trainer_state.json").is_file()]
    return max(whole, key=lambda d: int(d.name.rpartition("-")[2]), default=None)
