"""THE agent loop: a search over the states of one episode, steered by strategies.

A linear agent is the tree with one branch, which is what happens where no strategy speaks.
"""

import inspect
from collections.abc import Sequence
from typing import Any

from harness.errors import BudgetSpent, ContextLimit, PluginError, blame
from harness.strategy import END, Strategy
from harness.tree import Candidate, Node, Tree, Unrepeatable
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
        return next((n for n in reversed(tree.nodes) if n.open and not n.children and not n.aside), END)

    async def propose(self, node: Node, advice: list[str | Message], tree: Tree) -> list[Candidate]:
        return await tree.propose(node, advice)

    def judge(self, node: Node, candidates: list[Candidate], tree: Tree) -> list[Candidate]:
        return candidates[:1]

    def submit(self, tree: Tree) -> Node:
        leaves = [n for n in tree.nodes if not n.children and not n.aside] or tree.nodes
        ended = [n for n in leaves if not n.open]
        completed = [n for n in ended if n.status is Status.COMPLETED]
        return (completed or ended or leaves)[-1]


async def play(tree: Tree, strategies: Sequence[Strategy]) -> Node:
    """Play one episode to its end and return the leaf that is submitted."""
    hooks = Hooks(strategies)
    try:
        await hooks.all("plan", tree)
        while (node := await hooks.first("select", tree)) is not END:
            await turn(node, tree, hooks)
    except BudgetSpent as spent:
        tree.spent = str(spent)
    except ContextLimit:  # of a question about the whole episode, which its strategy did not catch
        if tree.nodes[-1].open:
            tree.end(tree.nodes[-1], Status.CONTEXT_LIMIT)
    return await submit(tree, hooks)


async def turn(node: Node, tree: Tree, hooks: Hooks) -> None:
    """One turn: advice, candidates, a choice, its execution, and a look at the result."""
    if not node.open:
        raise PluginError(f"a strategy selected state {node.id}, which has ended ({node.status})")
    try:
        advice = await hooks.all("advise", node, tree)
        candidates = await hooks.first("propose", node, advice, tree)
        chosen = await hooks.first("judge", node, candidates, tree)
    except ContextLimit:
        tree.end(node, Status.CONTEXT_LIMIT)
        return
    if not chosen and node.open:
        raise PluginError(f"a strategy chose nothing at state {node.id} and did not end it: no way on")
    for candidate in chosen:
        try:
            child = await tree.expand(node, candidate)
        except Unrepeatable:
            node.aside = True
            tree.end(node, Status.TASK_LIMIT)
            return
        await hooks.all("observe", child, tree)
    await tree.spare()


async def submit(tree: Tree, hooks: Hooks) -> Node:
    """The leaf that is scored: the default's where choosing it takes a budget that is gone."""
    try:
        leaf: Node = await hooks.first("submit", tree)
    except (BudgetSpent, ContextLimit) as e:
        if isinstance(e, BudgetSpent):
            tree.spent = tree.spent or str(e)
        return Default().submit(tree)
    return leaf
