"""The judge model as host: AgentBench's four steps, each a prompt in `prompts/host-*.md`.

Source: AgentBench v0.2, `src/server/tasks/ltp/task.py`; spec, section 6. The questions are asked greedily
and one after the other, so a run's answers can be replayed from its journal. An answer that cannot be read
counts as irrelevant (a comparison as "no"), and is counted (`Score.parts["host_unreadable"]`).
"""

import re
from collections.abc import Callable, Sequence, Set
from hashlib import sha256

from harness import Message, Settings

from .samples import PuzzleSample
from .scripted import Verdict
from .wording import prompt

STEPS = ("answer", "state", "deny", "simplify", "contains")
Ask = Callable[[Sequence[Message]], str]
_ANSWER = re.compile(r"^\W*(?:answer\W+)?(?:(yes|no|irrelevant)\b|(是|否|不是|无关))", re.IGNORECASE)
_CHINESE = {"是": "yes", "否": "no", "不是": "no", "无关": "irrelevant"}


def read(reply: str) -> str | None:
    """The verdict at the beginning of a reply, or None.

    >>> read("**Yes**, he was."), read("Not at all."), read("不是。")
    ('yes', None, 'no')
    """
    found = _ANSWER.match(reply)
    if found is None:
        return None
    return found.group(1).lower() if found.group(1) else _CHINESE[found.group(2)]


def fingerprint(settings: Settings) -> str:
    """A hash of what the judge is asked, which scores depend on."""
    texts = "\0".join(prompt(settings, f"host-{step}") for step in STEPS)
    return sha256(texts.encode()).hexdigest()[:16]


class Judge:
    """`known` is all that was established, told to the host with each question; `pending` is what was
    established since the last hit, compared with the keys."""

    def __init__(self, sample: PuzzleSample, settings: Settings) -> None:
        self.sample = sample
        self.settings = settings
        self.known: tuple[str, ...] = ()
        self.pending: tuple[str, ...] = ()

    def copy(self) -> "Judge":
        other = Judge(self.sample, self.settings)
        other.known, other.pending = self.known, self.pending
        return other

    def verdict(self, ask: Ask, question: str, found: Set[int]) -> Verdict:
        answer = read(self._asked(ask, "answer", facts=_listed(self.known), question=question))
        if answer is None:
            return Verdict("irrelevant", readable=False)
        if answer == "irrelevant":
            return Verdict(answer)
        stated = self._asked(ask, "state" if answer == "yes" else "deny", question=question)
        self.known = (*self.known, stated)
        self.pending = (*self.pending, stated)
        several = len(self.pending) > 1
        merged = self._asked(ask, "simplify", known=_listed(self.pending)) if several else stated
        return self._compared(ask, question, answer, merged, found)

    def _compared(self, ask: Ask, question: str, answer: str, merged: str, found: Set[int]) -> Verdict:
        """The first remaining key that `merged` contains is hit, and it alone."""
        readable = True
        for number, fact in enumerate(self.sample.facts):
            if number in found or self._skipped(fact.text, question):
                continue
            held = read(self._asked(ask, "contains", facts=merged, key=fact.text))
            readable = readable and held in ("yes", "no")
            if held == "yes":
                self.pending = ()
                return Verdict(answer, number, readable)
        return Verdict(answer, None, readable)

    def _skipped(self, key: str, question: str) -> bool:
        """AgentBench does not compare keys that are longer than the question."""
        return self.settings.profile == "v0.2" and len(question.replace("?", "")) < len(key)

    def _asked(self, ask: Ask, step: str, **filled: str) -> str:
        sample = self.sample
        keys = "\n".join(f.text for f in sample.facts)
        given = {"story": sample.story, "truth": sample.truth, "keys": keys, **filled}
        return ask([Message("user", prompt(self.settings, f"host-{step}", **given))]).strip()


def _listed(facts: Sequence[str]) -> str:
    return "\n".join(facts) or "nothing"
