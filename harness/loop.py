"""THE agent loop: a search over the states of one episode, steered by strategies.

A linear agent is the tree with one branch, which is what happens where no strategy speaks.
"""

import inspect
from collections.abc import Sequence
from typing import Any

from harness.errors import BudgetSpent, ContextLimit, blame
from harness.strategy import END, Strategy
from harness.tree import Candidate, Node, Tree
from harness.types import Message, Status


class Hooks:
    """Asks strategies one at a time, the last named first; a hook passes by returning None."""

    def __init__(self, strategies: Sequence[Strategy]) -> None:
        self.strategies: list[Any] = [*reversed(strategies), Default()]

    async def first(self, hook: str, *given: Any) -> Any:
        """The first answer that is not None."""
        for strategy in self.strategies:
            if (answer := await self._call(strategy, hook, *given)) is not None:
                return answer
        return None

    async def all(self, hook: str, *given: Any) -> list[Any]:
        """Every answer that is not None, the last named strategy's first."""
        answers = [await self._call(s, hook, *given) for s in self.strategies]
        return [a for a in answers if a is not None]

    async def _call(self, strategy: Any, hook: str, *given: Any) -> Any:
        if (call := getattr(strategy, hook, None)) is None:
            return None
        with blame(strategy.name or type(strategy).__name__, hook, kind="strategy"):
            answer = call(*given)
            return await answer if inspect.isawaitable(answer) else answer


class Default:
    """Straight ahead: one reply a turn, executed; the last finished leaf is submitted."""

    name = "default"

    def select(self, tree: Tree) -> Any:
        return next((n for n in reversed(tree.nodes) if n.open and not n.children), END)

    async def propose(self, node: Node, advice: list[str | Message], tree: Tree) -> list[Candidate]:
        return await tree.propose(node, advice)

    def judge(self, node: Node, candidates: list[Candidate], tree: Tree) -> list[Candidate]:
        return candidates[:1]

    def submit(self, tree: Tree) -> Node:
        leaves = [n for n in tree.nodes if not n.children]
        return next((n for n in reversed(leaves) if not n.open), leaves[-1])


async def play(tree: Tree, strategies: Sequence[Strategy]) -> Node:
    """Play one episode to its end and return the leaf that is submitted."""
    hooks = Hooks(strategies)
    try:
        await hooks.all("plan", tree)
        while (node := await hooks.first("select", tree)) is not END:
            await turn(node, tree, hooks)
        leaf: Node = await hooks.first("submit", tree)
    except BudgetSpent as spent:
        tree.spent = str(spent)
        leaf = Default().submit(tree)
    return leaf


async def turn(node: Node, tree: Tree, hooks: Hooks) -> None:
    """One turn: advice, candidates, a choice, its execution, and a look at the result."""
    advice = await hooks.all("advise", node, tree)
    try:
        candidates = await hooks.first("propose", node, advice, tree)
    except ContextLimit:
        tree.end(node, Status.CONTEXT_LIMIT)
        return
    for candidate in await hooks.first("judge", node, candidates, tree):
        child = await tree.expand(node, candidate)
        await hooks.all("observe", child, tree)
