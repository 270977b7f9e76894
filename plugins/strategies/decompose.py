"""`decompose`: a planner cuts the task into sub-tasks; a judge decides when to move on."""

import re

from harness import ContextLimit, Message, Node, Status, Strategy, Tree, hookimpl

from . import _plans
from ._judge import agrees, history, outcome, shorten, task
from ._paths import at_least, looping, tip

FORMAT = "Write one short sub-task a line, numbered, and nothing else."
STUCK = 'If you cannot get any further, write "I am stuck" in your reply.'
GAVE_UP = re.compile(
    r"\b(i give up|(i am|i'm) stuck|task failed|(i cannot|i can't|(i am|i'm) unable to) "
    r"(solve|complete|finish|continue|proceed))\b",
    re.IGNORECASE,
)


class Decompose(Strategy):
    """Shows the agent one sub-task of the plan at a time.

    A planner writes `k` sub-tasks before the first turn. After each observation a judge says whether
    the present sub-task is done; on a yes the next one is shown. A reply without a readable action
    changes nothing, so nothing is asked. Where the plan cannot be read the task is played whole.

    The plan is kept in the notes of the state it was made at (`plan`, and `plan_said` for the planner's
    words; an empty plan could not be read); every later state says which sub-task it is at (`subtask`).

    With `as_needed` (ADaPT) there is no plan until the agent gave up: an earlier path ended with a
    status other than completed, the last steps form a loop, or a reply says so ("I am stuck").
    An open path goes on from where it is; from one that has ended the episode goes back to the start.

    Source: LLM-TMBR (Zhou et al. 2024), section on task decomposition, k = 3; ADaPT (Prasad et al.
    2024) for `as_needed`, without its recursion.

    k            sub-tasks
    as_needed    plan only after the agent gave up
    repeats      how often steps repeat in a loop; below 2 looks for none
    judge_tokens  room for the judge's answer; 0 for the run's own --max-tokens
    plan_tokens  room for the plan; 0 for the run's own --max-tokens
    """

    name = "decompose"

    def __init__(
        self,
        k: int = 3,
        as_needed: bool = False,
        repeats: int = 3,
        judge_tokens: int = 32,
        plan_tokens: int = 256,
    ) -> None:
        at_least(self.name, "k", k, 1)
        at_least(self.name, "repeats", repeats, 0)
        self.k = k
        self.as_needed = as_needed
        self.repeats = repeats
        self.judge_tokens = judge_tokens
        self.plan_tokens = plan_tokens
        self.steps: list[str] | None = None
        """The plan; None before there is one, empty if it could not be read."""

    async def plan(self, tree: Tree) -> None:
        if not self.as_needed:
            await self._plan(tree.root, tree)

    def select(self, tree: Tree) -> Node | None:
        """As needed: from a path that ended badly, back to the start, once."""
        end = tip(tree)
        failed = not end.open and end.status is not Status.COMPLETED
        return tree.root if self.as_needed and self.steps is None and failed and tree.root.open else None

    async def advise(self, node: Node, tree: Tree) -> str | None:
        """The present sub-task; the judge is asked here, once the state is known to be followed."""
        if self.steps is None:
            if not self._gave_up(node, tree):
                return STUCK
            await self._plan(node, tree)
        if not self.steps:
            return None
        at = await self._at(node, tree)
        if at == len(self.steps):
            return "All sub-tasks look done. Finish the task now."
        return f"Sub-task {at + 1} of {len(self.steps)}: {self.steps[at]}\nWork on this sub-task now."

    async def _plan(self, node: Node, tree: Tree) -> None:
        """Ask the planner; a plan that cannot be read, or not be asked for, is an empty one."""
        done = f"\n\n{history(node)}" if node.depth else ""
        question = (
            f"Break this task into {self.k} sub-tasks that are done one after another.\n\n{task(tree)}{done}"
        )
        try:
            said = await tree.ask(
                "plan",
                [Message("user", f"{question}\n\n{FORMAT}")],
                temperature=0.0,
                max_tokens=self.plan_tokens or None,
                turn=node.depth,
            )
        except ContextLimit:
            said = ""
        self.steps = _plans.read(said, self.k)
        node.notes["plan"] = list(self.steps)
        node.notes["plan_said"] = shorten(said, 1000)
        node.notes["subtask"] = 0

    async def _at(self, node: Node, tree: Tree) -> int:
        """Which sub-task `node` is at, counted from 0; the number of sub-tasks once all are done."""
        assert self.steps is not None
        if "subtask" not in node.notes:
            known = (n.notes["subtask"] for n in reversed(node.path()) if "subtask" in n.notes)
            at: int = next(known, 0)
            acted = node.candidate is not None and node.candidate.error is None
            if acted and at < len(self.steps) and await self._done(self.steps[at], node, tree):
                at += 1
            node.notes["subtask"] = at
        found: int = node.notes["subtask"]
        return found

    async def _done(self, step: str, node: Node, tree: Tree) -> bool:
        seen = f"{history(node)}\n\nThe last result was:\n{outcome(node)}"
        question = f"{task(tree)}\n\n{seen}\n\nIs this sub-task completed: {step}"
        return await agrees(self.name, tree, node, question, self.judge_tokens) is True

    def _gave_up(self, node: Node, tree: Tree) -> bool:
        if any(n.status not in (None, Status.COMPLETED) and not n.aside for n in tree.nodes):
            return True
        said = node.candidate.reply.text if node.candidate else ""
        return looping(node, self.repeats) or GAVE_UP.search(said) is not None


@hookimpl
def harness_strategy(name: str) -> type[Strategy] | None:
    return Decompose if name == Decompose.name else None
