"""Paired statistics: against published values, by hand, by counting all signs, and by simulation."""

from itertools import product
from math import comb, fsum
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.paired import difference, holm, interval_of, mcnemar, newcombe, p_value, sign_flip
from harness.stats import bootstrap, interval

Side = list[float]


def table(both: int, before: int, after: int, neither: int) -> tuple[Side, Side]:
    """Zeros and ones of this many samples solved on both sides, only before, only after, on neither."""
    one = [1.0] * (both + before) + [0.0] * (after + neither)
    other = [1.0] * both + [0.0] * before + [1.0] * after + [0.0] * neither
    return one, other


@pytest.mark.parametrize(
    ("wins", "losses", "p"),
    [
        (8, 1, 0.0390625),
        (1, 8, 0.0390625),
        (7, 1, 0.0703125),
        (5, 0, 0.0625),
        (6, 0, 0.03125),
        (0, 0, 1),
        (3, 3, 1),
    ],
)
def test_mcnemars_exact_test_gives_known_values(wins: int, losses: int, p: float) -> None:
    # 7 against 1 is Bentur et al. 2009 as in Fagerland et al. 2014: p 0.0703.
    assert mcnemar(wins, losses) == p


def test_mcnemar_of_many_pairs_is_a_number() -> None:
    assert 0 < mcnemar(3000, 2500) < 1e-10
    assert mcnemar(3000, 3000) == 1


def test_three_differences_by_hand() -> None:
    # Of the eight signings of 1/2, 1/4, 1/4 only +++ and --- reach a sum of 1 or -1.
    assert sign_flip([0.5, 0.25, 0.25]).p == 2 / 8
    # |1/2 + 1/4 - 1/4| = 1/2: +++ ++- +-+ and their opposites reach it; +-- adds up to 0.
    assert sign_flip([0.5, 0.25, -0.25]).p == 6 / 8


def test_pairs_that_agree_do_not_change_the_permutation_test() -> None:
    assert sign_flip([0.5, 0.25, 0.25] + [0.0] * 50) == sign_flip([0.5, 0.25, 0.25])


def test_no_difference_anywhere_is_no_evidence() -> None:
    assert sign_flip([0.0, 0.0]).p == 1
    assert sign_flip([]).p == 1


@given(st.lists(st.sampled_from([-1.0, -2 / 3, -1 / 3, 0.0, 0.1, 0.25, 1 / 3, 1.0]), max_size=8))
def test_the_table_of_sums_counts_what_going_through_all_signs_counts(differences: list[float]) -> None:
    seen = abs(fsum(differences)) - 1e-8
    signings = list(product((1, -1), repeat=len(differences)))
    extreme = sum(
        abs(fsum(s * d for s, d in zip(signs, differences, strict=True))) >= seen for signs in signings
    )
    assert sign_flip(differences).p == pytest.approx(extreme / len(signings))


@given(st.integers(0, 30), st.integers(0, 30))
def test_sign_flips_of_ones_are_mcnemars_test(wins: int, losses: int) -> None:
    assert sign_flip([1.0] * wins + [-1.0] * losses).p == pytest.approx(mcnemar(wins, losses))


def test_many_uneven_differences_are_drawn_with_a_seed_and_come_near_the_exact_p() -> None:
    random = Random(2)
    differences = [random.uniform(-0.4, 0.6) for _ in range(17)]
    signs = product((1, -1), repeat=17)
    seen = abs(fsum(differences))
    exact = (
        sum(abs(sum(map(float.__mul__, differences, map(float, s)))) >= seen - 1e-12 for s in signs) / 2**17
    )
    drawn = sign_flip(differences, draws=5000)
    assert "5000 draws, seed 0" in drawn.how
    assert drawn.p == pytest.approx(exact, abs=0.02)
    assert drawn == sign_flip(differences, draws=5000)
    assert sign_flip([1 + random.random() for _ in range(40)], draws=500).p == 1 / 501  # never zero


def test_holm_multiplies_the_smallest_most_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.02]) == [0.02]


@given(st.lists(st.floats(0, 1), max_size=9))
def test_holm_never_lowers_a_p_and_never_leaves_bonferroni(ps: list[float]) -> None:
    for p, adjusted in zip(ps, holm(ps), strict=True):
        assert p <= adjusted <= min(1.0, len(ps) * p) or adjusted == max(holm(ps))


def test_newcombes_interval_gives_known_values() -> None:
    # Fagerland, Lydersen and Laake 2014, Statistics in Medicine 33:2850: -0.507 to -0.026.
    low, high = newcombe(*table(1, 1, 7, 12))
    assert (round(low, 3), round(high, 3)) == (0.026, 0.507)


def test_newcombes_interval_is_the_same_looked_at_from_the_other_side() -> None:
    before, after = table(5, 2, 9, 14)
    low, high = newcombe(before, after)
    assert newcombe(after, before) == pytest.approx((-high, -low))


def test_pairs_that_never_differ_are_not_called_certain() -> None:
    low, high = difference(*table(10, 0, 0, 10))
    assert low < -0.05 < 0.05 < high
    low, high = difference([0.5] * 20, [0.5] * 20)
    assert low < -0.05 < 0.05 < high


def test_shares_get_a_bootstrap_of_the_pairs_once_enough_of_them_differ() -> None:
    before, after = [0.25] * 20, [0.5, 1.0] * 10
    assert difference(before, after) == bootstrap([b - a for a, b in zip(before, after, strict=True)])
    assert difference(before, [*after[:9], *before[9:]]) == newcombe(before, [*after[:9], *before[9:]])


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=25))
def test_an_interval_holds_the_difference_and_stays_between_minus_one_and_one(
    pairs: list[tuple[float, float]],
) -> None:
    before, after = [a for a, _ in pairs], [b for _, b in pairs]
    low, high = difference(before, after)
    seen = (fsum(after) - fsum(before)) / len(pairs)
    assert -1 <= low <= seen + 1e-9
    assert seen - 1e-9 <= high <= 1


@pytest.mark.parametrize("n", [12, 40, 120])
def test_nineteen_of_twenty_intervals_of_zeros_and_ones_hold_the_truth(n: int) -> None:
    random, tries = Random(n), 400

    def drawn() -> tuple[Side, Side]:
        hard = [random.random() for _ in range(n)]  # makes the pairs resemble each other
        return [float(h < 0.3) for h in hard], [float(h < 0.3 or random.random() < 0.2) for h in hard]

    truth = 0.7 * 0.2
    found = [difference(*drawn()) for _ in range(tries)]
    assert sum(low <= truth <= high for low, high in found) / tries >= 0.93


def test_nineteen_of_twenty_intervals_of_shares_hold_the_truth() -> None:
    random, tries = Random(8), 200

    def drawn() -> tuple[Side, Side]:
        level = [random.random() for _ in range(30)]
        return [0.8 * x for x in level], [min(1.0, 0.8 * x + 0.4 * random.random() ** 2) for x in level]

    truth = sum(b - a for _ in range(2000) for a, b in zip(*drawn(), strict=True)) / 60_000
    found = [difference(*drawn()) for _ in range(tries)]
    assert sum(low <= truth <= high for low, high in found) / tries >= 0.91


def test_paired_samples_tell_more_than_the_two_intervals_apart() -> None:
    before, after = table(40, 0, 12, 40)
    low, _ = difference(before, after)
    assert low > 0
    assert interval(after).low < interval(before).high  # side by side they overlap


def test_a_false_difference_is_claimed_at_most_as_often_as_the_level_says() -> None:
    random, tries = Random(1), 400

    def p() -> float:
        sides = [[float(random.random() < 0.3) for _ in range(40)] for _ in range(2)]
        return p_value([(sides[0], sides[1])]).p

    assert sum(p() < 0.05 for _ in range(tries)) / tries <= 0.06


def test_one_group_of_zeros_and_ones_is_mcnemars_and_other_groups_flip_signs() -> None:
    one = table(3, 1, 8, 5)
    assert p_value([one]) == (mcnemar(8, 1), "McNemar's exact test")
    assert p_value([one, table(0, 0, 2, 8)]).how == "exact sign-flip permutation test"


def test_groups_weigh_alike_whatever_their_size() -> None:
    large, small = table(0, 0, 0, 100), table(0, 0, 4, 0)
    low, high = interval_of([large, small])
    assert low < 0.5 < high
    low, high = interval_of([large, small], [100 / 104, 4 / 104])
    assert low < 4 / 104 < high < 0.2
    assert p_value([large, small]).p == 2 / 2**4


def test_the_binomial_tail_is_what_it_says() -> None:
    assert mcnemar(2, 9) == 2 * sum(comb(11, k) for k in range(3)) / 2**11
