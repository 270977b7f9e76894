"""What a leaderboard is, whatever it is written as."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.report.overall import Overall

Key = tuple[str, str]
"""Of a column: task and profile. Scores of different profiles never share a column."""


@dataclass(frozen=True, slots=True)
class Column:
    """One task under one profile."""

    task: str
    profile: str
    splits: tuple[str, ...]
    """More than one only where the user forced it."""
    mixed: tuple[str, ...] = ()
    """Parts of the content hash in which its rows differ; only where the user forced it."""

    @property
    def key(self) -> Key:
        return self.task, self.profile

    @property
    def forced(self) -> bool:
        return bool(self.mixed) or len(self.splits) > 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One score, and what it rests on."""

    score: float | None
    """In [0, 1]."""
    low: float | None = None
    high: float | None = None
    n: int | None = None
    """Scored episodes of `planned`; published figures do not say."""
    planned: int | None = None
    errors: int = 0
    tokens: float | None = None
    """A scored episode's share of the agent's tokens, of all episodes."""
    other_source: bool = False
    """A published figure that AgentBench took from elsewhere."""


@dataclass(frozen=True, slots=True)
class Row:
    """A model with a strategy, or a published model."""

    model: str
    strategy: str
    """Empty for published rows."""
    cells: Mapping[Key, Cell]
    overall: Mapping[str, Overall] = field(default_factory=dict)
    """By profile."""
    oracle: bool = False
    published: bool = False
    source: str = ""
    detail: str = ""
    """What tells it from other rows of the same model and strategy."""
    runs: int = 1
    """How many runs it was put together from."""


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard: best row first."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def overalls(self) -> tuple[str, ...]:
        """Profiles for which some row has an overall score."""
        had = dict.fromkeys(p for r in self.rows for p, o in r.overall.items() if o.value is not None)
        return tuple(p for p in ("v0.2", "fc") if p in had)
