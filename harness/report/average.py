"""A task's score over its samples, with its interval: the mean, or the average the task defines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum, isclose
from statistics import fmean

from harness.errors import PluginError, blame
from harness.stats import Interval, bootstrap_of, interval, stratified, wilson
from harness.task import Task
from harness.types import Sample, Score, Settings

Aggregate = Callable[[Sequence[tuple[str, Score]]], float]
"""A task's own average: from (sample id, score), one pair a sample, to one number in [0, 1]."""


def of_task(task: Task, samples: Iterable[Sample], settings: Settings) -> Aggregate | None:
    """How a task averages these samples; None where it takes the plain mean."""
    if type(task).aggregate is Task.aggregate:
        return None
    by_id = {s.id: s for s in samples}
    return lambda scores: task.aggregate([(by_id[i], s) for i, s in scores], settings)


def per_sample(scores: Iterable[tuple[str, Score]]) -> dict[str, Score]:
    """Each sample's epochs averaged; parts and progress over the epochs that have them."""
    grouped: dict[str, list[Score]] = {}
    for sample, score in scores:
        grouped.setdefault(sample, []).append(score)
    return {sample: _mean_score(epochs) for sample, epochs in grouped.items()}


def _mean_score(epochs: Sequence[Score]) -> Score:
    names = dict.fromkeys(name for e in epochs for name in e.parts)
    parts = {name: fmean(e.parts[name] for e in epochs if name in e.parts) for name in names}
    progress = [e.progress for e in epochs if e.progress is not None]
    return Score(fmean(e.value for e in epochs), parts, fmean(progress) if progress else None)


def value_of(task: str, scores: Mapping[str, Score], aggregate: Aggregate | None = None) -> float:
    """The score over one sample or more. Raises `PluginError` for an aggregate that is broken."""
    if aggregate is None:
        return fmean(s.value for s in scores.values())
    with blame(task, "aggregate", kind="task"):
        value = aggregate(list(scores.items()))
        if not 0 <= value <= 1:
            raise PluginError(f"task {task!r} failed in aggregate: {value} is outside [0, 1]")
        return value


def average(
    task: str, scores: Mapping[str, Score], aggregate: Aggregate | None = None
) -> tuple[float, Interval]:
    """`value_of`, and its 95 % interval."""
    value = value_of(task, scores, aggregate)
    if aggregate is None:
        return value, interval([s.value for s in scores.values()])
    with blame(task, "aggregate", kind="task"):
        return value, _around(value, list(scores.items()), aggregate)


def _around(value: float, pairs: list[tuple[str, Score]], aggregate: Aggregate) -> Interval:
    """The interval of any weighted mean, found by asking for the weight of each sample.

    A macro average over categories is such a mean: samples of equal weight form a stratum.
    """
    values = [s.value for _, s in pairs]
    weights = [
        aggregate([(sample, Score(float(i == j))) for j, (sample, _) in enumerate(pairs)])
        for i in range(len(pairs))
    ]
    weighted = isclose(fsum(weights), 1) and isclose(
        fsum(w * v for w, v in zip(weights, values, strict=True)), value, abs_tol=1e-9
    )
    if weighted:
        strata: dict[float, list[float]] = {}
        for weight, v in zip(weights, values, strict=True):
            strata.setdefault(round(weight, 12), []).append(v)
        return stratified(list(strata.values()), [w * len(vs) for w, vs in strata.items()])
    if len(set(values)) < 2:  # also a single sample: a bootstrap would call the score certain
        return wilson(value * len(pairs), len(pairs))
    low, high = bootstrap_of(aggregate, pairs, draws=300)
    return Interval(min(low, value), max(high, value))
