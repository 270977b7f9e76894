"""The loop's contract: one branch or many, hooks, forks and replays, budgets, ends."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from harness import END, Action, EnvironmentFailure, PluginError, Reply, Status, Strategy, TextRules
from harness.types import Limits
from tests.strategies.conftest import Line, Moody, Scripted, Unforkable, run


class Retry(Strategy):
    """Goes back to the start once, when the first path has ended."""

    returns = True

    def select(self, tree: Any) -> Any:
        if tree.nodes[-1].open:
            return None
        return tree.root if len(tree.root.children) < 2 else END


class Every(Strategy):
    """Executes every candidate it samples."""

    returns = True

    async def propose(self, node: Any, advice: Any, tree: Any) -> Any:
        return await tree.propose(node, advice, n=2)

    def judge(self, node: Any, candidates: Any, tree: Any) -> Any:
        return candidates


def test_without_strategies_the_tree_has_one_branch() -> None:
    played = run([], Scripted(["right"]))
    assert [len(n.children) for n in played.tree.nodes] == [1, 1, 1, 0]
    assert (played.leaf.status, played.score) == (Status.COMPLETED, 1)


def test_a_straight_strategy_pays_for_no_fork() -> None:
    Line.opened = 0
    run([Strategy()], Scripted(["right"]))
    assert Line.opened == 1


def test_every_world_that_was_opened_is_closed_once() -> None:
    Line.opened = Line.closed = 0
    run([Retry()], Scripted(["left", "left", "left", "right"]))
    assert Line.opened == Line.closed > 2


def test_the_last_reply_of_a_path_may_be_read_otherwise() -> None:
    class Final(TextRules):
        def parse_last(self, reply: Reply) -> tuple[Action, ...]:
            return (Action("act", {"input": "left"}),)

    assert run([], Scripted(["right"]), rules=Final("Walk.", turns=2)).ways == ["right", "left"]


def test_a_path_that_takes_all_its_turns_ends_as_task_limit() -> None:
    played = run([], Scripted(["stay"]))
    assert (played.leaf.status, played.leaf.depth) == (Status.TASK_LIMIT, 8)


def test_a_prompt_that_does_not_fit_ends_the_path_and_nothing_else() -> None:
    played = run([], Scripted(["right", "TOO LONG"]))
    assert (played.leaf.status, played.leaf.depth, played.tree.spent) == (Status.CONTEXT_LIMIT, 1, None)


def test_none_passes_the_question_on_and_end_ends_it() -> None:
    class Passes(Strategy):
        asked = 0

        async def select(self, tree: Any) -> None:
            self.asked += 1
            await asyncio.sleep(0)

    class Stops(Strategy):
        def select(self, tree: Any) -> Any:
            return END if len(tree.nodes) == 2 else None

    passes = Passes()
    played = run([Stops(), passes], Scripted(["right"]))
    assert (len(played.tree.nodes), passes.asked) == (2, 2)


def test_hooks_may_be_async_and_the_strategy_named_last_is_asked_first() -> None:
    calls: list[str] = []

    class Named(Strategy):
        def __init__(self, name: str) -> None:
            self.called = name

        async def advise(self, node: Any, tree: Any) -> str:
            await asyncio.sleep(0)
            calls.append(self.called)
            return f"advice of {self.called}"

    model = Scripted(["right"])
    run([Named("first"), Named("last")], model)
    assert calls[:2] == ["last", "first"]
    assert model.asked("act")[0].endswith("advice of last\n\nadvice of first")


def test_advice_is_for_one_turn_and_not_kept_in_the_history() -> None:
    class Once(Strategy):
        def advise(self, node: Any, tree: Any) -> str | None:
            return None if node.depth else "mind the step"

    model = Scripted(["right"])
    run([Once()], model)
    assert ["mind the step" in " ".join(m.content for m in r.messages) for r in model.requests] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("world", [Line, Unforkable])
def test_a_strategy_comes_back_by_fork_or_by_replay(world: type[Line]) -> None:
    played = run([Retry()], Scripted(["left", "left", "left", "right"]), world=world)
    assert (len(played.tree.root.children), played.ways, played.score) == (2, ["right"] * 3, 1)


@pytest.mark.parametrize("world", [Line, Unforkable])
def test_siblings_do_not_disturb_one_another(world: type[Line]) -> None:
    played = run([Every()], Scripted(["right", "left"]), world=world, limits=Limits(steps=4))
    first, second = played.tree.root.children
    assert (first.observation.text, second.observation.text) == ("You are at 1.", "You are at -1.")


def test_coming_back_to_a_world_that_changes_its_mind_is_an_environment_failure() -> None:
    with pytest.raises(EnvironmentFailure, match="not deterministic"):
        run([Every()], Scripted(["right"]), world=Moody)


class Clock(Line):
    """Shows the time, so that no two of it say the same; but it forks."""

    now = 0

    def step(self, action: Any) -> Any:
        Clock.now += 1
        return replace(super().step(action), text=f"It is {Clock.now} o'clock.")


class Returns(Every):
    """Follows the first of two candidates; when that path has ended, goes on from one put aside."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.taken: list[Any] = []
        self.held = 0

    def observe(self, child: Any, tree: Any) -> None:
        child.aside = child is not child.parent.children[0]

    def select(self, tree: Any) -> Any:
        self.held = max(self.held, sum(n.aside and n.environment is not None for n in tree.nodes))
        if any(n.children for n in self.taken):
            return END
        if next(n for n in reversed(tree.nodes) if not n.aside).open:
            return None
        self.taken.append([n for n in tree.nodes if n.aside and n.open][self.place])
        self.taken[-1].aside = False
        return self.taken[-1]


def test_the_newest_states_put_aside_can_be_gone_on_from_whatever_the_world_shows() -> None:
    strategy = Returns(place=-1)
    run([strategy], Scripted(["stay"]), world=Clock)
    assert [(n.depth, n.status, len(n.children)) for n in strategy.taken] == [(7, None, 2)]
    assert strategy.held == 4, "older ones are given back"


def test_a_state_that_cannot_be_shown_again_is_passed_over_where_the_world_forks() -> None:
    strategy = Returns(place=0)
    played = run([strategy], Scripted(["stay"]), world=Clock)
    assert [(n.depth, len(n.children)) for n in strategy.taken] == [(1, 0), (2, 0), (3, 0), (4, 2)]
    assert {(n.status, n.aside) for n in strategy.taken[:3]} == {(Status.TASK_LIMIT, True)}
    assert played.tree.steps == len(played.tree.nodes) - 1, "what could not be come back to was no step"


def test_steps_are_counted_over_all_branches() -> None:
    played = run([Every()], Scripted(["stay"]), limits=Limits(steps=5))
    assert (played.tree.steps, played.tree.spent) == (5, "5 steps")


@pytest.mark.parametrize("hook", ["plan", "select", "advise", "judge", "observe", "submit"])
def test_budgets_hold_inside_every_hook(hook: str) -> None:
    """A strategy that asks without end is stopped, and the episode still has a leaf to score."""

    async def asks(self: Any, *given: Any) -> None:
        while True:
            await given[-1].ask("judge", given[-1].messages(given[-1].root))

    greedy = type("Greedy", (Strategy,), {hook: asks})()
    played = run([greedy], Scripted(["right"]), limits=Limits(tokens=100))
    assert played.tree.spent == "100 tokens"
    assert played.tree.model.total.tokens == 105
    assert played.leaf in played.tree.nodes


def test_with_a_budget_gone_a_completed_path_is_submitted_before_an_unfinished_one() -> None:
    class Wanders(Retry):
        def select(self, tree: Any) -> Any:
            return super().select(tree) if tree.steps < 3 else (tree.root if tree.steps == 3 else None)

    played = run([Wanders()], Scripted(["right"] * 3 + ["stay"]), limits=Limits(steps=5))
    assert (played.tree.spent, played.leaf.status, played.score) == ("5 steps", Status.COMPLETED, 1)


def test_a_completed_path_is_submitted_before_a_later_one_that_was_cut() -> None:
    played = run([Retry()], Scripted(["right"] * 3 + ["stay"]), rules=TextRules("Walk.", turns=4))
    assert (played.tree.nodes[-1].status, played.score) == (Status.TASK_LIMIT, 1)


def test_strategies_choose_the_leaf_even_when_a_budget_is_gone() -> None:
    class Deepest(Strategy):
        def submit(self, tree: Any) -> Any:
            return tree.nodes[1]

    played = run([Deepest()], Scripted(["right"]), limits=Limits(steps=2))
    assert (played.leaf.id, played.tree.spent) == (1, "2 steps")


@pytest.mark.parametrize("hook", ["plan", "select", "advise", "judge", "observe", "submit"])
def test_a_question_that_does_not_fit_never_breaks_the_episode(hook: str) -> None:
    async def asks(self: Any, *given: Any) -> None:
        await given[-1].ask("judge", given[-1].messages(given[-1].root))

    played = run([type("Asks", (Strategy,), {hook: asks})()], Scripted(["right"], judge=["TOO LONG"]))
    assert played.leaf.status in (Status.CONTEXT_LIMIT, Status.COMPLETED)


def test_choosing_nothing_is_the_strategys_failure_and_not_an_endless_episode() -> None:
    class Picky(Strategy):
        def judge(self, node: Any, candidates: Any, tree: Any) -> list[Any]:
            return []

    with pytest.raises(PluginError, match="chose nothing at state 0"):
        run([Picky()], Scripted(["right"]))


def test_selecting_a_state_that_has_ended_is_the_strategys_failure() -> None:
    class Stubborn(Strategy):
        def select(self, tree: Any) -> Any:
            return tree.nodes[-1]

    with pytest.raises(PluginError, match="state 3, which has ended"):
        run([Stubborn()], Scripted(["right"]))


def test_a_strategy_that_raises_is_named_with_its_hook() -> None:
    class Clumsy(Strategy):
        name = "clumsy"

        def observe(self, child: Any, tree: Any) -> None:
            raise KeyError("pile")

    with pytest.raises(PluginError, match="strategy 'clumsy' failed in observe: KeyError: 'pile'"):
        run([Clumsy()], Scripted(["right"]))


def test_a_world_that_raises_is_an_environment_failure_and_is_closed() -> None:
    class Broken(Line):
        opened = closed = 0

        def step(self, action: Any) -> Any:
            raise OSError("gone")

    with pytest.raises(EnvironmentFailure, match=r"'Broken' failed in step: OSError: gone"):
        run([], Scripted(["right"]), world=Broken)
    assert Broken.opened == Broken.closed == 1


@pytest.mark.parametrize("part", ["parse", "feedback", "mistake"])
def test_rules_that_raise_are_named_and_leave_no_world_open(part: str) -> None:
    def fails(*given: Any) -> Any:
        raise IndexError("no such line")

    Line.opened = Line.closed = 0
    rules = type("Odd", (TextRules,), {part: fails})("Walk.")
    with pytest.raises(PluginError, match=r"rules 'Odd' failed in .*: IndexError: no such line"):
        run([], Scripted(["hm"] if part == "mistake" else ["right"]), rules=rules)
    assert Line.opened == Line.closed == 1


def test_rules_that_read_no_action_at_all_make_a_mistake_of_it() -> None:
    rules = type("Empty", (TextRules,), {"parse": lambda self, reply: ()})("Walk.", turns=2)
    played = run([], Scripted(["right"]), rules=rules)
    assert (played.leaf.observation.text, played.leaf.depth) == ("The reply holds no action.", 2)


def test_a_turn_of_several_actions_stops_where_the_path_ends_also_when_played_again() -> None:
    def both(self: Any, reply: Any) -> Any:
        return (Action("act", {"input": "right"}),) * 4

    class Back(Retry):
        def submit(self, tree: Any) -> Any:
            tree.nodes[-1].environment.close()
            tree.nodes[-1].environment = None
            return tree.nodes[-1]

    rules = type("Both", (TextRules,), {"parse": both})("Walk.")
    played = run([Back()], Scripted(["right"]), rules=rules, world=Unforkable)
    assert played.leaf.observation.text == "You are at 1.\nYou are at 2.\nYou are at 3."
    assert (played.leaf.depth, played.score) == (1, 1)


def test_one_world_that_does_not_close_does_not_keep_the_others_open() -> None:
    class Sticky(Line):
        opened = closed = 0

        def close(self) -> None:
            super().close()
            raise OSError("busy")

    with pytest.raises(OSError, match="busy"):
        run([Retry()], Scripted(["right"]), world=Sticky)
    assert Sticky.opened == Sticky.closed > 2


def test_a_state_put_aside_is_neither_selected_nor_submitted_by_default() -> None:
    class First(Every):
        def observe(self, child: Any, tree: Any) -> None:
            child.aside = len(child.parent.children) > 1

    played = run([First()], Scripted(["right", "left"] * 3))
    assert played.ways == ["right"] * 3


def test_half_a_surrogate_pair_in_arguments_reaches_no_environment() -> None:
    class Odd(TextRules):
        def parse(self, reply: Reply) -> tuple[Action, ...]:
            return (Action("act", {"input": "right", "said": ["a", "\ud83d"]}),)

    played = run([], Scripted(["right"]), rules=Odd("Walk.", turns=1))
    (action,) = played.leaf.candidate.actions
    assert action.arguments == {"input": "right", "said": ["a", "?"]}
