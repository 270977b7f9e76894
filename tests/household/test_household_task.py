"""The bundled games, their expert, progress, and what the task does for its users."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from harness.tasks.games.household.engine import House
from harness.tasks.games.household.environment import HouseholdEnvironment
from harness.tasks.games.household.expert import solve
from harness.tasks.games.household.goals import progress
from harness.tasks.games.household.native import bundled
from harness.tasks.games.household.task import HouseholdTask
from harness.tasks.games.household.world import TASK_TYPES, Game, Goal

from harness import Action, Settings, Status, UsageError
from harness.testing import audit_task

from .conftest import KITCHEN, TestHost

Play = Callable[..., HouseholdEnvironment]


class TestGames:
    def test_there_are_ten_tests_of_each_type_and_a_hundred_to_train(self) -> None:
        for split, count in (("test", 10), ("train", 100)):
            assert Counter(s.game.task_type for s in bundled(split)) == dict.fromkeys(TASK_TYPES, count)

    def test_the_splits_share_no_pair_of_item_and_place(self) -> None:
        pairs = [{_pair(s.game.goal) for s in bundled(split)} for split in ("test", "train")]
        assert pairs[0] and pairs[1] and not pairs[0] & pairs[1]

    def test_no_two_games_are_the_same(self) -> None:
        games = {s.game for split in ("test", "train") for s in bundled(split)}
        assert len(games) == 660

    def test_every_game_is_open_at_first_and_the_expert_wins_it_within_the_shortest_limit(self) -> None:
        for sample in (*bundled("test"), *bundled("train")):
            house, commands = House(sample.game), solve(sample.game)
            assert not house.won and progress(house) == 0
            assert 4 <= len(commands) <= 20
            for command in commands:
                assert house.step(command) != "Nothing happens."
            assert house.won and progress(house) == 1

    def test_names_and_uids_are_unique(self) -> None:
        for sample in bundled("test"):
            things = [*sample.game.items, *sample.game.receptacles]
            assert len({t.name for t in things}) == len({t.uid for t in things}) == len(things)

    def test_a_split_we_do_not_have(self) -> None:
        with pytest.raises(UsageError, match="no split 'dev'"):
            HouseholdTask().samples("dev")


def _pair(goal: Goal) -> tuple[str, str]:
    return goal.item, goal.receptacle or goal.light


class TestExpert:
    def test_what_already_lies_in_its_place_is_treated_and_brought_back(self) -> None:
        house = House(KITCHEN)
        for command in (
            "go to desk 1",
            "take apple 2 from desk 1",
            "go to shelf 1",
            "move apple 2 to shelf 1",
        ):
            house.step(command)
        items = tuple(
            replace(i, inside=tuple(house.inside[i.uid]), location=house.standing[i.uid])
            for i in KITCHEN.items
        )
        commands = solve(replace(KITCHEN, items=items))
        assert commands[-1] == "move apple 2 to shelf 1"

    def test_what_is_to_be_sliced_is_sliced_before_it_is_treated(self, kitchen: Game) -> None:
        wanted = replace(kitchen, goal=Goal("apple", "shelf", treatment="cool", sliced=True))
        verbs = [command.split()[0] for command in solve(wanted)]
        assert verbs.index("slice") < verbs.index("cool")
        house = House(wanted)
        marks = []
        for command in solve(wanted):
            house.step(command)
            marks.append(progress(house))
        assert marks == sorted(marks) and {0.25, 0.5, 0.75, 1} <= set(marks)

    def test_who_has_no_knife_cannot_slice(self, kitchen: Game) -> None:
        wanted = replace(kitchen, goal=Goal("apple", "shelf", sliced=True), knives=())
        assert solve(wanted) == ()

    def test_a_game_that_cannot_be_won_has_no_expert(self, kitchen: Game) -> None:
        assert solve(replace(kitchen, goal=Goal("unicorn", "shelf"))) == ()


class TestProgress:
    def test_taken_treated_placed(self, house: House) -> None:
        assert progress(house) == 0
        house.step("go to desk 1")
        house.step("take apple 2 from desk 1")
        assert progress(house) == pytest.approx(1 / 3)
        house.step("go to microwave 1")
        house.step("heat apple 2 with microwave 1")
        assert progress(house) == pytest.approx(2 / 3)
        house.step("go to shelf 1")
        house.step("move apple 2 to shelf 1")
        assert progress(house) == 1

    def test_an_episode_that_ends_early_keeps_its_progress(self, play: Play) -> None:
        house = play()
        for command in ("go to desk 1", "take apple 2 from desk 1"):
            house.step(Action("take_action", {"action": command}))
        score = house.score()
        assert (score.value, score.category) == (0, KITCHEN.task_type)
        assert score.progress == pytest.approx(1 / 3)


class TestEpisodes:
    def test_the_episode_ends_when_the_chore_is_done(self, play: Play) -> None:
        house = play()
        seen = [house.step(Action("take_action", {"action": c})) for c in solve(KITCHEN)]
        assert [s.status for s in seen[:-1]] == [None] * (len(seen) - 1)
        assert seen[-1].status is Status.COMPLETED

    @pytest.mark.parametrize("profile", ["native", "v0.2", "fc"])
    def test_a_reset_undoes_everything(self, profile: str, play: Play) -> None:
        house, actions = play(profile), [Action("take_action", {"action": c}) for c in solve(KITCHEN)]
        first, again = house.reset(), [house.step(a) for a in actions]
        assert house.reset() == first and house.score().progress == 0
        assert [house.step(a) for a in actions] == again

    def test_a_fork_goes_its_own_way(self, play: Play) -> None:
        house = play()
        fork = house.fork()
        for command in solve(KITCHEN):
            fork.step(Action("take_action", {"action": command}))
        assert (fork.score().value, house.score().value) == (1, 0)

    def test_an_unknown_action_is_answered(self, play: Play) -> None:
        assert not play().step(Action("fly", {})).done


class TestTask:
    @pytest.mark.parametrize("split", ["agentbench-dev", "agentbench-std"])
    def test_an_official_split_without_the_files_says_what_to_do(self, split: str, tmp_path: Path) -> None:
        task = HouseholdTask()
        task.setup(TestHost(Settings(), tmp_path))
        with pytest.raises(UsageError, match="harness data add agentbench"):
            task.samples(split)

    def test_an_engine_we_do_not_have(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="no engine 'thor'"):
            HouseholdTask().setup(TestHost(Settings(options={"engine": "thor"}), tmp_path))

    @pytest.mark.parametrize(
        ("profile", "protocol"), [("native", "text"), ("native", "tools"), ("v0.2", "text"), ("fc", "tools")]
    )
    def test_the_first_games_are_fair(self, profile: str, protocol: str) -> None:
        assert audit_task("household", limit="6", profile=profile, protocol=protocol).ok
