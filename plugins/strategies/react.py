"""`react`: a short thought, then the action; the usual baseline."""

from harness import Node, Strategy, Tree, hookimpl

TEXT = "Begin with one line 'Thought: ...' about what to do next, then give the action in the format above."
TOOLS = "Write one short thought about what to do next, then call the tool in the same message."


class React(Strategy):
    """Asks for one thought before each action, where the task's own prompt does not do so already.

    Rules whose prompt asks for thoughts say so by `thoughts = True` (AgentBench's prompts, profiles
    v0.2 and fc, do): the prompt is then left exactly as it is.

    Source: ReAct (Yao et al. 2023); the baseline of LLM-TMBR (Zhou et al. 2024), Table 2.
    """

    name = "react"

    def advise(self, node: Node, tree: Tree) -> str | None:
        if getattr(tree.rules, "thoughts", False):
            return None
        return TOOLS if tree.rules.protocol == "tools" else TEXT


@hookimpl
def harness_strategy(name: str) -> type[Strategy] | None:
    return React if name == React.name else None
