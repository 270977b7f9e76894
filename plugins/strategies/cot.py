"""`cot`: step-by-step thinking and the action in one message."""

from harness import Node, Strategy, Tree, hookimpl

TEXT = "Think step by step first. End this same reply with the action, in the format above."
TOOLS = "Think step by step in your message first, and call the tool in the same message."


class Cot(Strategy):
    """Asks for reasoning before the action, every turn.

    Source: CoT in LLM-TMBR (Zhou et al. 2024), Table 2; zero-shot chain of thought (Kojima et al. 2022).
    """

    name = "cot"

    def advise(self, node: Node, tree: Tree) -> str:
        return TOOLS if tree.rules.protocol == "tools" else TEXT


@hookimpl
def harness_strategy(name: str) -> type[Strategy] | None:
    return Cot if name == Cot.name else None
