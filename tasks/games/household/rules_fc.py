"""The `fc` profile: AgentBench's function calling, in our words.

Source: AgentBench FC; spec, sections 1.5 and 7. One tool, no example, twenty steps; lists of commands
stay in the history. The first call of a turn counts. A turn without a call, or with one that cannot be
read, is answered with a correction and spends a step.
"""

from harness import Action, FormatError, Observation, Reply, Settings, ToolRules

from .rules_native import TOOL
from .wording import prompt

STEPS = 20


def fc(settings: Settings) -> "Fc":
    return Fc(prompt(settings, "fc"), (TOOL,), STEPS)


class Fc(ToolRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        if not reply.tool_calls:
            raise FormatError("No tool was called. Call take_action with one of the actions.", "no action")
        return (self.read(reply.tool_calls[0]),)

    def mistake(self, error: FormatError) -> Observation:
        return Observation(str(error))
