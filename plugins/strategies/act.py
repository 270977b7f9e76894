"""`act`: the action and nothing else, as in the paper's IO baseline."""

from harness import Node, Strategy, Tree, hookimpl

TEXT = "Reply with the action alone, in the format above. Write no thought and no explanation."
TOOLS = "Call the tool at once. Write no text beside the call."


class Act(Strategy):
    """Asks for the action alone, whatever the task's prompt says about thoughts.

    Source: IO in LLM-TMBR (Zhou et al. 2024), Table 2; Act in ReAct (Yao et al. 2023).
    """

    name = "act"

    def advise(self, node: Node, tree: Tree) -> str:
        return TOOLS if tree.rules.protocol == "tools" else TEXT


@hookimpl
def harness_strategy(name: str) -> type[Strategy] | None:
    return Act if name == Act.name else None
