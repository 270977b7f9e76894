"""The text protocol: `Act: bash` with a fenced block, `Act: answer(...)`, `Act: finish`.

Formats and limits are AgentBench's (spec/agentbench.md, sections 1.1 and 2); the words are ours.
"""

import re
from collections.abc import Sequence

from harness import (
    Action,
    FormatError,
    Message,
    Observation,
    Renames,
    Reply,
    Settings,
    Status,
    TextRules,
)
from harness.protocol import cut

from .prompts import WORDING

_ACT = re.compile(r"Act:\s*(.+)")
_FENCED = re.compile(r"```bash\n(.*?)\n```", re.DOTALL)
_TOLERANT = re.compile(r"^[ \t>*_#]*act(?:ion)?[*_ ]*:[ \t*_`]*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_BLOCK = re.compile(
    r"```[^\n]+?```|```[ \t]*(?P<language>[^\n]*)\n(?P<script>.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE
)
"""Code within a line first: its closing fence opens no block."""
_SHELL = re.compile(r"\W*(?:(?:bash|sh|shell|console)\b.*)?", re.IGNORECASE)

RENAMES = Renames(
    words={"Act: bash": "Do: shell", "Act: answer": "Do: report", "Act: finish": "Do: close"},
    names={
        "bash": "run_lines",
        "answer": "report_value",
        "finish": "close_case",
        "script": "lines",
        "text": "reported",
    },
)


class PublishedText(TextRules):
    """The profile `v0.2`: an unreadable reply ends the episode, long histories are cut."""

    profile = "v0.2"

    def __init__(self, settings: Settings, turns: int = 8) -> None:
        talk = WORDING.turns(settings, f"{self.profile}-example")
        super().__init__(WORDING.text(settings, self.profile), turns, talk)
        self.problem = WORDING.text(settings, f"{self.profile}-problem")

    def prompt(self, problem: Observation) -> list[Message]:
        """The first message holds the instructions and the example's problem; its rest follows."""
        first, *rest = self.examples or (Message("user", ""),)
        opening = Message("user", f"{self.instructions}\n\n{first.content}")
        return [opening, *rest, Message("user", self.problem.replace("{problem}", problem.text))]

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        """The last `Act:` that can be read; bash blocks of the whole reply are joined."""
        for said in reversed(_ACT.findall(reply.text)):
            if said.lower().startswith("bash"):
                return (Action("bash", {"script": "\n\n".join(_FENCED.findall(reply.text))}),)
            if said.lower().startswith("finish"):
                return (Action("finish", {"thought": ""}),)
            left, right = said.find("("), said.rfind(")")
            if said.lower().startswith("answer") and left >= 0 and right >= 0:
                return (Action("answer", {"text": said[left + 1 : right]}),)
        raise FormatError(self.hint("No action was found."), "no action", Status.INVALID_ACTION)

    def write(self, action: Action, thought: str = "") -> Reply:
        said = f"Think: {thought or 'This is the next step.'}\n\nAct: "
        if action.name == "bash":
            return Reply(f"{said}bash\n\n```bash\n{action.arguments['script']}\n```")
        return Reply(
            f"{said}answer({action.arguments['text']})" if action.name == "answer" else f"{said}finish"
        )

    def hint(self, what: str) -> str:
        return (
            f"{what} End your reply with one of: `Act: bash` and a block of commands between "
            "```bash and ```; `Act: answer(the answer)`; `Act: finish`."
        )

    def mistake(self, error: FormatError) -> Observation:
        return Observation(str(error), error.status)

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return cut(messages)

    def show(self, observation: Observation) -> str:
        return shown(observation.text)


class NativeText(PublishedText):
    """The profile `native`: the same format read with tolerance; a mistake costs a turn, not the episode."""

    profile = "native"
    stop = ("The output of the OS",)
    """A model that goes on to invent the machine's reply is stopped there."""

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        """The first action of the reply; a fenced block alone is taken for bash."""
        for found in _TOLERANT.finditer(reply.text):
            rest = reply.text[found.end() :]
            if (action := self._tolerant(found[1].lower(), rest)) is not None:
                return (action,)
        if script := self._script(reply.text):
            return (Action("bash", {"script": script}),)
        raise FormatError(self.hint("No action was found in your reply."), "no action")

    def _tolerant(self, name: str, rest: str) -> Action | None:
        if name in ("finish", "finished", "done"):
            return Action("finish", {"thought": ""})
        if name == "answer":
            text = _answer(rest)
            return Action("answer", {"text": text}) if text else None
        if name in ("bash", "sh", "shell"):
            script = self._script(rest, _command(rest))
            return Action("bash", {"script": script}) if script else None
        return None

    def _script(self, text: str, otherwise: str = "") -> str:
        """The first block of shell commands. Raises `FormatError` if all blocks are of other languages."""
        blocks = [(named.strip(), code.strip()) for named, code in _BLOCK.findall(text) if code.strip()]
        script = next((code for named, code in blocks if _SHELL.fullmatch(named)), otherwise)
        if script or not blocks:
            return script
        said = f"A block of {blocks[0][0][:20]} is not run: only bash is, which can start other programs."
        raise FormatError(self.hint(said), "unparseable")

    def mistake(self, error: FormatError) -> Observation:
        return Observation(str(error))

    def view(self, messages: Sequence[Message]) -> list[Message]:
        return list(messages)


def shown(output: str) -> str:
    """What the shell printed, as the agent reads it."""
    return f"The output of the OS:\n\n{output}" if output else "The output of the OS is empty."


def _answer(rest: str) -> str:
    """What follows `answer`, with or without parentheses, up to the end of the line."""
    line = rest.strip().partition("\n")[0].strip()
    if line.startswith("("):
        inside, closed, _ = line[1:].rpartition(")")
        line = inside if closed else line[1:]
    return line.lstrip(":").strip(" *`")


def _command(rest: str) -> str:
    """The command on the line of its `Act:`, unless a block begins there."""
    line = rest.partition("\n")[0]
    return "" if line.count("```") == 1 else line.strip(" :`*")
