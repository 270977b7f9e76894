"""backtrack: a path that ends badly is followed by another."""

from typing import Any, ClassVar

import pytest
from harness.plugins.strategies.backtrack import FORBID, HINT, Backtrack
from harness.plugins.strategies.multibranch import MultiBranch
from harness.plugins.strategies.react import React
from harness.plugins.strategies.self_consistency import SelfConsistency

from harness import EnvironmentFailure, Observation, Status, TextRules, UsageError
from harness.types import Limits
from tests.strategies.conftest import Line, Scripted, Unforkable, best, rate, run

WRONG = ["left", "left", "left"]
RIGHT = ["right", "right", "right"]


@pytest.mark.parametrize("world", [Line, Unforkable])
def test_a_completed_path_the_judge_rejects_is_followed_by_another(world: type[Line]) -> None:
    model = Scripted(WRONG + RIGHT, judge=["No", best])
    played = run([Backtrack()], model, world=world)
    assert (played.ways, played.score, len(played.tree.root.children)) == (RIGHT, 1, 2)


def test_a_path_the_judge_accepts_is_the_last() -> None:
    played = run([Backtrack()], Scripted(WRONG, judge=["Yes"]))
    assert (played.ways, played.leaf.value, len(played.tree.nodes)) == (WRONG, 1.0, 4)


@pytest.mark.parametrize("verdict", ["hm", "", "TOO LONG"])
def test_a_judge_that_says_neither_yes_nor_no_rejects_nothing(verdict: str) -> None:
    assert len(run([Backtrack()], Scripted(WRONG, judge=[verdict])).tree.nodes) == 4


def test_without_a_judge_only_statuses_and_loops_are_bad() -> None:
    model = Scripted(WRONG)
    played = run([Backtrack(judge=False)], model)
    assert (len(played.tree.nodes), model.asked("judge")) == (4, [])


def test_a_path_that_runs_out_of_turns_is_bad_without_asking() -> None:
    model = Scripted(["left", "right", *RIGHT], judge=["Yes"])
    played = run([Backtrack()], model, rules=TextRules("Walk.", turns=2))
    assert len(played.tree.root.children) == 2
    assert model.asked("judge") == []


def test_a_loop_is_cut_before_its_end_while_another_path_is_left() -> None:
    played = run([Backtrack()], Scripted(["stay"] * 3 + RIGHT, judge=[best]))
    cut = played.tree.nodes[3]
    assert (cut.status, cut.notes["loop"], played.ways) == (Status.TASK_LIMIT, True, RIGHT)


def test_a_loop_of_two_steps_is_one_too() -> None:
    played = run([Backtrack(repeats=2)], Scripted(["left", "right"] * 2 + RIGHT, judge=[best]))
    assert (played.tree.nodes[4].status, played.ways) == (Status.TASK_LIMIT, RIGHT)


def test_the_last_path_may_come_out_of_a_loop_by_itself() -> None:
    played = run([Backtrack(paths=1)], Scripted(["stay"] * 4 + RIGHT))
    assert (played.score, len(played.tree.root.children)) == (1, 1)


def test_the_new_path_is_told_what_was_tried_and_must_not_do_it_again() -> None:
    model = Scripted(WRONG + RIGHT, judge=["No", best])
    run([Backtrack()], model)
    prompts = model.asked("act")
    assert not any(HINT in p or FORBID in p for p in prompts[:3])
    assert prompts[3].endswith(
        f"{HINT}\nAttempt 1: act(left); act(left); act(left) (completed)\n{FORBID}\n- act(left)"
    )
    assert HINT in prompts[4] and FORBID not in prompts[4]


def test_no_more_than_the_given_paths_are_played() -> None:
    played = run([Backtrack(paths=4)], Scripted(WRONG, judge=["No"]))
    assert len(played.tree.root.children) == 4


def test_of_rejected_paths_the_one_the_judge_prefers_is_submitted() -> None:
    model = Scripted(RIGHT + WRONG, judge=["No", best])
    played = run([Backtrack()], model)
    assert (played.ways, played.score) == (RIGHT, 1)


def test_a_path_the_judge_accepted_needs_no_comparison() -> None:
    model = Scripted(WRONG + RIGHT, judge=["No", "Yes", "1"])
    played = run([Backtrack(paths=3)], model)
    assert (played.ways, len(model.asked("judge"))) == (RIGHT, 2)


def test_a_completed_child_that_was_put_aside_is_not_submitted() -> None:
    class Near(Line):
        """Goal at 1: `left` completes the wrong way, `stay` goes on."""

        def __init__(self) -> None:
            super().__init__(goal=1)

    model = Scripted(
        ["left", "stay"], judge=[lambda r: "2" if "1. act(left)" in r.messages[-1].content else "1"]
    )
    rules = TextRules("Walk.", turns=2)
    played = run([MultiBranch(execute=True), Backtrack(paths=1)], model, world=Near, rules=rules)
    assert (played.ways, played.leaf.status) == (["stay"] * 2, Status.TASK_LIMIT)


def test_where_the_judge_prefers_none_it_is_the_last_completed() -> None:
    played = run([Backtrack()], Scripted(RIGHT + WRONG, judge=["No", "?"]))
    assert played.ways == WRONG


def test_a_completed_path_is_submitted_before_a_later_one_that_is_not() -> None:
    played = run([Backtrack()], Scripted([*WRONG, "stay"], judge=["No"]))
    assert played.ways == WRONG


def test_to_branch_executes_the_candidate_that_was_left() -> None:
    model = Scripted(["right", "right", "right", "left", "left", "right"], judge=["?", "?", "No", best])
    rules = TextRules("Walk.", turns=3)
    played = run([MultiBranch(), Backtrack(to="branch")], model, rules=rules, limits=Limits(steps=4))
    # right, then of (right, left) the first, then of (left, right) the first; turns run out; the last
    # state with a candidate left is the second, where `right` was not followed
    assert [str(n.candidate) for n in played.tree.nodes[1:]] == [
        "act(right)",
        "act(right)",
        "act(left)",
        "act(right)",
    ]
    assert played.tree.nodes[4].parent is played.tree.nodes[2]
    assert played.score == 1


def test_to_branch_goes_to_the_start_where_nothing_is_left() -> None:
    played = run([Backtrack(to="branch")], Scripted(WRONG + RIGHT, judge=["No", best]))
    assert played.ways == RIGHT


def test_to_branch_takes_what_self_consistency_left() -> None:
    model = Scripted(["left", "right", "left"] + WRONG[:2] * 3, judge=["No", best])
    played = run([SelfConsistency(samples=3), Backtrack(to="branch")], model, limits=Limits(steps=4))
    assert str(played.tree.root.children[1].candidate) == "act(right)"


@pytest.mark.parametrize("world", [Line, Unforkable])
def test_to_branch_takes_up_a_child_that_was_executed_and_put_aside(world: type[Line]) -> None:
    model = Scripted(["left", "right"] * 9, judge=["?", "?", "?", "No", best])
    played = run(
        [MultiBranch(execute=True), Backtrack(to="branch")], model, world=world, limits=Limits(steps=8)
    )
    returned = played.tree.nodes[-1].parent
    assert returned is not None and returned.parent is not None
    assert len(returned.parent.children) == 2  # not proposed again: the sibling itself was taken up


def test_multibranch_does_not_follow_what_was_executed_at_the_same_state() -> None:
    model = Scripted(["left"] * 6 + ["left", "right"], judge=["No", "?"])
    played = run([MultiBranch(), Backtrack()], model, limits=Limits(steps=4))
    assert [str(n.candidate) for n in played.tree.root.children] == ["act(left)", "act(right)"]


def test_it_recovers_what_react_loses() -> None:
    react, back = rate(lambda: [React()], 0.5), rate(lambda: [React(), Backtrack()], 0.5)
    assert back > react + 0.1


def test_the_start_that_no_longer_fits_ends_the_episode() -> None:
    played = run([Backtrack(paths=5)], Scripted([*WRONG, "TOO LONG"], judge=["No"]))
    assert (played.ways, played.tree.root.status) == (WRONG, Status.CONTEXT_LIMIT)


def test_tokens_that_run_out_inside_its_judge_leave_the_best_leaf() -> None:
    model = Scripted(RIGHT, judge=["No"])
    played = run([Backtrack()], model, limits=Limits(tokens=45))
    assert (played.tree.spent, played.score, model.asked("judge")) == ("45 tokens", 1, [])


def test_going_back_to_the_start_takes_a_second_world_and_no_fork() -> None:
    class Counted(Line):
        opened = closed = 0

    run([Backtrack()], Scripted(WRONG + RIGHT, judge=["No", best]), world=Counted)
    assert Counted.opened == Counted.closed == 2


def test_a_start_that_looks_different_the_second_time_is_an_environment_failure() -> None:
    class Fickle(Line):
        def reset(self) -> Observation:
            return Observation(f"{super().reset().text} Door {Fickle.opened} is open.")

    with pytest.raises(EnvironmentFailure, match="not deterministic"):
        run([Backtrack()], Scripted(WRONG, judge=["No"]), world=Fickle)


def test_it_never_sees_the_true_score() -> None:
    class Secret(Line):
        scored: ClassVar[list[int]] = []

        def score(self) -> Any:
            self.scored.append(self.x)
            return super().score()

    played = run([Backtrack()], Scripted(WRONG + RIGHT, judge=["No", "2"]), world=Secret)
    assert Secret.scored == [3] and played.score == 1


def test_zero_paths_are_a_usage_error() -> None:
    with pytest.raises(UsageError, match="-S paths=0: strategy 'backtrack' expects 1 or more"):
        Backtrack(paths=0)
