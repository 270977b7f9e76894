"""The environment, the opponents, the samples and the benchmark's formula."""

from random import Random

import pytest
from harness.tasks.games.cards.choose import choose
from harness.tasks.games.cards.engine import FISH, Deed, Game, Side
from harness.tasks.games.cards.environment import CardsEnvironment
from harness.tasks.games.cards.expert import solve
from harness.tasks.games.cards.moves import by_chance
from harness.tasks.games.cards.opponents import play
from harness.tasks.games.cards.samples import CardsSample, games
from harness.tasks.games.cards.task import CardsTask

from harness import Action, Reply, Settings, Status, UsageError
from harness.testing import audit_task, play_scripted

SAMPLE = CardsSample("x", "test", "greedy", 0, FISH, FISH, 5)


def world(seat: int = 0, exact: bool = False, opponent: str = "greedy") -> CardsEnvironment:
    opened = CardsEnvironment(CardsSample("x", "test", opponent, seat, FISH, FISH, 5), exact)
    opened.reset()
    return opened


def guess(name: str, position: int) -> Action:
    return Action("guess", {"guess_type": name, "target_position": str(position)})


def act(name: str, how: str = "normal", position: int = 0) -> Action:
    return Action("act", {"pick_fish": name, "action": how, "target_position": str(position)})


def test_a_turn_is_a_guess_and_then_an_action() -> None:
    opened = world()
    assert 'takes "guess_type" and "target_position".' in opened.step(act("spray")).text
    assert "Act with one" in opened.step(guess("eel", 0)).text
    assert "Guess one" in opened.step(act("spray")).text


@pytest.mark.parametrize("profile", ["native", "v0.2"])
def test_an_object_with_all_fields_is_the_decision_that_is_due(profile: str) -> None:
    opened = world(exact=profile == "v0.2")
    text = '{"guess_type": "eel", "pick_fish": "spray", "action": "normal", "target_position": 0}'
    (action,) = CardsTask().rules(Settings(profile)).parse(Reply(text))
    assert "Act with one" in opened.step(action).text
    assert "Guess one" in opened.step(action).text
    several = Action("first of", {"moves": ["{}", text]})
    assert "Act with one" in opened.step(several).text
    assert "Guess one" in opened.step(several).text


def test_who_moves_second_first_sees_what_the_enemy_did() -> None:
    opened = CardsEnvironment(CardsSample("x", "test", "greedy", 1, FISH, FISH, 5))
    seen = opened.reset().text
    assert "Enemy fish 0 used an area attack" in seen
    assert opened.game.sides[1].health == [316, 316, 344, 344]


def test_nothing_of_a_hidden_enemy_but_its_health_is_shown() -> None:
    seen = world().reset().text
    assert "Enemy: 0 unknown hp 400 | 1 unknown hp 400 | 2 unknown hp 400 | 3 unknown hp 400" in seen
    assert "2 eel hp 400 atk 200" in seen


def test_a_right_guess_is_shown() -> None:
    seen = world().step(guess("eel", 2)).text
    assert "Right." in seen
    assert "2 eel hp 350" in seen


def test_when_all_are_known_there_is_nothing_to_guess() -> None:
    opened = world()
    opened.game.sides[1].known[:] = [True, True, True, False]
    opened.step(guess("sunfish", 3))
    assert "Act with one" in opened.step(act("spray", "active")).text


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (guess("shark", 0), "guess_type is one of"),
        (guess("eel", 7), "target_position is one of 0, 1, 2, 3"),
        (Action("guess", {"guess_type": "eel"}), "target_position is one of"),
        (act("eel"), "This decision takes"),
    ],
)
def test_a_guess_that_is_refused(action: Action, reason: str) -> None:
    seen = world().step(action)
    assert reason in seen.text
    assert not seen.done


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (act("shark"), "pick_fish is one of"),
        (act("eel", "dance"), '"action" is normal or active'),
        (act("eel", "normal", 9), "a living enemy"),
        (act("flame", "active", 1), "a living teammate: 0, 2, 3"),
        (guess("eel", 0), "This decision takes"),
    ],
)
def test_an_action_that_is_refused(action: Action, reason: str) -> None:
    opened = world()
    opened.step(guess("eel", 0))
    assert reason in opened.step(action).text


def test_a_dead_fish_neither_acts_nor_is_a_target() -> None:
    opened = world()
    opened.step(guess("eel", 0))
    for side in opened.game.sides:
        side.health[0], side.alive[0] = 0, False
    assert opened.refusal(act("spray"))
    assert opened.refusal(act("eel", "normal", 0))


def test_an_area_attack_needs_no_target() -> None:
    opened = world()
    opened.step(guess("eel", 0))
    assert opened.refusal(Action("act", {"pick_fish": "eel", "action": "active"})) == ""


def test_the_fifth_wrong_action_loses_the_game() -> None:
    opened = world()
    opened.step(guess("eel", 2))
    seen = [opened.step(act("shark")) for _ in range(5)]
    assert [s.done for s in seen] == [False] * 4 + [True]
    assert seen[-1].status is Status.INVALID_ACTION
    assert opened.score().parts["win_rate"] == 0


def test_a_legal_move_starts_the_count_of_attempts_again() -> None:
    opened = world()
    for _ in range(4):
        opened.step(act("shark"))
    opened.step(guess("eel", 0))
    assert not any(opened.step(act("shark")).done for _ in range(4))


def test_the_fifth_wrong_guess_is_skipped() -> None:
    opened = world()
    seen = [opened.step(guess("shark", 0)) for _ in range(5)]
    assert "No guess was made" in seen[-1].text
    assert "Act with one" in seen[-1].text
    assert opened.game.phases == 1


def test_v02_tells_unreadable_replies_from_illegal_ones() -> None:
    """AgentBench: 2, validation failed, where no attempt was JSON; else 1, invalid action."""
    for attempts, status in (
        ([Action("unreadable")] * 5, Status.INVALID_FORMAT),
        ([act("shark"), *[Action("unreadable")] * 4], Status.INVALID_ACTION),
    ):
        opened = world(exact=True)
        opened.step(guess("eel", 0))
        assert [opened.step(a) for a in attempts][-1].status is status


def test_v02_asks_again_without_a_reason() -> None:
    opened = world(exact=True)
    first = opened.reset().text
    assert opened.step(guess("shark", 0)).text == first


def test_v02_keeps_that_eel_and_sunfish_cannot_use_their_skill() -> None:
    opened = world(exact=True)
    opened.step(guess("eel", 0))
    assert opened.refusal(act("eel", "active"))
    assert opened.refusal(act("sunfish", "active", 0))
    assert not opened.refusal(act("flame", "active", 0))


def test_v02_takes_a_guess_at_a_known_fish_for_none() -> None:
    opened = world(exact=True)
    opened.game.sides[1].known[2] = True
    assert "known already" in opened.step(guess("eel", 2)).text
    assert opened.game.sides[1].health == [400] * 4


def test_the_first_legal_of_several_objects_counts() -> None:
    opened = world(exact=True)
    moves = ['{"guess_type": "shark", "target_position": 1}', '{"guess_type": "flame", "target_position": 1}']
    opened.step(Action("first of", {"moves": moves}))
    assert opened.game.sides[1].known == [False, True, False, False]


def test_the_score_is_agentbenchs_formula() -> None:
    opened = world()
    opened.game.sides[1].health[:] = [0, 200, 400, 200]
    assert opened.score().value == pytest.approx(0.3 * 800 / 1600)
    assert opened.score().progress == 0.5
    opened.game.winner = 0
    assert opened.score().value == pytest.approx(0.7 + 0.15)


def test_damage_is_the_enemys_from_either_seat() -> None:
    opened = world(seat=1)
    before = opened.score().parts["damage_rate"]
    opened.step(guess("eel", 2))
    assert opened.score().parts["damage_rate"] - before == pytest.approx(200 / 1600)


def test_a_fork_leaves_its_parent_alone_and_plays_alike() -> None:
    parent = world()
    child = parent.fork()
    assert child.step(guess("eel", 0)).text == parent.step(guess("eel", 0)).text
    child.step(act("spray", "active"))
    assert parent.game.phases == 1
    assert parent.step(act("spray", "active")).text


def test_two_resets_agree_also_after_a_game() -> None:
    opened = CardsEnvironment(games("test")[6])
    first = opened.reset()
    for action in solve(games("test")[6], False):
        opened.step(action)
    assert opened.reset() == first


# Opponents


def turn_of(kind: str, game: Game, last: Deed | None = None, seed: int = 1) -> Deed:
    deed = play(kind, game, 0, last, seed).deed
    assert deed is not None
    return deed


def both() -> Game:
    return Game((Side(FISH), Side(FISH)))


def test_greedy_kills_the_weakest_if_one_attack_can() -> None:
    game = both()
    game.sides[1].health[:] = [400, 100, 400, 90]
    done = turn_of("greedy", game)
    assert (done.kind, done.targets) == ("normal", (3,))


def test_greedy_prefers_the_area_attack_of_spray() -> None:
    assert turn_of("greedy", both())[:3] == (0, 0, "aoe")


def test_greedy_takes_eel_where_spray_is_dead() -> None:
    game = both()
    game.sides[0].alive[0] = False
    assert turn_of("greedy", game)[:3] == (0, 2, "aoe")


def test_greedy_hits_back_with_its_strongest_at_the_last_enemy_fish() -> None:
    game = both()
    game.sides[1].alive[:] = [False, False, False, True]
    game.sides[0].attack[1] = 340
    done = turn_of("greedy", game, Deed(1, 3, "normal", 100, (0,), ()))
    assert done[:3] == (0, 1, "normal")
    assert done.targets == (3,)


def test_greedy_never_guesses_a_known_fish_and_often_names_one_that_is_not_there() -> None:
    game = both()
    game.sides[1].known[:] = [True, True, False, False]
    guesses = [play("greedy", game.copy(), 0, None, seed).guess for seed in range(200)]
    assert {g.position for g in guesses if g} == {2, 3}
    strange = sum(g.name == "another fish" for g in guesses if g)
    assert 110 < strange < 175  # 5 of 7


def test_random_guesses_at_all_living_fish_and_a_known_one_is_no_guess() -> None:
    game = both()
    game.sides[1].known[0] = True
    guesses = [play("random", game.copy(), 0, None, seed).guess for seed in range(200)]
    assert {g.position for g in guesses if g} == {1, 2, 3}
    assert 25 < guesses.count(None) < 80  # 1 of 4


def test_random_uses_a_skill_in_seven_of_ten_turns() -> None:
    kinds = [turn_of("random", both(), seed=seed).kind for seed in range(400)]
    assert 230 < sum(k != "normal" for k in kinds) < 330


def test_a_lone_infighter_attacks() -> None:
    game = both()
    game.sides[0].alive[:] = [False, True, False, False]
    assert {turn_of("random", game.copy(), seed=s).kind for s in range(30)} == {"normal"}


# Samples and the task


def test_each_split_has_both_opponents_and_seats_alike() -> None:
    for split, size in (("test", 24), ("train", 200), ("agentbench-dev", 12), ("agentbench-std", 20)):
        found = games(split)
        kinds = [(g.opponent, g.seat) for g in found]
        assert len(found) == len({g.id for g in found}) == size
        assert {kinds.count(k) for k in kinds} == {size // 4}


def test_test_and_train_share_no_pair_of_orders() -> None:
    orders = [(g.own, g.enemy) for split in ("test", "train") for g in games(split)]
    assert len(set(orders)) == len(orders) == 224


def test_official_games_keep_agentbenchs_order_of_fish() -> None:
    assert {(g.own, g.enemy) for g in games("agentbench-dev")} == {(FISH, FISH)}


@pytest.mark.parametrize("split", ["test", "train"])
def test_the_seeds_are_those_that_the_search_finds(split: str) -> None:
    for number in (1, 17):
        assert choose(split, number) == games(split)[number].seed


@pytest.mark.parametrize("exact", [False, True])
def test_the_expert_wins_every_test_game(exact: bool) -> None:
    for sample in games("test"):
        opened = CardsEnvironment(sample, exact)
        opened.reset()
        seen = [opened.step(action) for action in solve(sample, exact)]
        assert seen[-1].status is Status.COMPLETED
        assert opened.score().value == pytest.approx(1)


def test_moves_by_chance_seldom_win() -> None:
    wins = 0
    for sample in games("test"):
        opened = CardsEnvironment(sample)
        opened.reset()
        dice = Random(sample.id)
        while not opened.step(by_chance(dice)).done:
            pass
        wins += opened.score().parts["win_rate"] == 1
    assert wins <= 3


def test_an_unknown_split_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="agentbench-dev"):
        CardsTask().samples("dev")


@pytest.mark.parametrize(
    "spec",
    [{}, {"protocol": "tools"}, {"profile": "v0.2"}, {"split": "agentbench-dev", "profile": "v0.2"}],
    ids=str,
)
def test_the_audit_is_clean(spec: dict[str, str]) -> None:
    found = audit_task("cards", limit="6", **spec)
    assert found.ok, [s for s in found.samples if not s.ok]


def test_an_episode_of_silence_under_v02_skips_a_guess_and_loses() -> None:
    record = play_scripted("cards", "test-greedy-seat0-0", ["I pass."], profile="v0.2")
    assert record.status is Status.INVALID_FORMAT
    assert record.turns == 10
    assert record.score is not None
    assert record.score.value == 0


def test_an_unreadable_reply_is_corrected_under_native() -> None:
    sample = games("test")[0]
    line = list(solve(sample, False))
    record = play_scripted("cards", sample.id, ["Hm.", *line])
    assert record.status is Status.COMPLETED
    assert record.score is not None
    assert record.score.value == pytest.approx(1)


def test_the_rules_stand_in_the_prompt_once() -> None:
    for profile in ("native", "v0.2"):
        task, settings = CardsTask(), Settings(profile)
        opened = task.open(games("test")[0], settings)
        (first,) = task.rules(settings).prompt(opened.reset())
        later = opened.step(guess("eel", 0)).text
        assert "deflect" in first.content
        assert "deflect" not in later
        assert len(later) < 500


@pytest.mark.parametrize("place", ["4", "-1", "0"])
def test_v02_takes_any_number_for_an_area_attack(place: str) -> None:
    """AgentBench's client puts 0 there itself (`AI/AI_En.py`)."""
    opened = world(exact=True)
    opened.step(guess("eel", 0))
    assert (
        opened.refusal(Action("act", {"pick_fish": "spray", "action": "active", "target_position": place}))
        == ""
    )
