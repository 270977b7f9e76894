"""AgentBench's overall score, where it is defined (AgentBench `src/analysis.py`; spec section 11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

WEIGHTS: Mapping[str, float] = {
    "os": 10.8,
    "db": 13.0,
    "kg": 13.9,
    "cards": 12.0,
    "puzzles": 3.5,
    "household": 13.0,
    "webshop": 30.7,
    "mind2web": 11.6,
}
"""v0.2 divides each task's percentage by the mean of that task over its 27 published models."""

FC_TASKS = ("household", "db", "kg", "os", "webshop")
"""The function-calling version takes the plain mean of these five."""


@dataclass(frozen=True, slots=True)
class Overall:
    """One number over several tasks, or why there is none."""

    value: float | None
    """v0.2: 1 is the mean published model. fc: a mean of scores in [0, 1]."""
    profile: str | None
    why: str
    """How it was computed, or why it is not defined."""

    def __str__(self) -> str:
        if self.value is None:
            return self.why
        return f"{self.value:.2f}" if self.profile == "v0.2" else f"{100 * self.value:.1f} %"


def overall(profile: str, scores: Mapping[str, float | None]) -> Overall:
    """From scores in [0, 1] by task, all of one profile. None is a task without a scored sample.

    >>> str(overall("v0.2", {"db": 0.32, "os": 0.424}))
    'not defined (2 of 8 tasks of v0.2; missing: kg, cards, puzzles, household, webshop, mind2web)'
    """
    wanted = {"v0.2": tuple(WEIGHTS), "fc": FC_TASKS}.get(profile)
    if wanted is None:
        return Overall(None, None, f"not defined (AgentBench has none for profile {profile})")
    there = {t: s for t in wanted if (s := scores.get(t)) is not None}
    if len(there) < len(wanted):
        empty = [t for t in wanted if t in scores and scores[t] is None]
        absent = [t for t in wanted if t not in scores]
        why = [f"{len(there)} of {len(wanted)} tasks of {profile}"]
        why += [f"missing: {', '.join(absent)}"] if absent else []
        why += [f"nothing scored in {', '.join(empty)}"] if empty else []
        return Overall(None, profile, f"not defined ({'; '.join(why)})")
    if profile == "fc":
        return Overall(fmean(there.values()), profile, "plain mean of AgentBench FC's five tasks")
    value = fmean(100 * score / WEIGHTS[task] for task, score in there.items())
    return Overall(value, profile, "mean of score / weight over AgentBench's eight tasks")


def overall_of(tasks: Mapping[tuple[str, str], float | None]) -> Overall:
    """From scores by (task, profile): defined only where every task was played under one profile."""
    profiles = sorted({profile for _, profile in tasks})
    if len(profiles) != 1:
        return Overall(None, None, f"not defined (mixed profiles: {', '.join(profiles) or 'no task'})")
    return overall(profiles[0], {task: score for (task, _), score in tasks.items()})
