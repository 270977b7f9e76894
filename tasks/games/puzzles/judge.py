"""The judge model as host: AgentBench's four steps, each a prompt in `prompts/host-*.md`.

Source: AgentBench v0.2, lateral thinking puzzles; spec, section 6. An answer that cannot be read counts
as irrelevant, and is counted (`Score.parts["host_unreadable"]`).
"""

import re
from collections.abc import Callable, Sequence, Set

from harness import Message, Settings

from .samples import PuzzleSample
from .scripted import Verdict
from .wording import prompt

Ask = Callable[[Sequence[Message]], str]
_ANSWER = re.compile(r"^\W*(yes|no|irrelevant)\b", re.IGNORECASE)


def read(reply: str) -> str | None:
    """The verdict at the beginning of a reply, or None.

    >>> read("**Yes**, he was.")
    'yes'
    """
    found = _ANSWER.match(reply)
    return found.group(1).lower() if found else None


class Judge:
    """`facts` is what the agent knows so far, in the judge's words; it is emptied at every hit."""

    def __init__(self, sample: PuzzleSample, settings: Settings, facts: str = "") -> None:
        self.sample = sample
        self.settings = settings
        self.facts = facts

    def copy(self) -> "Judge":
        return Judge(self.sample, self.settings, self.facts)

    def verdict(self, ask: Ask, question: str, found: Set[int]) -> Verdict:
        answer = read(self._asked(ask, "answer", question=question))
        if answer is None:
            return Verdict("irrelevant", readable=False)
        if answer == "irrelevant":
            return Verdict(answer)
        stated = self._asked(ask, "state", question=question, answer=answer)
        self.facts = self._asked(ask, "simplify", known=f"{self.facts}\n{stated}".strip())
        readable = True
        for number, fact in enumerate(self.sample.facts):
            if number in found:
                continue
            held = read(self._asked(ask, "contains", key=fact.text))
            readable = readable and held in ("yes", "no")
            if held == "yes":
                self.facts = ""
                return Verdict(answer, number, readable)
        return Verdict(answer, None, readable)

    def _asked(self, ask: Ask, step: str, **filled: str) -> str:
        """The agent's words are filled in last, so that braces in them stay what they are."""
        sample = self.sample
        keys = "\n".join(f.text for f in sample.facts)
        known = {"story": sample.story, "truth": sample.truth, "keys": keys, "key": filled.pop("key", "")}
        said = {"facts": self.facts or "nothing", **filled}
        text = prompt(self.settings, f"host-{step}", **known, **said)
        return ask([Message("user", text)]).strip()
