"""How far a score may be off: intervals for means of scores in [0, 1], with the standard library only.

The unit is the sample. Epochs of one sample are averaged first (`per_sample`), because replies of one model
to one problem resemble each other: counting them as independent would make every interval too narrow
(Miller, "Adding Error Bars to Evals", arXiv:2411.00640, section 2.2).

Not covered: how far another split, prompt or engine would move the score.
"""

from collections.abc import Sequence
from math import fsum, sqrt
from random import Random
from statistics import NormalDist, fmean
from typing import NamedTuple

FEW = 10
"""Below this many samples a bootstrap has too few values to draw from."""


class Interval(NamedTuple):
    """Where the true mean lies, at the level asked for."""

    low: float
    high: float


def wilson(successes: float, n: int, level: float = 0.95) -> Interval:
    """The score interval of a proportion (Wilson 1927, JASA 22:209, no continuity correction).

    A sum of scores in [0, 1] may stand for `successes`: no such scores vary more than zeros and ones of
    the same mean do, so the interval is then on the wide side. Nothing observed tells nothing.

    >>> [round(100 * x, 1) for x in wilson(3, 26)]
    [4.0, 29.0]
    >>> wilson(0, 0)
    Interval(low=0.0, high=1.0)
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} trials")
    if n == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    p, shrink = successes / n, 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    half = z / shrink * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # Rounding must not push the estimate itself out of its interval.
    return Interval(min(p, max(0.0, centre - half)), max(p, min(1.0, centre + half)))


def bootstrap(values: Sequence[float], level: float = 0.95, seed: int = 0, draws: int = 1000) -> Interval:
    """The expanded percentile bootstrap interval of a mean; the same values give the same interval.

    Efron's percentile interval is too narrow for few values; Hesterberg ("What Teachers Should Know
    About the Bootstrap", arXiv:1411.5279) moves its tails out to Phi(-t * sqrt(n / (n - 1))).
    """
    n, random = len(values), Random(seed)
    if n < 2:
        raise ValueError(f"a bootstrap needs two values, not {n}")
    drawn = sorted(sum(random.choices(values, k=n)) / n for _ in range(draws))
    tail = NormalDist().cdf(-student((1 + level) / 2, n - 1) * sqrt(n / (n - 1)))
    cut = min(int(tail * draws), draws // 2)
    return Interval(drawn[cut], drawn[draws - 1 - cut])


def student(probability: float, freedom: int) -> float:
    """Quantile of Student's t by its expansion around the normal one (Abramowitz and Stegun 26.7.5).

    Good to 0.01 from 5 degrees of freedom on; `interval` asks for 9 and more.
    """
    z = NormalDist().inv_cdf(probability)
    degrees = float(freedom)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return fsum(term / degrees**power for power, term in enumerate(terms))


def interval(values: Sequence[float], level: float = 0.95, seed: int = 0, draws: int = 1000) -> Interval:
    """The interval of the mean of scores in [0, 1], one value a sample.

    Wilson's where all are 0 or 1, and also where they are fewer than `FEW` or all alike: there a
    bootstrap would claim more than it can know. Otherwise a bootstrap.
    """
    if len(values) < FEW or len(set(values)) == 1 or all(v in (0, 1) for v in values):
        return wilson(min(fsum(values), len(values)), len(values), level)
    return bootstrap(values, level, seed, draws)


def stratified(
    groups: Sequence[Sequence[float]], weights: Sequence[float] | None = None, level: float = 0.95
) -> Interval:
    """The interval of a weighted sum of group means; without weights, of their plain mean.

    Each group's own interval, put together by the method of variance estimates recovery (Zou and Donner
    2008, Statistics in Medicine 27:1693). Unlike a stratified bootstrap it stays honest where a group has
    only zeros: that bootstrap would call a score of 0 certain.
    """
    shares = [1 / len(groups)] * len(groups) if weights is None else weights
    low, high = recovered([fmean(g) for g in groups], [interval(g, level) for g in groups], shares)
    return Interval(max(0.0, low), min(1.0, high))


def recovered(means: Sequence[float], around: Sequence[Interval], shares: Sequence[float]) -> Interval:
    """The interval of a weighted sum of independent means from the interval of each."""
    centre = fsum(w * m for w, m in zip(shares, means, strict=True))
    below = sqrt(fsum((w * (m - i.low)) ** 2 for w, m, i in zip(shares, means, around, strict=True)))
    above = sqrt(fsum((w * (i.high - m)) ** 2 for w, m, i in zip(shares, means, around, strict=True)))
    return Interval(centre - below, centre + above)
