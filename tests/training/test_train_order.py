"""The order of an epoch: updates are samples of the mixture, and little is padding."""

from collections import Counter
from random import Random

import pytest
from harness.training.order import FILL, order

AGENT, GENERAL = 80, 40


def mixture() -> tuple[list[int], list[str]]:
    """Long agent rows and short general ones."""
    dice = Random(1)
    lengths = [dice.randint(600, 1400) for _ in range(AGENT)] + [
        dice.randint(20, 300) for _ in range(GENERAL)
    ]
    return lengths, ["agent"] * AGENT + ["general"] * GENERAL


@pytest.mark.parametrize("size, together", [(2, 12), (4, 12), (1, 6), (6, 6)])
def test_each_update_holds_both_kinds_in_the_measure_of_their_numbers(size: int, together: int) -> None:
    lengths, kinds = mixture()
    made = order(lengths, kinds, size, together, Random(3))
    assert sorted(made) == list(range(AGENT + GENERAL))
    wanted = together * AGENT / (AGENT + GENERAL)
    for n in range(0, len(made) - together, together):
        counts = Counter(kinds[i] for i in made[n : n + together])
        assert abs(counts["agent"] - wanted) <= 2 * size if size < together else 2


def test_rows_that_are_computed_at_once_are_of_similar_length() -> None:
    lengths, kinds = mixture()
    made = order(lengths, kinds, 4, 12, Random(3))
    groups = [[lengths[i] for i in made[n : n + 4]] for n in range(0, len(made), 4)]
    computed = sum(4 * max(group) for group in groups)
    assert computed < 1.1 * sum(lengths)


def test_epochs_differ_and_the_longest_groups_do_not_come_first() -> None:
    lengths, kinds = mixture()
    one, other = (order(lengths, kinds, 4, 12, Random(seed)) for seed in (0, 1))
    assert one != other
    heads = [max(lengths[i] for i in one[n : n + 12]) for n in range(0, 120, 12)]
    assert heads != sorted(heads, reverse=True)


def test_rows_that_fill_up_come_last_and_change_nothing_before() -> None:
    lengths, kinds = mixture()
    lengths, kinds = lengths[1:-2], kinds[1:-2]
    plain = order(lengths, kinds, 2, 4, Random(3))
    lacking = -len(lengths) % 4
    filled = order(lengths + [20] * lacking, kinds + [FILL] * lacking, 2, 4, Random(3))
    assert len(plain) % 4 and len(filled) % 4 == 0
    for n in range(0, len(filled), 4):
        real = {i for i in filled[n : n + 4] if i < len(lengths)}
        assert real == set(plain[n : n + 4])
