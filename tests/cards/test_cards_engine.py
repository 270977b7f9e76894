"""The rules of Aquawar, with numbers worked out by hand from AgentBench's `fish.cpp` and `fishset.cpp`."""

import pytest
from harness.tasks.games.cards.engine import FISH, PHASES, Deed, Game, Passive, Side

SPRAY, FLAME, EEL, SUNFISH = range(4)


def game() -> Game:
    """Both sides in the order spray, flame, eel, sunfish."""
    return Game((Side(FISH), Side(FISH)))


def normal(played: Game, position: int, target: int) -> Deed:
    return played.act(0, position, False, target)


def skill(played: Game, position: int, target: int = 0) -> Deed:
    return played.act(0, position, True, target)


def test_a_normal_attack_takes_half_of_the_attack() -> None:
    played = game()
    normal(played, SPRAY, FLAME)
    assert played.sides[1].health == [400, 300, 400, 400]


def test_deflect_keeps_seventy_percent_and_shares_thirty_among_the_living() -> None:
    played = game()
    seen = normal(played, SPRAY, EEL)
    assert played.sides[1].health == [390, 390, 330, 390]
    assert seen.passives == (Passive(1, EEL, "deflect"),)


def test_the_last_fish_deflects_nothing() -> None:
    played = game()
    played.sides[1].alive[:] = [False, False, True, False]
    normal(played, SPRAY, EEL)
    assert played.sides[1].health[EEL] == 300


def test_an_area_attack_hits_all_and_two_of_them_deflect() -> None:
    played = game()
    skill(played, SPRAY)
    # spray and flame: 70 and two shares of 21 // 3; eel and sunfish: 49 and one share
    assert played.sides[1].health == [316, 316, 344, 344]


def test_the_area_attack_of_spray_is_always_70_and_that_of_eel_grows() -> None:
    played = game()
    played.sides[0].attack[EEL] = 280
    assert skill(played, EEL).amount == 98
    assert skill(played, SPRAY).amount == 70


@pytest.mark.parametrize("position", [FLAME, SUNFISH])
def test_infight_hurts_a_teammate_and_adds_140_attack(position: int) -> None:
    played = game()
    skill(played, position, SPRAY)
    assert played.sides[0].health[SPRAY] == 325
    assert played.sides[0].attack[position] == 340
    assert played.sides[1].health == [400] * 4


def test_infight_on_an_eel_is_not_deflected() -> None:
    played = game()
    skill(played, FLAME, EEL)
    assert played.sides[0].health == [400, 400, 325, 400]


def test_eel_gains_40_attack_for_200_taken_and_keeps_the_rest() -> None:
    side = Side(FISH)
    side.harm(EEL, 150)
    assert side.attack[EEL] == 200
    side.harm(EEL, 290)
    assert side.attack[EEL] == 280
    assert side.wound[EEL] == 40


def test_spray_gains_nothing_from_damage() -> None:
    side = Side(FISH)
    side.harm(SPRAY, 399)
    assert side.attack[SPRAY] == 200


def test_counter_needs_less_than_120_health() -> None:
    played = game()
    played.sides[1].health[SPRAY] = 220
    assert normal(played, EEL, SPRAY).passives == ()
    assert played.sides[1].health[SPRAY] == 120


def test_counter_comes_from_the_teammates_not_from_the_fish_that_is_hit() -> None:
    played = game()
    played.sides[1].health[SPRAY] = 210
    seen = normal(played, EEL, SPRAY)
    assert seen.passives == (Passive(1, SPRAY, "counter"),)  # flame's; spray itself has none for itself
    assert played.sides[0].health[EEL] == 370


def test_spray_and_flame_both_avenge_a_sunfish() -> None:
    played = game()
    played.sides[1].health[SUNFISH] = 130
    normal(played, FLAME, SUNFISH)
    assert played.sides[0].health[FLAME] == 340


def test_a_fish_killed_in_this_action_still_avenges() -> None:
    played = game()
    played.sides[1].health[:] = [10, 400, 400, 130]
    skill(played, SPRAY)  # spray falls first; sunfish is then hit below 120
    assert not played.sides[1].alive[SPRAY]
    # flame for the spray; spray and flame for the sunfish
    assert played.sides[0].health[SPRAY] == 310


def test_a_dead_fish_avenges_nobody() -> None:
    played = game()
    played.sides[1].alive[FLAME], played.sides[1].health[FLAME] = False, 0
    played.sides[1].health[SPRAY] = 150
    assert normal(played, EEL, SPRAY).passives == ()


def test_counter_makes_an_eel_stronger_too() -> None:
    played = game()
    played.sides[0].wound[EEL] = 180
    played.sides[1].health[SPRAY] = 50
    normal(played, EEL, SPRAY)
    assert played.sides[0].attack[EEL] == 240


def test_a_right_guess_reveals_and_takes_50_from_all() -> None:
    played = game()
    assert played.guess(0, "eel", EEL)
    assert played.sides[1].known == [False, False, True, False]
    assert played.sides[1].health == [350] * 4


def test_a_wrong_guess_changes_nothing() -> None:
    played = game()
    assert not played.guess(0, "eel", SPRAY)
    assert played.sides[1].known == [False] * 4
    assert played.sides[1].health == [400] * 4


def test_the_damage_of_guesses_is_no_wound() -> None:
    played = game()
    played.guess(0, "spray", SPRAY)
    assert played.sides[1].wound == [0] * 4


def test_skills_and_passives_reveal_nobody() -> None:
    played = game()
    skill(played, SPRAY)
    normal(played, SPRAY, EEL)
    assert not any(side.known[i] for side in played.sides for i in range(4))


def test_a_guess_can_win() -> None:
    played = game()
    played.sides[1].health[:] = [50, 30, 10, 1]
    played.guess(0, "eel", EEL)
    assert played.winner == 0


def test_who_acts_wins_when_all_fish_die_at_once() -> None:
    played = game()
    played.sides[0].health[:] = [30, 0, 0, 0]
    played.sides[0].bury()
    played.sides[1].health[:] = [60, 60, 0, 0]
    played.sides[1].bury()
    skill(played, SPRAY)
    assert [side.living for side in played.sides] == [[], []]
    assert played.winner == 0


def test_an_attacker_can_lose_by_counters() -> None:
    played = game()
    played.sides[0].health[:] = [30, 0, 0, 0]
    played.sides[0].bury()
    played.sides[1].health[SPRAY] = 150
    normal(played, SPRAY, SPRAY)
    assert played.winner == 1


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        ([1, 1, 0, 0], [400, 0, 0, 0], 0),
        ([100, 100, 100, 100], [100, 100, 100, 99], 0),
        ([200, 100, 50, 50], [150, 150, 50, 50], 0),
        ([400] * 4, [400] * 4, 1),
    ],
    ids=["more living", "more health", "the healthiest fish", "a draw is the second player's"],
)
def test_the_limit_decides_by(first: list[int], second: list[int], winner: int) -> None:
    played = game()
    played.sides[0].health[:], played.sides[1].health[:] = first, second
    played.phases = PHASES - 1
    played.skip(1)
    assert played.winner == winner


def test_a_game_has_63_turns_of_a_guess_and_an_action() -> None:
    played = game()
    for turn in range(63):
        assert not played.over, turn
        played.skip(turn % 2)
        side = played.sides[turn % 2]
        side.health[:] = [400] * 4
        played.act(turn % 2, FLAME, True, SPRAY)
    assert played.over


def test_a_copy_is_independent() -> None:
    played = game()
    copy = played.copy()
    copy.guess(0, "eel", EEL)
    skill(copy, SPRAY)
    assert played == game()
