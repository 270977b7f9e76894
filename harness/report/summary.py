"""What a run measured, with every denominator: `summarise(run, episodes)`.

Each planned episode is counted exactly once: scored, an error of ours, or missing. Errors and missing
episodes never count as zeros; they shrink `n`, which stands beside `planned`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from harness.records import EpisodeRecord, RunRecord, TaskRecord, episode_key
from harness.report.average import average, per_sample, readings
from harness.report.overall import Overall, overall_of
from harness.types import Score, Status, Usage

LABELS: Mapping[Status, str] = {
    Status.COMPLETED: "completed",
    Status.CONTEXT_LIMIT: "CLE",
    Status.INVALID_FORMAT: "IF",
    Status.INVALID_ACTION: "IA",
    Status.TASK_LIMIT: "TLE",
    Status.ERROR: "errors",
}
"""AgentBench's names (`src/analysis.py`), except that it counts its own errors as TLE."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and over how many."""

    value: float
    n: int


@dataclass(frozen=True, slots=True)
class Failures:
    """Errors of one side (plug-in, model, environment ...) in one task."""

    side: str
    count: int
    episode: str
    """The first one that failed."""
    what: str
    """And what it said."""


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """One task of a run."""

    task: str
    profile: str
    protocol: str
    split: str
    score: float | None
    """Over scored samples, epochs averaged within a sample first; None if nothing is scored."""
    low: float | None
    high: float | None
    n: int
    """Scored episodes, of `planned`."""
    planned: int
    samples: int
    """Scored samples, of `planned_samples`: what the interval rests on."""
    planned_samples: int
    missing: int
    """Planned episodes that were not played yet."""
    skipped: Mapping[str, str]
    """Samples of the split that cannot be played here, with the reason; not among the planned."""
    statuses: Mapping[Status, int]
    parts: Mapping[str, Mean]
    """Means over the samples whose score has the part."""
    readings: Mapping[str, float]
    """`raw` and `corrected`: the score by published and by mended gold answers, over all scored samples."""
    progress: Mean | None
    turns: Mean | None
    """Over episodes that are no errors."""
    usage: Mapping[str, Usage]
    """By purpose, over all episodes, errors too: their tokens were spent. Without earlier attempts."""
    seconds: float
    """Added over episodes."""
    wall: float
    """Time in which at least one episode was in flight."""
    failures: tuple[Failures, ...]

    @property
    def errors(self) -> int:
        return self.statuses[Status.ERROR]

    @property
    def total(self) -> Usage:
        return sum(self.usage.values(), Usage())


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole run."""

    model: str
    strategy: str
    oracle: bool
    epochs: int
    command: str
    tasks: tuple[TaskSummary, ...]
    overall: Overall
    where: Path | None = None
    """The run directory."""

    @property
    def complete(self) -> bool:
        return all(t.n == t.planned for t in self.tasks)

    @property
    def usage(self) -> dict[str, Usage]:
        """By purpose, over all tasks."""
        return _add_usage(t.usage for t in self.tasks)


def summarise(
    run: RunRecord,
    episodes: Sequence[EpisodeRecord],
    where: Path | None = None,
) -> Summary:
    """Count and average."""
    latest: dict[str, EpisodeRecord] = {}
    for e in episodes:
        if e.key not in latest or latest[e.key].attempt <= e.attempt:
            latest[e.key] = e
    tasks = tuple(_task(t, run.epochs, latest) for t in run.tasks)
    number = overall_of({(t.task, t.profile): t.score for t in tasks})
    return Summary(run.model, run.strategy, run.oracle, run.epochs, run.command, tasks, number, where)


def _task(task: TaskRecord, epochs: int, latest: Mapping[str, EpisodeRecord]) -> TaskSummary:
    keys = [episode_key(task.name, s, e) for s in task.samples for e in range(1, epochs + 1)]
    played = [latest[k] for k in keys if k in latest]
    fair = [e for e in played if e.status is not Status.ERROR and e.score is not None]
    scores = per_sample((e.sample, e.score) for e in fair if e.score is not None)
    score, (low, high) = average(scores.values(), task.macro) if scores else (None, (None, None))
    progress = [s.progress for s in scores.values() if s.progress is not None]
    counted = Counter(e.status for e in played)
    return TaskSummary(
        task=task.name,
        profile=task.profile,
        protocol=task.protocol,
        split=task.split,
        score=score,
        low=low,
        high=high,
        n=len(fair),
        planned=len(keys),
        samples=len(scores),
        planned_samples=len(task.samples),
        missing=len(keys) - len(played),
        skipped=dict(task.skipped),
        statuses={status: counted[status] for status in LABELS},
        parts=_parts(scores),
        readings=readings(scores, task.macro),
        progress=Mean(fmean(progress), len(progress)) if progress else None,
        turns=Mean(fmean(e.turns for e in fair), len(fair)) if fair else None,
        usage=_add_usage(e.usage for e in played),
        seconds=sum(e.seconds for e in played),
        wall=_covered((e.started, e.started + e.seconds) for e in played),
        failures=_failures(played),
    )


def _parts(scores: Mapping[str, Score]) -> dict[str, Mean]:
    names = dict.fromkeys(name for s in scores.values() for name in s.parts)
    having = {name: [s.parts[name] for s in scores.values() if name in s.parts] for name in names}
    return {name: Mean(fmean(values), len(values)) for name, values in having.items()}


def _add_usage(usages: Iterable[Mapping[str, Usage]]) -> dict[str, Usage]:
    added: dict[str, Usage] = {}
    for usage in usages:
        for purpose, spent in usage.items():
            added[purpose] = added.get(purpose, Usage()) + spent
    return added


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """The length of the union of time spans: pauses between resumed parts of a run do not count."""
    total, until = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total


def _failures(played: Sequence[EpisodeRecord]) -> tuple[Failures, ...]:
    by_side: dict[str, list[EpisodeRecord]] = {}
    for e in played:
        if e.status is Status.ERROR:
            by_side.setdefault((e.error or {}).get("side", "unknown"), []).append(e)
    return tuple(
        Failures(side, len(es), es[0].key, (es[0].error or {}).get("what", "no message"))
        for side, es in by_side.items()
    )
