"""`multibranch`: several candidates a turn; a judge picks the one to follow."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness import Candidate, Message, Node, Status, Strategy, Tree, hookimpl

from ._judge import choose, history, outcome, task
from ._paths import at_least, distinct, leave

NEXT = "An agent works on a task. Choose the next action that brings it closest to being solved."
TRIED = "An agent tried several actions on a task. Choose the one whose result is closest to solving it."


@dataclass(slots=True)
class Batch:
    """The candidates of one turn that are being executed side by side."""

    votes: Counter[str]
    waiting: int
    children: list[Node] = field(default_factory=list)


class MultiBranch(Strategy):
    """Samples `branches` candidates a turn in one request and lets a judge pick by number.

    Equal actions are proposals of one candidate and are shown once; unreadable replies, and actions
    already executed at the same state, are dropped where there are others. The judge sees them in
    random order, and is not asked about a single one or where no reply is readable. A verdict that does
    not name one of them clearly falls back to the candidate proposed most often, then to the first.

    Source: LLM-TMBR (Zhou et al. 2024), section on multi-path reasoning; Table 3 is best at 2 branches.
    The paper gives neither the judge's prompt nor a temperature.

    branches      candidates a turn
    temperature   of their sampling
    execute       try every candidate in a fork of the environment, and judge by what it led to
    judge_tokens  room for the judge's answer; 0 for the run's own --max-tokens
    """

    name = "multibranch"

    def __init__(
        self, branches: int = 2, temperature: float = 0.7, execute: bool = False, judge_tokens: int = 32
    ) -> None:
        at_least(self.name, "branches", branches, 1)
        at_least(self.name, "temperature", temperature, 0)
        self.branches = branches
        self.temperature = temperature
        self.execute = execute
        self.judge_tokens = judge_tokens
        self.returns = execute
        self._batch: Batch | None = None

    async def propose(self, node: Node, advice: Sequence[str | Message], tree: Tree) -> list[Candidate]:
        return await tree.propose(node, advice, n=self.branches, temperature=self.temperature)

    async def judge(self, node: Node, candidates: list[Candidate], tree: Tree) -> list[Candidate]:
        votes = Counter(c.key for c in candidates)
        kept = distinct(node, candidates)
        if kept[0].error:  # none is readable: nothing to choose between
            kept = [max(kept, key=lambda c: votes[c.key])]
        if self.execute:
            self._batch = Batch(votes, len(kept))
            return kept
        shown = {c.key: f"{c}" for c in kept}
        best = await self._pick(node, shown, votes, NEXT, tree)
        chosen = next(c for c in kept if c.key == best)
        leave(node, chosen, kept)
        return [chosen]

    async def observe(self, child: Node, tree: Tree) -> None:
        """With `execute`, once all are tried: follow the best, put the others aside."""
        if (batch := self._batch) is None or child.parent is None:
            return
        batch.children.append(child)
        if len(batch.children) < batch.waiting:
            return
        self._batch = None
        good = [c for c in batch.children if c.open or c.status is Status.COMPLETED] or batch.children
        shown = {c.candidate.key: f"{c.candidate}\nResult: {outcome(c)}" for c in good if c.candidate}
        best = await self._pick(child.parent, shown, batch.votes, TRIED, tree)
        for tried in batch.children:
            tried.aside = tried.candidate is not None and tried.candidate.key != best

    async def _pick(
        self, node: Node, shown: dict[str, str], votes: Counter[str], question: str, tree: Tree
    ) -> str:
        """The key the judge prefers of `shown` (key to text), or the fallback."""
        keys = list(shown)
        if len(keys) == 1:
            return keys[0]
        fallback = max(keys, key=lambda k: votes[k])
        tree.random.shuffle(keys)
        asked = f"{question}\n\n{task(tree)}\n\n{history(node)}\n\nCandidates:"
        index = await choose(self.name, tree, node, asked, [shown[k] for k in keys], self.judge_tokens)
        return fallback if index is None else keys[index]


@hookimpl
def harness_strategy(name: str) -> type[Strategy] | None:
    return MultiBranch if name == MultiBranch.name else None
