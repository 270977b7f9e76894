"""A world that asks a model what a word is worth, and takes and makes data; a model that says so."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from harness import (
    Action,
    Environment,
    Message,
    Model,
    ModelOptions,
    Observation,
    Reply,
    Request,
    Response,
    Sample,
    Score,
    Settings,
    Status,
    Task,
    Tell,
    TextRules,
    Usage,
    UsageError,
    hookimpl,
)


class World(Environment):
    """Cannot fork, so that coming back to a state plays it again."""

    def __init__(self) -> None:
        self.found = False

    def reset(self) -> Observation:
        self.found = False
        return Observation("Which word opens the gate?")

    def step(self, action: Action) -> Observation:
        if self.ask is None:
            return Observation("Nobody is at the gate.", Status.COMPLETED)
        verdict = self.ask([Message("user", f"Does {action.arguments['input']} open the gate?")])
        self.found = verdict == "Yes"
        return Observation(verdict, Status.COMPLETED if self.found else None)

    def score(self) -> Score:
        return Score(float(self.found))


class Riddle(Task):
    name = "riddle"
    datasets: ClassVar[Mapping[str, str]] = {"words": "a text file, one word a line"}
    options: ClassVar[Mapping[str, str]] = {"engine": "any text"}

    def samples(self, split: str) -> Iterator[Sample]:
        yield Sample("gate", split)

    def rules(self, settings: Settings) -> TextRules:
        return TextRules("Answer with a line `Action: <word>`.", 4)

    def open(self, sample: Sample, settings: Settings) -> World:
        return World()

    def solve(self, sample: Sample, settings: Settings) -> list[Action]:
        return [Action("act", {"input": word}) for word in ("please", "sesame")]

    def adopt(self, name: str, source: Path, target: Path, tell: Tell) -> list[str]:
        words = source.read_text().split()
        if not words:
            raise UsageError(f"{source}:1: expected a word")
        for number, _ in enumerate(words, 1):
            tell("reading words", number, len(words))
        if len(words) > 1:
            (target / "words.txt").write_text("\n".join(sorted(words)))
        return [f"{len(words)} words"]

    def make(self, target: Path, options: Mapping[str, str], tell: Tell) -> list[str]:
        if options.get("fail"):
            raise UsageError("-T fail: asked to")
        (target / "words.txt").write_text("made\n" * int(options.get("count", "1")))
        return ["made"]


class Sphinx(Model):
    """Guesses words, and says yes to `sesame`; notes each question in the file `SPHINX`."""

    name = "sphinx"

    async def generate(self, request: Request) -> Response:
        if request.purpose == "act":
            words = (Reply(f"Action: word-{request.turn}-{i}") for i in range(request.n))
            return Response(tuple(words), Usage(0, 1, 1))
        if request.purpose == "judge":
            return Response((Reply("2"),), Usage(0, 1, 1))
        (message,) = request.messages
        with Path(os.environ["SPHINX"]).open("a") as notes:
            notes.write(message.content + "\n")
        return Response((Reply("Yes" if "sesame" in message.content else "No"),), Usage(0, 100, 1))


@hookimpl
def harness_tasks() -> Iterator[Task]:
    yield Riddle()


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    return Sphinx() if name == "sphinx" else None
