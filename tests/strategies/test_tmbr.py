"""tmbr is its three strategies, and all of them together."""

from collections.abc import Sequence
from typing import Literal

import pytest
from harness.plugins.strategies.backtrack import Backtrack
from harness.plugins.strategies.decompose import Decompose
from harness.plugins.strategies.multibranch import MultiBranch
from harness.plugins.strategies.tmbr import tmbr

from harness import Strategy
from harness.strategy import coerce, options
from tests.strategies.conftest import Line, Scripted, Unforkable, Walker, rate, run


@pytest.mark.parametrize("seed", range(6))
def test_the_preset_and_the_three_by_name_leave_the_same_journal(seed: int) -> None:
    preset = run(tmbr(), Walker(0.5, seed), seed=seed)
    named = run([Decompose(), MultiBranch(), Backtrack()], Walker(0.5, seed), seed=seed)
    assert preset.journal == named.journal
    assert {line[1] for line in preset.journal} >= {"plan", "act", "judge"}


@pytest.mark.parametrize("execute", [False, True])
@pytest.mark.parametrize("to", ["start", "branch"])
def test_an_interrupted_episode_plays_again_from_its_journal(
    execute: bool, to: Literal["start", "branch"]
) -> None:
    """Same questions, same random draws: nothing is asked twice."""
    for seed in range(5):
        whole = run(tmbr(execute=execute, to=to), Walker(0.5, seed), seed=seed)
        silent = Scripted([])
        again = run(tmbr(execute=execute, to=to), silent, seed=seed, earlier=whole.diary)
        assert silent.requests == []
        assert (again.ways, again.score, len(again.tree.nodes)) == (
            whole.ways,
            whole.score,
            len(whole.tree.nodes),
        )


def test_every_option_of_the_three_passes_through_with_its_default() -> None:
    parts = {name: p.default for c in (Decompose, MultiBranch, Backtrack) for name, p in options(c).items()}
    assert {name: p.default for name, p in options(tmbr).items()} == parts


def test_options_reach_their_strategy() -> None:
    typed = {"k": "5", "branches": "4", "paths": "3", "as_needed": "true", "execute": "yes", "to": "branch"}
    plan, branch, back = tmbr(**coerce(tmbr, "tmbr", typed))
    assert (plan.k, plan.as_needed, branch.branches, branch.execute, back.paths, back.to) == (
        5,
        True,
        4,
        True,
        3,
        "branch",
    )


@pytest.mark.parametrize("world", [Line, Unforkable])
@pytest.mark.parametrize("to", ["start", "branch"])
@pytest.mark.parametrize("execute", [False, True])
@pytest.mark.parametrize("as_needed", [False, True])
def test_every_combination_plays_to_an_end_and_helps(
    world: type[Line], to: Literal["start", "branch"], execute: bool, as_needed: bool
) -> None:
    def make() -> Sequence[Strategy]:
        return tmbr(to=to, execute=execute, as_needed=as_needed, paths=3)

    assert rate(make, 0.4, n=15, world=world) > rate(list, 0.4, n=15, world=world) + 0.3


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_in_any_order_the_episode_ends_with_a_leaf(order: tuple[int, ...]) -> None:
    for seed in range(6):
        parts = tmbr(execute=True, to="branch", as_needed=True)
        played = run([parts[i] for i in order], Walker(0.4, seed), seed=seed)
        assert not played.leaf.children and played.tree.steps < 60
