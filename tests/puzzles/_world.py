"""Worlds of one puzzle, and a judge on loopback that follows the truth of the bundled puzzles."""

from contextlib import AbstractContextManager
from typing import Any

from harness.tasks.games.puzzles.environment import PuzzlesEnvironment
from harness.tasks.games.puzzles.native import bundled
from harness.tasks.games.puzzles.samples import PuzzleSample

from harness import Action, Observation, Settings
from tests.models._server import Answer, Loopback, beside, chat

BUNDLED = [*bundled("test"), *bundled("train")]
BAKERY = next(s for s in BUNDLED if s.id == "test-bakery")
LIGHTHOUSE = next(s for s in BUNDLED if s.id == "test-lighthouse")


def world(sample: PuzzleSample = BAKERY, profile: str = "native", judged: bool = False) -> PuzzlesEnvironment:
    opened = PuzzlesEnvironment(sample, Settings(profile), judged)
    opened.reset()
    return opened


def ask(opened: PuzzlesEnvironment, question: str) -> Observation:
    return opened.step(Action("ask", {"question": question}))


def host(prompt: str) -> str:
    """An honest judge: it knows each fact's question, and sees a fact only in its own words."""
    facts = {f.question: f.text for s in BUNDLED for f in s.facts}
    question = prompt.rpartition("Question: ")[2].strip()
    if prompt.startswith("You host"):
        return "Yes." if question in facts else "Irrelevant."
    if prompt.startswith("The answer to this question is"):
        return facts[question]
    if prompt.startswith("Sentence 1"):
        key, _, known = prompt.removeprefix("Sentence 1: ").partition("\n\nSentence 2: ")
        return "yes" if key in known else "no"
    return prompt.partition("\n\n")[2]


def judging() -> AbstractContextManager[Loopback]:
    """An OpenAI-compatible server with this judge."""

    def answer(body: dict[str, Any]) -> Answer:
        said = host(body["messages"][-1]["content"])
        return Answer(chat(said, usage={"prompt_tokens": 100, "completion_tokens": 2}))

    return beside(answer)
