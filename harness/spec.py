"""What a run is to be: the options of `harness run` as data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.model import Generation, ModelOptions
from harness.types import Limits, digest


def unspoken(text: str) -> str:
    """Text for records: without the passwords of URLs.

    >>> unspoken("--db-url mysql://me:secret@host:3306")
    '--db-url mysql://me:***@host:3306'
    """
    return re.sub(r"(://[^:/@\s]+):[^@\s]+@", r"\1:***@", text)


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Everything that `harness run` was told."""

    tasks: tuple[str, ...]
    model: str
    strategy: tuple[str, ...] = ("react",)
    strategy_options: Mapping[str, str] = field(default_factory=dict)
    task_options: Mapping[str, str] = field(default_factory=dict)
    judge_model: str | None = None
    profile: str = "native"
    protocol: str | None = None
    """None: the usual protocol of the task's profile."""
    split: str = "test"
    limit: str | None = None
    """`10`, `10-20` or a share such as `0.1`."""
    sample_ids: tuple[str, ...] = ()
    epochs: int = 1
    seed: int = 0
    generation: Generation = Generation()
    limits: Limits = Limits()
    prompts: Path | None = None
    # What follows decides how a run is carried out, not what it measures.
    model_options: ModelOptions = ModelOptions()
    judge_options: ModelOptions | None = None
    max_samples: int = 8
    executor: str = "local"
    fail_on_error: bool = False

    def decides(self) -> dict[str, Any]:
        """The options that results depend on, as plain data."""
        return {
            "tasks": list(self.tasks),
            "model": self.model,
            "model_args": dict(self.model_options.args),
            "judge_model": self.judge_model,
            "strategy": list(self.strategy),
            "strategy_options": dict(self.strategy_options),
            "task_options": {k: unspoken(v) for k, v in self.task_options.items()},
            "profile": self.profile,
            "protocol": self.protocol,
            "split": self.split,
            "limit": self.limit,
            "sample_ids": list(self.sample_ids),
            "prompts": None if self.prompts is None else str(self.prompts.resolve()),
            "epochs": self.epochs,
            "seed": self.seed,
            "generation": [self.generation.temperature, self.generation.top_p, self.generation.max_tokens],
            "limits": [self.limits.steps, self.limits.tokens, self.limits.seconds, self.limits.cost],
        }

    @property
    def digest(self) -> str:
        """Equal for runs that would give the same episodes."""
        return digest(self.decides())
