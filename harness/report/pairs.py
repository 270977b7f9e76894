"""Two runs of a task, sample by sample: which pairs there are, and why the other samples have none."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from harness.records import EpisodeRecord
from harness.report.comparable import Entry
from harness.select import mistakes
from harness.types import Status, of_agent

Of = Callable[[EpisodeRecord], float | None]
"""A figure of an episode; None where it has none."""


def _share(status: Status) -> Of:
    return lambda e: float(e.status is status)


RATES: Final[Mapping[str, Of]] = {
    "progress": lambda e: e.score.progress if e.score else None,
    "invalid format": _share(Status.INVALID_FORMAT),
    "invalid action": _share(Status.INVALID_ACTION),
    "task limit": _share(Status.TASK_LIMIT),
    "context limit": _share(Status.CONTEXT_LIMIT),
}
"""Partial credit, where a sample has it; then how episodes fail: 1 for one that ended so."""

COUNTS: Final[Mapping[str, Of]] = {
    "mistakes": mistakes,
    "turns": lambda e: e.turns,
    "tokens": lambda e: of_agent(e.usage).tokens,
}
"""Unreadable replies and turns on the submitted path; the agent's tokens, of all branches."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The scored epochs of one sample, on both sides."""

    before: tuple[EpisodeRecord, ...]
    after: tuple[EpisodeRecord, ...]

    @property
    def category(self) -> str:
        score = self.before[0].score
        return score.category if score else ""

    def of(self, figure: Of) -> tuple[float, float] | None:
        """A figure before and after, epochs averaged; None where a side has none."""
        before, after = ([x for e in es if (x := figure(e)) is not None] for es in (self.before, self.after))
        return (fmean(before), fmean(after)) if before and after else None

    @property
    def scores(self) -> tuple[float, float]:
        """Before and after, epochs averaged."""
        return fmean(map(_score, self.before)), fmean(map(_score, self.after))


@dataclass(frozen=True, slots=True)
class Pairing:
    """All samples of either side: paired, or counted under the reason why not."""

    pairs: tuple[Pair, ...]
    unpaired: Mapping[str, int]
    partly: Mapping[str, int]
    """By side: epochs of paired samples that have no score, so that the sample's others stand for it."""

    @property
    def why(self) -> str:
        return ", ".join(f"{n} {why}" for why, n in self.unpaired.items())


def pair(before: Entry, after: Entry) -> Pairing:
    """Pair two runs of one task."""
    old, new = _scored(before), _scored(after)
    pairs: list[Pair] = []
    unpaired: Counter[str] = Counter()
    for sample in dict.fromkeys((*before.task.samples, *after.task.samples)):
        if sample in old and sample in new:
            pairs.append(Pair(old[sample], new[sample]))
            continue
        lacking = [] if sample in old else [_why(before, sample, "before")]
        lacking += [] if sample in new else [_why(after, sample, "after")]
        unpaired[" and ".join(lacking)] += 1
    partly = {
        "before": sum(before.run.epochs - len(p.before) for p in pairs),
        "after": sum(after.run.epochs - len(p.after) for p in pairs),
    }
    return Pairing(tuple(pairs), dict(unpaired), {side: n for side, n in partly.items() if n})


def _score(episode: EpisodeRecord) -> float:
    assert episode.score is not None, "a pair is made of scored episodes"
    return episode.score.value


def _scored(entry: Entry) -> dict[str, tuple[EpisodeRecord, ...]]:
    planned = frozenset(entry.task.samples)
    by_sample: dict[str, list[EpisodeRecord]] = {}
    for e in entry.episodes:
        fair = e.score is not None and e.status is not Status.ERROR
        if fair and e.sample in planned and e.epoch <= entry.run.epochs:
            by_sample.setdefault(e.sample, []).append(e)
    return {sample: tuple(episodes) for sample, episodes in by_sample.items()}


def _why(entry: Entry, sample: str, side: str) -> str:
    if sample not in entry.task.samples:
        return f"no sample of the run {side}"
    played = any(e.sample == sample for e in entry.episodes)
    return f"harness error {side}" if played else f"not played {side}"
