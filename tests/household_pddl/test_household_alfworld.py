"""Our engine agrees with the `alfworld` package's, in every observation, list of commands and outcome.

The package steps at about 20 milliseconds, so a handful of games is walked here; `HOUSEHOLD_GAMES=120
python -m pytest tests/household_pddl -s` walks as many as that, three times each, and prints the tally.
"""

import os
from random import Random

from harness.tasks.games.household.engine import House
from harness.tasks.games.household.expert import solve
from harness.tasks.games.household.native import bundled
from harness.tasks.games.household.pddl.original import Original, open_original
from harness.tasks.games.household.pddl.read import read_document

from .conftest import earlier, whole
from .random_games import random_game
from .walks import Tally, compare, walk

GAMES = int(os.environ.get("HOUSEHOLD_GAMES", "4"))


def test_generated_games_are_played_alike(original: Original) -> None:
    tally = Tally()
    for seed in range(GAMES):
        document = whole(random_game(seed))
        if seed % 4 == 3:
            document = earlier(document)
        game = read_document(document)
        compare(original, document, game, (solve(game), Random(seed), Random(~seed)), tally)
    print(f"\ngenerated: {tally}")
    assert not tally.differences, "\n".join([str(tally), *tally.differences[:10]])
    assert tally.steps > 20 * GAMES and tally.won


def test_our_own_games_are_won_alike() -> None:
    """As `--engine alfworld` plays them."""
    tally = Tally()
    for sample in bundled("test")[: max(2, GAMES // 8)]:
        original = open_original(sample.game, None)
        try:
            tally.games += 1
            walk(original, original.reset(), House(sample.game), solve(sample.game), tally)
            assert original.won
        finally:
            original.close()
    print(f"\nbundled: {tally}")
    assert not tally.differences, "\n".join(tally.differences[:10])


def test_the_grammar_before_0_4_is_told_from_the_one_since() -> None:
    document = whole(random_game(0))
    assert read_document(document).wording == "move"
    assert read_document(earlier(document)).wording == "put"
