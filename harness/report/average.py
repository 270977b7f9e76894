"""A task's score over its samples, with its interval: their mean, or the mean of category means."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from harness.stats import Interval, interval, stratified
from harness.types import Score


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
    value = fmean(e.value for e in epochs)
    return Score(value, parts, fmean(progress) if progress else None, epochs[0].category)


def average(scores: Iterable[Score], macro: bool) -> tuple[float, Interval]:
    """The score over one sample or more, and its 95 % interval.

    With `macro` it is the mean of the means of the categories that are present (AgentBench's
    overall_cat_accuracy, `src/server/tasks/dbbench`), and each category is a stratum.
    """
    if not macro:
        values = [s.value for s in scores]
        return fmean(values), interval(values)
    groups: dict[str, list[float]] = {}
    for score in scores:
        groups.setdefault(score.category, []).append(score.value)
    return fmean(map(fmean, groups.values())), stratified(list(groups.values()))


def readings(scores: Mapping[str, Score], macro: bool) -> dict[str, float]:
    """The score by the published and by the mended gold answers, where a task knows of wrong ones.

    A sample without such a part has one reading, its value: otherwise the two would be over different
    samples and could not be compared.
    """
    if not any("corrected" in s.parts for s in scores.values()):
        return {}
    return {
        name: average(
            [Score(s.parts.get(name, s.value), category=s.category) for s in scores.values()], macro
        )[0]
        for name in ("raw", "corrected")
    }
