"""A recipe says what is trained on what, and how: one YAML file, checked whole before anything is loaded.

    preset: smollm2-cpu            # a shipped recipe to start from (training/recipes/); the keys below win
    model: SmolLM2                 # what `harness run --model hf/...` takes: a folder, an id, or SmolLM2
    output: checkpoints/agent
    data:
      agent: [data/agent.jsonl]

Paths are relative to the folder that the command runs in. A key that does not exist, a value of the wrong
kind or outside its range is a `UsageError` with file and line. `--set train.lr=1e-4` replaces one key. A key
that is null has its default, not what the preset says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Self

import yaml

from harness import UsageError

from . import recipe_file
from .recipe_file import SHIPPED, Said, shipped

__all__ = ["SHIPPED", "Recipe", "keys", "shipped"]


class Method(StrEnum):
    FULL = "full"
    LORA = "lora"
    QLORA = "qlora"


class Choice(StrEnum):
    """On, off, or what the machine is best at."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


def number(
    default: float | None, least: float, most: float = float("inf"), above: bool = False, below: bool = False
) -> Any:
    """A field that holds a finite number from `least` (or above it) to `most` (or below it)."""
    limits = {"least": least, "most": most, "above": above, "below": below}
    return field(default=default, metadata=limits)


def one_of(default: str, *others: str) -> Any:
    return field(default=default, metadata={"one of": (default, *others)})


@dataclass(frozen=True, slots=True)
class Data:
    """What is trained on (`training/dataset.py`)."""

    agent: tuple[str, ...] = ()
    """Files of agent trajectories."""
    general: tuple[str, ...] = ()
    """Files of general conversations, mixed in."""
    format: str = "auto"
    template: str = "own"
    max_length: int = number(4096, 8)
    """Tokens of a row."""
    long: str = one_of("window", "drop")
    """What happens to a longer row; nothing is ever cut without being counted. Longer pairs are dropped."""
    share: float | None = number(None, 0, 1)
    """λ: share of agent data in what is trained on; without it, every row is used once an epoch."""
    unit: str = one_of("token", "row")
    """What the share is a share of: trained tokens, or rows."""
    validation: float = number(0.05, 0, 0.9)
    """Share of the problems kept for the evaluation loss; 0 for none."""
    against: tuple[str, ...] = ()
    """Tasks of the harness, or files of test conversations; rows that overlap with one are left out."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """What is trained: all weights, or low-rank additions to them (arXiv 2106.09685, 2305.14314)."""

    method: Method = Method.LORA
    r: int = number(16, 1)
    alpha: int = number(32, 1)
    dropout: float = number(0.0, 0, 0.9)
    targets: tuple[str, ...] = ("all-linear",)
    """Names of linear layers; all-linear is each of them but the output head."""


@dataclass(frozen=True, slots=True)
class Train:
    """How it is trained."""

    epochs: float = number(3.0, 0, above=True)
    max_steps: int = number(0, 0)
    """Ends earlier, after so many updates; 0 for no limit."""
    batch: int = number(4, 1)
    """Rows in one forward pass of one process."""
    accumulate: int = number(4, 1)
    """Forward passes for one update."""
    lr: float = number(2e-4, 0, 1, above=True)
    schedule: str = one_of("cosine", "linear", "constant", "constant_with_warmup")
    warmup: float = number(0.03, 0, 1)
    """Share of the updates in which the learning rate rises."""
    weight_decay: float = number(0.0, 0)
    beta2: float = number(0.999, 0, 1, below=True)
    clip: float = number(1.0, 0)
    """Gradients are scaled down to this norm; 0 for never."""
    dtype: str = one_of("auto", "bfloat16", "float16", "float32")
    """What is computed in; auto: bfloat16 where the device has it, else float32."""
    packing: Choice = Choice.AUTO
    """Several rows in one sequence; auto: where flash attention keeps them apart (see `training/sft.py`)."""
    checkpointing: Choice = Choice.AUTO
    """Compute activations twice to save memory; auto: where they would not fit."""
    seed: int = number(0, 0, 2**32 - 1)


@dataclass(frozen=True, slots=True)
class Log:
    """When it tells, evaluates and saves, in updates; 0 for once an epoch."""

    every: int = number(5, 1)
    evaluate: int = number(0, 0)
    save: int = number(50, 0)
    keep: int = number(2, 1)
    """Checkpoints kept to resume from."""
    to: tuple[str, ...] = ("tensorboard",)
    """Besides the console and log.jsonl: tensorboard (where installed), wandb, trackio."""


@dataclass(frozen=True, slots=True)
class Dpo:
    """Preferences only (DPO, arXiv 2305.18290; on trajectories: ETO, arXiv 2403.02502)."""

    beta: float = number(0.1, 0, above=True)
    loss: str = one_of("sigmoid", "ipo", "hinge", "apo_zero")
    sft: float = number(0.0, 0)
    """Weight of the chosen replies' own likelihood beside the preference."""


@dataclass(frozen=True, slots=True)
class Recipe:
    model: str = ""
    output: str = ""
    data: Data = Data()
    adapter: Adapter = Adapter()
    train: Train = Train()
    log: Log = Log()
    dpo: Dpo = Dpo()

    @classmethod
    def load(cls, name: str, settings: Sequence[str] = (), output: str | None = None) -> Self:
        """The recipe in the file `name`, or the shipped one of that name, with `--set` applied.

        `output` is a folder as it is; in a setting it would be read as YAML, where ` #` begins a comment.
        """
        said = recipe_file.read(name)
        for text in settings:
            recipe_file.put(said, text)
        if output is not None:
            said["output"] = Said(output, "--output")
        recipe: Self = recipe_file.build(cls, said)
        for key in ("model", "output"):
            if not getattr(recipe, key):
                raise UsageError(f"{name}: the key {key!r} is missing; write it, or give --set {key}=...")
        return recipe

    def to_json(self) -> dict[str, Any]:
        """Plain values, in the order of the fields."""
        said: dict[str, Any] = recipe_file.plain(self)
        return said

    def to_yaml(self) -> str:
        return yaml.safe_dump(self.to_json(), sort_keys=False, allow_unicode=True)

    @property
    def digest(self) -> str:
        """Equal for recipes that train the same: where they lie and how they log is left out."""
        said = {k: v for k, v in self.to_json().items() if k not in ("output", "log")}
        return sha256(yaml.safe_dump(said).encode()).hexdigest()[:16]


def keys() -> Iterator[str]:
    """Every key of a recipe, dotted."""
    return recipe_file.keys(Recipe)
