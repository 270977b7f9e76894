"""Is one run better than another on the same samples? Tests and intervals of paired differences.

The unit is the sample, with its epochs averaged first, as in `stats`. Exact wherever that is cheap, with the
standard library only. A difference is after minus before.

Not covered: how far another training seed, split or prompt would move the difference.
"""

from collections.abc import Sequence
from itertools import compress
from math import fsum, sqrt
from random import Random
from statistics import fmean
from typing import NamedTuple

from harness.stats import FEW, Interval, bootstrap, recovered, wilson

Groups = Sequence[tuple[Sequence[float], Sequence[float]]]
"""Samples by stratum: (before, after), one value a sample on each side."""

GRAIN = 10**9
"""Differences are added as whole numbers of this part of a point, so that equal sums are equal."""

STATES = 20_000
"""Above this many different sums the permutation test draws instead of counting."""


class PValue(NamedTuple):
    """A two-sided p-value, and how it was found."""

    p: float
    how: str


def mcnemar(wins: int, losses: int) -> float:
    """The exact two-sided p-value for pairs of 0/1 scores (McNemar 1947, Psychometrika 12:153).

    Under no difference each pair that differs is a toss of a coin; pairs that agree tell nothing.

    >>> mcnemar(8, 1)
    0.0390625
    """
    n, ways, tail = wins + losses, 1, 1
    for k in range(min(wins, losses)):
        ways = ways * (n - k) // (k + 1)  # comb(n, k + 1), as a sum of combs would be slow
        tail += ways
    return float(min(1.0, 2 * tail / 2**n))


def sign_flip(differences: Sequence[float], seed: int = 0, draws: int = 20_000) -> PValue:
    """The paired permutation test of a sum of differences (Fisher 1935, The Design of Experiments, 21).

    Under no difference every sign could as well be the other. All 2^n ways of signing are counted by adding
    one difference at a time to a table of sums, if the table stays small (scores in steps keep it so).
    Otherwise signs are drawn, and p = (1 + as extreme) / (1 + draws) (Phipson and Smyth 2010, SAGMB 9:39).

    >>> sign_flip([0.5, 0.25, 0.25])
    PValue(p=0.25, how='exact sign-flip permutation test')
    """
    steps = [step for d in differences if (step := round(GRAIN * abs(d)))]
    seen = abs(sum(round(GRAIN * d) for d in differences)) - len(steps)  # rounding must not lose a tie
    sums = {0: 1}
    for step in steps:
        grown: dict[int, int] = {}
        for total, ways in sums.items():
            for signed in (total - step, total + step):
                grown[signed] = grown.get(signed, 0) + ways
        if len(grown) > STATES:
            return _drawn(steps, seen, seed, draws)
        sums = grown
    extreme = sum(ways for total, ways in sums.items() if abs(total) >= seen)
    return PValue(extreme / 2 ** len(steps), "exact sign-flip permutation test")


def _drawn(steps: Sequence[int], seen: int, seed: int, draws: int) -> PValue:
    random, whole = Random(seed), sum(steps)
    extreme = 0
    for _ in range(draws):
        kept = sum(compress(steps, random.choices((0, 1), k=len(steps))))
        extreme += abs(2 * kept - whole) >= seen
    return PValue((1 + extreme) / (1 + draws), f"sign-flip permutation test, {draws} draws, seed {seed}")


def holm(ps: Sequence[float]) -> list[float]:
    """P-values adjusted for being several (Holm 1979, Scandinavian Journal of Statistics 6:65).

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    adjusted = [0.0] * len(ps)
    worst = 0.0
    for rank, i in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        worst = max(worst, min(1.0, (len(ps) - rank) * ps[i]))
        adjusted[i] = worst
    return adjusted


def difference(before: Sequence[float], after: Sequence[float], level: float = 0.95) -> Interval:
    """The interval of the mean difference of scores in [0, 1], one value a sample on each side.

    Newcombe's for zeros and ones, and also where fewer than `FEW` pairs differ: there a bootstrap would
    claim more than it can know. Otherwise a bootstrap of the pairs.
    """
    binary = all(x in (0, 1) for x in (*before, *after))
    moved = [b - a for a, b in zip(before, after, strict=True)]
    if binary or sum(d != 0 for d in moved) < FEW or len(set(moved)) == 1:
        return newcombe(before, after, level)
    return bootstrap(moved, level)


def newcombe(before: Sequence[float], after: Sequence[float], level: float = 0.95) -> Interval:
    """The interval of a difference of paired proportions (Newcombe 1998, Statistics in Medicine 17:2635).

    His method 10: the two Wilson intervals, put together with the correlation of the pairs, which is drawn
    towards 0. Its terms are written as sums here, so shares may stand for zeros and ones; they vary less
    than zeros and ones of the same mean, so the interval is then on the wide side.

    >>> ones = lambda *counts: [x for x, n in zip((1, 1, 0, 0), counts) for _ in range(n)]
    >>> before, after = [1] * 2 + [0] * 19, [1, 0] + [1] * 7 + [0] * 12
    >>> [round(x, 3) for x in newcombe(before, after)]  # Fagerland et al. 2014 have this table
    [0.026, 0.507]
    """
    n, first, second = len(before), fsum(before), fsum(after)
    if n == 0:
        return Interval(-1.0, 1.0)
    at = second / n - first / n
    old, new = wilson(min(first, n), n, level), wilson(min(second, n), n, level)
    shared = n * fsum(x * y for x, y in zip(before, after, strict=True)) - first * second
    spread = (n * fsum(x * x for x in before) - first**2) * (n * fsum(y * y for y in after) - second**2)
    drawn = shared if shared < 0 else max(0.0, shared - n / 2)
    phi = drawn / sqrt(spread) if spread > 1e-9 else 0.0
    low = _apart(second / n - new.low, old.high - first / n, phi)
    high = _apart(new.high - second / n, first / n - old.low, phi)
    return Interval(max(-1.0, at - low), min(1.0, at + high))


def _apart(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def p_value(groups: Groups, shares: Sequence[float] | None = None) -> PValue:
    """Whether a weighted sum of the groups' mean differences is none; without shares, their plain mean.

    One group of zeros and ones gets McNemar's test. Otherwise the signs of all differences are flipped,
    each weighing what it weighs in that sum.
    """
    if len(groups) == 1 and all(x in (0, 1) for side in groups[0] for x in side):
        moved = [b - a for a, b in zip(*groups[0], strict=True)]
        return PValue(mcnemar(moved.count(1), moved.count(-1)), "McNemar's exact test")
    weights = [1 / len(groups)] * len(groups) if shares is None else shares
    return sign_flip(
        [
            weight * (b - a) / len(before)
            for weight, (before, after) in zip(weights, groups, strict=True)
            for a, b in zip(before, after, strict=True)
        ]
    )


def interval_of(groups: Groups, shares: Sequence[float] | None = None, level: float = 0.95) -> Interval:
    """The interval of that weighted sum; each group is a stratum with an interval of its own."""
    weights = [1 / len(groups)] * len(groups) if shares is None else shares
    means = [fmean(after) - fmean(before) for before, after in groups]
    around = [difference(before, after, level) for before, after in groups]
    low, high = recovered(means, around, weights)
    return Interval(max(-1.0, low), min(1.0, high))
