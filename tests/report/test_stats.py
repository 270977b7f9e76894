"""Intervals: against published values, by simulation, and where a bootstrap would lie."""

from math import sqrt
from random import Random
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.average import average, per_sample
from harness.stats import Interval, bootstrap, interval, stratified, student, wilson
from harness.types import Score

shares = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def in_percent(found: Interval) -> list[float]:
    return [round(100 * x, 1) for x in found]


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(3, 26, 4.0, 29.0), (1, 26, 0.7, 18.9), (0, 20, 0.0, 16.1), (20, 20, 83.9, 100.0), (15, 148, 6.2, 16.0)],
)
def test_wilson_gives_known_values(successes: int, n: int, low: float, high: float) -> None:
    # The first two by AgentBench's 26 os samples; the last is Newcombe 1998, table I, method 3.
    assert in_percent(wilson(successes, n)) == [low, high]


def test_wilson_of_another_level_is_newcombes_neighbour() -> None:
    assert wilson(81, 263, 0.99).low < wilson(81, 263).low < 81 / 263 < wilson(81, 263).high
    assert [round(x, 4) for x in wilson(81, 263)] == [0.2553, 0.3662]  # Newcombe 1998, table I


def test_nothing_observed_tells_nothing() -> None:
    assert interval([]) == (0.0, 1.0)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="4 successes in 3 trials"):
        wilson(4, 3)


@given(shares)
def test_an_interval_holds_its_mean_and_stays_between_zero_and_one(values: list[float]) -> None:
    low, high = interval(values, draws=100)
    assert 0 <= low <= high <= 1
    assert low - 1e-9 <= fmean(values) <= high + 1e-9


def test_zeros_and_ones_get_wilson_and_shares_a_bootstrap() -> None:
    assert interval([1.0] * 3 + [0.0] * 23) == wilson(3, 26)
    uneven = [0.1, 0.9] * 10
    assert interval(uneven) == bootstrap(uneven) != wilson(10, 20)


@pytest.mark.parametrize("values", [[0.5] * 30, [0.3, 0.4, 0.3]])
def test_few_or_equal_scores_are_not_called_certain(values: list[float]) -> None:
    low, high = interval(values)
    assert high - low > 0.3


def test_the_same_scores_give_the_same_interval() -> None:
    random = Random(5)
    values = [random.random() for _ in range(30)]
    assert bootstrap(values) == bootstrap(values) != bootstrap(values, seed=1)


@pytest.mark.parametrize(("n", "least"), [(3, 0.9), (10, 0.9), (40, 0.9)])
def test_nineteen_of_twenty_bootstrap_intervals_hold_the_truth(n: int, least: float) -> None:
    random = Random(11)
    tries = 200
    found = [interval([random.random() ** 2 for _ in range(n)], draws=200) for _ in range(tries)]
    assert least <= sum(low <= 1 / 3 <= high for low, high in found) / tries


def test_a_bootstrap_of_even_scores_is_as_wide_as_students_interval() -> None:
    values = [i / 11 for i in range(12)]
    low, high = bootstrap(values, draws=4000)
    assert (high - low) / 2 == pytest.approx(2.201 * stdev(values) / sqrt(12), rel=0.06)


def test_epochs_of_one_sample_do_not_narrow_the_interval() -> None:
    def of_samples(scores: list[tuple[str, Score]]) -> Interval:
        return average(per_sample(scores).values(), macro=False)[1]

    once = [(f"s{i}", Score(float(i < 6))) for i in range(20)]
    assert of_samples(once * 5) == of_samples(once)


def test_a_macro_average_of_zeros_is_not_certain() -> None:
    low, high = stratified([[0.0] * 20] * 3)
    assert low == 0
    assert 0.05 < high < 0.16  # narrower than one category, as there are three


def test_one_group_is_an_ordinary_interval() -> None:
    values = [1.0, 0.0, 0.0, 1.0]
    assert stratified([values]) == pytest.approx(interval(values))


def test_a_macro_average_weighs_categories_alike_whatever_their_size() -> None:
    low, high = stratified([[1.0] * 100, [0.0] * 4])
    assert low < 0.5 < high
    low, high = stratified([[1.0] * 100, [0.0] * 4], weights=[100 / 104, 4 / 104])
    assert low < 100 / 104 < high < 0.99


def test_macro_intervals_hold_the_truth() -> None:
    random = Random(3)
    chances = (0.05, 0.3, 0.8)
    tries = 300
    found = [
        stratified([[float(random.random() < p) for _ in range(20)] for p in chances]) for _ in range(tries)
    ]
    assert sum(low <= fmean(chances) <= high for low, high in found) / tries >= 0.92


@pytest.mark.parametrize(("freedom", "quantile"), [(9, 2.262), (5, 2.571), (30, 2.042)])
def test_students_quantiles_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert student(0.975, freedom) == pytest.approx(quantile, abs=0.01)
