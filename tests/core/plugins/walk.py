"""A walk from 0 to +4 in at most 8 moves, and a model that mostly goes the right way, slowly."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from harness import (
    Action,
    Capabilities,
    Environment,
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
    TextRules,
    Usage,
    hookimpl,
)


@dataclass(frozen=True, slots=True)
class Start(Sample):
    at: int


class World(Environment):
    capabilities = Capabilities(fork=True)

    def __init__(self, at: int) -> None:
        self.start = self.at = at

    def reset(self) -> Observation:
        self.at = self.start
        return Observation(f"You are at {self.at}. Go to 4.")

    def step(self, action: Action) -> Observation:
        if os.environ.get("WALK_BREAKS") == str(self.start):
            raise OSError("the floor gave way")
        self.at += 1 if action.arguments["input"] == "+" else -1
        return Observation(f"You are at {self.at}.", Status.COMPLETED if self.at == 4 else None)

    def fork(self) -> "World":
        copy = World(self.start)
        copy.at = self.at
        return copy

    def score(self) -> Score:
        return Score(float(self.at == 4))


class Walk(Task):
    name = "walk"

    def samples(self, split: str) -> Iterator[Start]:
        for at in range(4):
            yield Start(f"from{at}", split, at)

    def rules(self, settings: Settings) -> TextRules:
        return TextRules("Answer with a line `Action: +` or `Action: -`.", 8)

    def open(self, sample: Start, settings: Settings) -> World:  # type: ignore[override]
        return World(sample.at)

    def solve(self, sample: Start, settings: Settings) -> list[Action]:  # type: ignore[override]
        return [Action("act", {"input": "+"})] * (4 - sample.at)

    def random_action(self, sample: Sample, random: Random) -> Action:
        return Action("act", {"input": random.choice("+-")})


class Walker(Model):
    """Draws each reply from the request's seed, as a server with a seed would. Its answers have no price."""

    name = "walker"

    def __init__(self) -> None:
        self.pause = float(os.environ.get("WALK_PAUSE", "0"))

    def describe(self) -> dict[str, str]:
        facts = {"sha256": os.environ.get("WALK_WEIGHTS", "first")}
        return {**facts, "device": os.environ.get("WALK_DEVICE", "cuda")}

    async def generate(self, request: Request) -> Response:
        await asyncio.sleep(self.pause)
        draw = Random(request.generation.seed)
        if request.purpose != "act":
            return Response((Reply(draw.choice(["1", "2", "Yes", "No"])),), Usage(0, 10, 1))
        replies = tuple(Reply(f"Action: {draw.choice('+++-')}") for _ in range(request.n))
        return Response(replies, Usage(0, 10, 2 * request.n))


@hookimpl
def harness_tasks() -> Iterator[Task]:
    yield Walk()


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    return Walker() if name == "walker" else None
