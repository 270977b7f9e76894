"""What happens in a run, as listeners see it."""

from dataclasses import dataclass, field
from typing import Literal

from harness.types import Status, Usage

Kind = Literal["run", "episode", "call", "step", "result", "warning", "done"]


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` says which fields are filled.

    run      a run starts: `total` episodes of `task` are planned, `finished` were there before
    episode  `episode` of `task` starts
    call     a model call was answered: `purpose`, `usage`
    step     an action was executed
    result   `episode` ended with `status` and `value` (None for an error)
    warning  `text` is worth telling
    done     the run has ended
    """

    kind: Kind
    task: str = ""
    episode: str = ""
    total: int = 0
    finished: int = 0
    purpose: str = ""
    usage: Usage = field(default_factory=Usage)
    status: Status | None = None
    value: float | None = None
    text: str = ""
