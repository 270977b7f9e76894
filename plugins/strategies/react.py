"""`react`: a short thought, then the action; the usual baseline."""

import re

from harness import Node, Observation, Strategy, Tree, hookimpl

ASKS = re.compile(r"\b(?:think|thought|reason|explain)", re.IGNORECASE)
TEXT = "First write one short thought about what to do next, then the action in the format above."
TOOLS = "Write one short thought about what to do next, then call the tool in the same message."


class React(Strategy):
    """Asks for one thought before each action, where the task's own prompt does not do so already.

    A prompt asks for it if its rules say so (`thoughts = True`), or if it speaks of thinking or
    reasoning, the problem itself left aside. AgentBench's prompts do (profiles v0.2 and fc); they are
    left exactly as they are.

    Source: ReAct (Yao et al. 2023); the baseline of LLM-TMBR (Zhou et al. 2024), Table 2.
    """

    name = "react"

    def __init__(self) -> None:
        self._asked = False

    def plan(self, tree: Tree) -> None:
        prompt = tree.rules.prompt(Observation("PROBLEM"))  # not the sample's: problems may say "think"
        says = any(ASKS.search(m.content) for m in prompt)
        self._asked = says or getattr(tree.rules, "thoughts", False)

    def advise(self, node: Node, tree: Tree) -> str | None:
        if self._asked:
            return None
        return TOOLS if tree.rules.protocol == "tools" else TEXT


@hookimpl
def harness_strategy(name: str) -> type[Strategy] | None:
    return React if name == React.name else None
