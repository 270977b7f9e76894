"""decompose: one sub-task at a time; as needed, only after the agent gave up."""

import pytest
from harness.plugins.strategies.backtrack import Backtrack
from harness.plugins.strategies.decompose import Decompose
from harness.plugins.strategies.multibranch import MultiBranch

from harness import Action, Observation, Status, TextRules
from harness.types import Limits
from tests.strategies.conftest import Line, Scripted, best, run

PLAN = "1. reach one\n2. reach two\n3. reach three"


def test_the_planner_is_asked_once_before_the_first_turn() -> None:
    model = Scripted(["right"], plan=[PLAN], judge=["No"])
    played = run([Decompose()], model)
    assert [r.purpose for r in model.requests][:2] == ["plan", "act"]
    assert len(model.asked("plan")) == 1
    assert "into 3 sub-tasks" in model.asked("plan")[0] and "Walk to 3." in model.asked("plan")[0]
    assert played.tree.root.notes["plan"] == ["reach one", "reach two", "reach three"]


def test_a_yes_moves_on_and_a_no_does_not() -> None:
    model = Scripted(
        ["right", "stay", "right", "stay", "right"], plan=[PLAN], judge=["Yes", "No", "yes.", "Yes"]
    )
    run([Decompose()], model)
    shown = [p.split("Sub-task ")[1][:6] if "Sub-task" in p else "done" for p in model.asked("act")]
    assert shown == ["1 of 3", "2 of 3", "2 of 3", "3 of 3", "done"]
    assert "Is this sub-task completed: reach two" in model.asked("judge")[1]


def test_an_unreadable_reply_changes_nothing_so_nothing_is_judged() -> None:
    model = Scripted(["what?", "right"], plan=[PLAN], judge=["No"])
    run([Decompose()], model)
    assert len(model.asked("judge")) == 2


@pytest.mark.parametrize("said", ["I cannot plan that.", "", "TOO LONG"])
def test_without_a_readable_plan_the_task_is_played_whole_and_the_record_says_so(said: str) -> None:
    model = Scripted(["right"], plan=[said])
    played = run([Decompose()], model)
    assert played.tree.root.notes["plan"] == []
    assert (played.score, model.asked("judge")) == (1, [])
    assert not any("Sub-task" in p for p in model.asked("act"))


def test_a_new_path_begins_with_the_first_sub_task_of_the_same_plan() -> None:
    model = Scripted(["left"] * 3 + ["right"] * 3, plan=[PLAN], judge=["Yes", "Yes", "No", "No", "No", best])
    played = run([Decompose(), Backtrack()], model)
    assert len(model.asked("plan")) == 1
    assert "Sub-task 3 of 3" in model.asked("act")[2] and "Sub-task 1 of 3" in model.asked("act")[3]
    assert played.score == 1


def test_states_put_aside_are_not_judged() -> None:
    model = Scripted(["left", "right"] * 3, plan=[PLAN], judge=[best])
    run([Decompose(), MultiBranch(execute=True)], model)
    asked = [p for p in model.asked("judge") if "sub-task completed" in p]
    assert len(asked) == 2 and all("You are at -" not in p for p in asked)


def test_as_needed_does_not_plan_for_an_agent_that_gets_on() -> None:
    model = Scripted(["right"], plan=[PLAN])
    played = run([Decompose(as_needed=True)], model)
    assert (played.score, model.asked("plan")) == (1, [])
    assert "I am stuck" in model.asked("act")[0]


@pytest.mark.parametrize(
    "before",
    [["stay"] * 3, ["left", "right"] * 3, ["I am stuck.\nAction: stay"], ["I give up.\nAction: stay"]],
)
def test_as_needed_plans_on_the_spot_after_a_loop_or_a_word_of_it(before: list[str]) -> None:
    model = Scripted([*before, "right"], plan=[PLAN], judge=["No"])
    played = run([Decompose(as_needed=True)], model, rules=TextRules("Walk.", turns=12))
    assert len(played.tree.root.children) == 1
    assert played.tree.nodes[len(before)].notes["plan"]
    assert "Steps so far:" in model.asked("plan")[0]
    assert "Sub-task 1 of 3" in model.asked("act")[len(before)]
    assert "Sub-task" not in model.asked("act")[len(before) - 1]


def test_as_needed_starts_again_with_a_plan_after_a_path_that_ended_badly() -> None:
    model = Scripted(["left", "right", "left", "right"], plan=[PLAN], judge=["No"])
    played = run([Decompose(as_needed=True)], model, rules=TextRules("Walk.", turns=3))
    assert played.tree.nodes[3].status is Status.TASK_LIMIT
    assert (len(played.tree.root.children), played.score) == (2, 1)
    assert len(model.asked("plan")) == 1
    assert "Sub-task 1 of 3" in model.asked("act")[3]


def test_as_needed_does_not_mind_the_end_of_a_state_put_aside() -> None:
    class Trap(Line):
        def step(self, action: Action) -> Observation:
            seen = super().step(action)
            return seen if self.x >= 0 else Observation("You fell.", Status.INVALID_ACTION)

    model = Scripted(["left", "right", "right"], plan=[PLAN])
    run([Decompose(as_needed=True), MultiBranch(execute=True)], model, world=Trap)
    assert model.asked("plan") == []


def test_as_needed_starts_again_once_only() -> None:
    model = Scripted(["left", "right", "left", "stay"], plan=[PLAN], judge=["No"])
    played = run([Decompose(as_needed=True)], model, rules=TextRules("Walk.", turns=2))
    assert len(played.tree.root.children) == 2


def test_tokens_that_run_out_in_planning_end_the_episode() -> None:
    model = Scripted(["right"], plan=[PLAN], judge=["No"])
    played = run([Decompose()], model, limits=Limits(tokens=15))
    assert (played.tree.spent, played.leaf.id) == ("15 tokens", 0)
