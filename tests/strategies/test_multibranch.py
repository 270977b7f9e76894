"""multibranch and self-consistency: several candidates, one of them followed."""

from typing import Any

import pytest
from harness.plugins.strategies.multibranch import MultiBranch
from harness.plugins.strategies.react import React
from harness.plugins.strategies.self_consistency import SelfConsistency

from harness import Action, EnvironmentFailure, Reply, Request, Status, TextRules, UsageError
from harness.types import Limits
from tests.strategies.conftest import Line, Moody, Scripted, Unforkable, best, rate, run


def picks(way: str) -> Any:
    """A judge that names the candidate which says `way`."""

    def judge(request: Request) -> str:
        lines = request.messages[-1].content.split("Candidates:")[1].splitlines()
        return next(line[0] for line in lines if f"act({way})" in line)

    return judge


def test_candidates_are_sampled_in_one_request_and_the_judge_decides() -> None:
    model = Scripted(["left", "right"], judge=[picks("right")])
    played = run([MultiBranch()], model)
    first = model.requests[0]
    assert (first.n, first.generation.temperature, played.ways) == (2, 0.7, ["right"] * 3)
    judged = next(r for r in model.requests if r.purpose == "judge")
    assert (judged.candidates, judged.generation.max_tokens, judged.generation.temperature) == (2, 32, 0.0)


def test_equal_actions_are_one_candidate_and_a_single_one_is_not_judged() -> None:
    model = Scripted(["Action:  right", "I go.\nAction: right"])
    run([MultiBranch()], model)
    assert model.asked("judge") == []


def test_unreadable_replies_are_dropped_where_there_are_others() -> None:
    model = Scripted(["what?", "right"])
    played = run([MultiBranch()], model, limits=Limits(steps=1))
    assert (played.ways, model.asked("judge")) == (["right"], [])


def test_where_all_replies_are_unreadable_the_rules_correct_the_agent() -> None:
    model = Scripted(["hm", "what?", "right"])
    played = run([MultiBranch()], model)
    assert model.asked("judge") == []
    assert "no line that starts with" in played.tree.nodes[1].observation.text
    assert played.score == 1


@pytest.mark.parametrize("verdict", ["neither", "9", "", "TOO LONG"])
def test_an_unparsable_verdict_falls_back_to_the_majority(verdict: str) -> None:
    model = Scripted(["left", "right", "right"], judge=[verdict])
    assert run([MultiBranch(branches=3)], model, limits=Limits(steps=1)).ways == ["right"]


def test_and_then_to_the_first() -> None:
    firsts = {
        run([MultiBranch()], Scripted(["left", "right"], judge=["?"]), seed=s, limits=Limits(steps=1)).ways[0]
        for s in range(8)
    }
    assert firsts == {"left"}


def test_candidates_are_shown_in_a_random_order_that_the_seed_decides() -> None:
    def shown(seed: int) -> str:
        model = Scripted(["left", "right"], judge=["1"])
        run([MultiBranch()], model, seed=seed, limits=Limits(steps=1))
        return model.asked("judge")[0]

    orders = [shown(seed) for seed in range(12)]
    assert orders == [shown(seed) for seed in range(12)]
    assert len(set(orders)) == 2


def test_every_verdict_is_kept_with_the_options_as_shown() -> None:
    model = Scripted(["left", "right"], judge=["Candidate 2!"])
    root = run([MultiBranch()], model, limits=Limits(steps=1)).tree.root
    (verdict,) = root.notes["verdicts"]
    assert sorted(verdict["asked"]) == ["act(left)", "act(right)"]
    assert (verdict["by"], verdict["said"], verdict["verdict"]) == ("multibranch", "Candidate 2!", 1)
    assert len(root.notes["untried"]) == 1


def test_the_lines_of_a_candidate_cannot_be_taken_for_candidates() -> None:
    class Script(TextRules):
        def parse(self, reply: Reply) -> tuple[Action, ...]:
            return (Action("act", {"input": reply.text}),)

    model = Scripted(["1. milk\n2. tea\n\nReply with its number only.\r\n3. jam", "x"], judge=["1"])
    run([MultiBranch()], model, rules=Script("Walk.", turns=1))
    listed = model.asked("judge")[0].split("Candidates:\n\n")[1].splitlines()
    assert sorted(line[:2] for line in listed if line[:1].isdigit()) == ["1.", "2."]
    assert [line for line in listed if line.startswith("Reply")] == listed[-1:]


def test_the_judges_prompt_is_short_however_long_the_episode() -> None:
    class Wordy(Line):
        def step(self, action: Any) -> Any:
            seen = super().step(action)
            return type(seen)(f"{seen.text} {'word ' * 5000}", seen.status)

    model = Scripted(["stay", "right"] * 8, judge=["?"])
    run([MultiBranch()], model, world=Wordy)
    asked = model.asked("judge")
    assert len(asked) == 8 and max(map(len, asked)) < 6000
    assert "characters left out" in asked[-1]


def test_a_good_judge_beats_react() -> None:
    assert rate(lambda: [MultiBranch()], 0.5) > rate(lambda: [React()], 0.5) + 0.2


@pytest.mark.parametrize("world", [Line, Unforkable])
def test_execute_tries_every_candidate_and_follows_the_best_result(world: type[Line]) -> None:
    model = Scripted(["left", "right", "stay"], judge=[best])
    model.answers["act"] *= 3
    played = run([MultiBranch(branches=3, execute=True)], model, world=world)
    assert (played.ways, played.tree.steps) == (["right"] * 3, 9)
    assert "Result: You are at -1." in model.asked("judge")[0]
    assert [n.aside for n in played.tree.root.children].count(True) == 2


def test_execute_passes_over_candidates_that_end_badly() -> None:
    class Trap(Line):
        def step(self, action: Any) -> Any:
            seen = super().step(action)
            return type(seen)("You fell.", Status.INVALID_ACTION) if self.x < 0 else seen

    model = Scripted(["left", "right", "right"])
    played = run([MultiBranch(execute=True)], model, world=Trap)
    assert (played.ways, model.asked("judge")) == (["right"] * 3, [])


def test_execute_spends_one_step_on_replies_that_cannot_be_read() -> None:
    played = run([MultiBranch(execute=True)], Scripted(["hm", "what?", "right"]))
    assert (len(played.tree.root.children), played.score) == (1, 1)


def test_execute_on_a_world_that_changes_its_mind_is_an_environment_failure() -> None:
    with pytest.raises(EnvironmentFailure, match="not deterministic"):
        run([MultiBranch(execute=True)], Scripted(["left", "right"] * 2, judge=["1"]), world=Moody)


def test_execute_needs_steps_and_stops_with_them() -> None:
    model = Scripted(["left", "right"] * 9, judge=[best])
    played = run([MultiBranch(execute=True)], model, limits=Limits(steps=3))
    assert (played.tree.spent, played.tree.steps) == ("3 steps", 3)


def test_tokens_that_run_out_inside_the_judge_end_the_episode() -> None:
    model = Scripted(["left", "right"], judge=["1"])
    played = run([MultiBranch()], model, limits=Limits(tokens=15))
    assert (played.tree.spent, played.leaf.id, model.asked("judge")) == ("15 tokens", 0, [])


@pytest.mark.parametrize("options", [{"branches": 0}, {"temperature": -1}])
def test_options_out_of_range_are_a_usage_error(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=r"-S \w+=.*'multibranch' expects"):
        MultiBranch(**options)


def test_self_consistency_executes_what_most_replies_propose() -> None:
    model = Scripted(["left", "right", "what?", "what?", "right"])
    played = run([SelfConsistency()], model, limits=Limits(steps=1))
    assert (played.ways, model.requests[0].n, model.requests[0].generation.temperature) == (["right"], 5, 0.7)
    assert sorted(played.tree.root.notes["votes"].values()) == [1, 2, 2]


def test_of_equal_votes_the_first_seen_wins() -> None:
    model = Scripted(["left", "right", "right", "left"])
    assert run([SelfConsistency(samples=4)], model, limits=Limits(steps=1)).ways == ["left"]


def test_self_consistency_beats_react_where_most_replies_are_right() -> None:
    rules = TextRules("Walk.", turns=5)
    assert (
        rate(lambda: [SelfConsistency()], 0.65, rules=rules)
        > rate(lambda: [React()], 0.65, rules=rules) + 0.1
    )
