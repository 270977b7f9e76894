"""Two runs over the same samples: `compare(before, after)` pairs them and says whether they differ.

Every figure of a task, on both sides, is over the same pairs. A difference is after minus before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

from harness.errors import UsageError
from harness.paired import Groups, PValue, difference, holm, interval_of, p_value
from harness.report.comparable import Entry, Runs, differences, entries_of, settings_notes
from harness.report.pairs import COUNTS, RATES, Pair, Pairing, pair
from harness.stats import FEW, bootstrap

LEVEL: Final = 0.05
"""What a p-value has to be under for a difference to be claimed."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something else than the score, over the same pairs. Its interval is not corrected for being several."""

    name: str
    n: int
    """Pairs that have it."""
    rate: bool
    """A share of episodes, in [0, 1]; otherwise a mean count."""
    before: float
    after: float
    low: float | None
    high: float | None
    """The 95 % interval of the difference; None for a count over too few pairs, or always the same one."""

    @property
    def difference(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Compared:
    """One task, or the mean over tasks. Scores are in [0, 1]."""

    task: str
    """Empty for the mean over tasks."""
    profile: str
    n: int
    """Pairs: samples scored on both sides."""
    unpaired: Mapping[str, int]
    """The other samples of either side, by reason."""
    before: float
    after: float
    low: float
    high: float
    """The 95 % interval of the difference."""
    test: PValue
    adjusted: float
    """The p-value by Holm's method over the tasks; of the mean, that of its own test."""
    wins: int
    losses: int
    ties: int
    mixed: tuple[str, ...] = ()
    """What was not played alike; only where the user forced it."""
    measures: tuple[Measure, ...] = ()

    @property
    def planned(self) -> int:
        """Samples of either side."""
        return self.n + sum(self.unpaired.values())

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def claimed(self) -> bool:
        return self.adjusted < LEVEL


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides, task by task."""

    before: str
    after: str
    tasks: tuple[Compared, ...]
    macro: Compared | None
    """The mean over tasks, each weighing alike whatever its size; None for one task."""
    oracle: bool
    """A side looks at the true score before it submits."""
    notes: tuple[str, ...]


def compare(
    before: Runs, after: Runs, names: tuple[Sequence[str], Sequence[str]], force: bool = False
) -> Comparison:
    """Pair two sides by task and sample. Raises `UsageError` where they are not comparable, unless forced.

    `names` are how messages call the runs of each side (their folders).
    """
    notes: list[str] = []
    old = _by_task(entries_of(before, names[0], notes))
    new = _by_task(entries_of(after, names[1], notes))
    shared = [task for task in old if task in new]
    if not shared:
        raise UsageError(f"the two runs share no task: {', '.join(old)} before, {', '.join(new)} after")
    for side, own, other in (("before", old, new), ("after", new, old)):
        notes += [f"{task} was played only {side}: not compared" for task in own if task not in other]
    mixed = {task: _unlike(old[task], new[task], force) for task in shared}
    paired = {task: pair(old[task], new[task]) for task in shared}
    notes += [f"{t}: no sample is scored on both sides ({p.why})" for t, p in paired.items() if not p.pairs]
    groups = {t: _groups(p.pairs, old[t].task.macro) for t, p in paired.items() if p.pairs}
    if not groups:
        raise UsageError("nothing can be compared:\n  " + "\n  ".join(notes))
    notes += [
        f"{t}: {n} epochs {side} have no score; the other epochs stand for their samples"
        for t in groups
        for side, n in paired[t].partly.items()
    ]
    found = [_task(new[t], old[t].task.profile, paired[t], groups[t], mixed[t]) for t in groups]
    adjusted = holm([c.test.p for c in found])
    tasks = tuple(replace(c, adjusted=p) for c, p in zip(found, adjusted, strict=True))
    notes += settings_notes([e for t in groups for e in (old[t], new[t])])
    oracle = any(e.run.oracle for t in groups for e in (old[t], new[t]))
    macro = _macro(tasks, list(groups.values())) if len(tasks) > 1 else None
    return Comparison(_called(old), _called(new), tasks, macro, oracle, tuple(dict.fromkeys(notes)))


def _by_task(entries: Sequence[Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        if (other := found.setdefault(entry.task.name, entry)) is not entry:
            raise UsageError(
                f"one side has two runs of {entry.task.name}:\n  {other.name} and\n  {entry.name}\n"
                "Give one run a side, or folders whose runs are of different tasks."
            )
    return found


def _called(entries: Mapping[str, Entry]) -> str:
    runs = (f"{e.run.model} {e.run.strategy}" + " †" * e.run.oracle for e in entries.values())
    return ", ".join(dict.fromkeys(runs))


def _unlike(old: Entry, new: Entry, force: bool) -> tuple[str, ...]:
    """What was not played alike. Raises `UsageError` for any, unless forced."""
    parts = ["profile"] if old.task.profile != new.task.profile else []
    parts += differences(old.task, new.task)
    if parts and not force:
        differ = "differs" if len(parts) == 1 else "differ"
        raise UsageError(
            f"task {old.task.name!r} was not played alike: {', '.join(parts)} {differ} between\n"
            f"  {old.name} and\n  {new.name}\n"
            "so a difference of the scores could come from that. Play both by the same version of the task, "
            "or give --force-mix to compare them all the same, marked."
        )
    return tuple(parts)


def _groups(pairs: Sequence[Pair], macro: bool) -> Groups:
    """Scores by category where the task's score is the mean of category means, otherwise all in one."""
    by_category: dict[str, list[tuple[float, float]]] = {}
    for p in pairs:
        by_category.setdefault(p.category if macro else "", []).append(p.scores)
    return [([a for a, _ in both], [b for _, b in both]) for both in by_category.values()]


def _task(entry: Entry, profile: str, paired: Pairing, groups: Groups, mixed: tuple[str, ...]) -> Compared:
    moved = [b - a for before, after in groups for a, b in zip(before, after, strict=True)]
    low, high = interval_of(groups)
    test = p_value(groups)
    wins, losses = sum(d > 0 for d in moved), sum(d < 0 for d in moved)
    return Compared(
        task=entry.task.name,
        profile="/".join(dict.fromkeys((profile, entry.task.profile))),
        n=len(moved),
        unpaired=paired.unpaired,
        before=fmean(fmean(a) for a, _ in groups),
        after=fmean(fmean(b) for _, b in groups),
        low=low,
        high=high,
        test=test,
        adjusted=test.p,
        wins=wins,
        losses=losses,
        ties=len(moved) - wins - losses,
        mixed=mixed,
        measures=tuple(_measures(paired.pairs)),
    )


def _measures(pairs: Sequence[Pair]) -> list[Measure]:
    measures = []
    for name, figure in {**RATES, **COUNTS}.items():
        both = [found for p in pairs if (found := p.of(figure)) is not None]
        if not both:
            continue
        before, after = [a for a, _ in both], [b for _, b in both]
        low, high = None, None
        if name in RATES:
            low, high = difference(before, after)
        elif len({b - a for a, b in both}) > 1 and len(both) >= FEW:
            low, high = bootstrap([b - a for a, b in both])
        measures.append(Measure(name, len(both), name in RATES, fmean(before), fmean(after), low, high))
    return measures


def _macro(tasks: Sequence[Compared], groups: Sequence[Groups]) -> Compared:
    """Strata are the tasks, and within them the categories of those that average over categories."""
    strata = [stratum for own in groups for stratum in own]
    shares = [1 / len(groups) / len(own) for own in groups for _ in own]
    low, high = interval_of(strata, shares)
    test = p_value(strata, shares)
    unpaired: dict[str, int] = {}
    for t in tasks:
        for why, n in t.unpaired.items():
            unpaired[why] = unpaired.get(why, 0) + n
    return Compared(
        task="",
        profile="/".join(dict.fromkeys(t.profile for t in tasks)),
        n=sum(t.n for t in tasks),
        unpaired=unpaired,
        before=fmean(t.before for t in tasks),
        after=fmean(t.after for t in tasks),
        low=low,
        high=high,
        test=test,
        adjusted=test.p,
        wins=sum(t.wins for t in tasks),
        losses=sum(t.losses for t in tasks),
        ties=sum(t.ties for t in tasks),
    )
