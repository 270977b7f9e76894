"""`self-consistency`: several replies a turn vote on the next action."""

from collections import Counter
from collections.abc import Sequence

from harness import Candidate, Message, Node, Strategy, Tree, hookimpl

from ._paths import at_least, distinct, leave


class SelfConsistency(Strategy):
    """Executes the action that most of `samples` replies propose; of equals, the first seen.

    Replies without a readable action have no vote, unless none has one. The votes are kept in
    `node.notes["votes"]`, by normalised action.

    Source: self-consistency (Wang et al. 2023), voting on each action instead of a final answer.

    samples      replies a turn, sampled in one request
    temperature  of their sampling
    """

    name = "self-consistency"

    def __init__(self, samples: int = 5, temperature: float = 0.7) -> None:
        at_least(self.name, "samples", samples, 1)
        at_least(self.name, "temperature", temperature, 0)
        self.samples = samples
        self.temperature = temperature

    async def propose(self, node: Node, advice: Sequence[str | Message], tree: Tree) -> list[Candidate]:
        return await tree.propose(node, advice, n=self.samples, temperature=self.temperature)

    def judge(self, node: Node, candidates: list[Candidate], tree: Tree) -> list[Candidate]:
        votes = Counter(c.key for c in candidates)
        kept = distinct(node, candidates)
        chosen = max(kept, key=lambda c: votes[c.key])
        node.notes["votes"] = dict(votes)
        leave(node, chosen, kept)
        return [chosen]


@hookimpl
def harness_strategy(name: str) -> type[Strategy] | None:
    return SelfConsistency if name == SelfConsistency.name else None
