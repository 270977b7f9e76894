"""A task whose problems a model may write: one file, as a stranger would write it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from harness import (
    Action,
    Environment,
    Message,
    Observation,
    Rules,
    Sample,
    Score,
    Settings,
    Status,
    Synthesis,
    Task,
    TextRules,
    Unfit,
    Wanted,
    hookimpl,
)


@dataclass(frozen=True)
class Sum(Sample):
    numbers: tuple[int, ...]


class Sheet(Environment):
    def __init__(self, sample: Sum) -> None:
        self.sample, self.said = sample, ""

    def reset(self) -> Observation:
        self.said = ""
        return Observation(f"Add up: {' + '.join(map(str, self.sample.numbers))}")

    def step(self, action: Action) -> Observation:
        self.said = str(action.arguments["input"])
        return Observation("", Status.COMPLETED)

    def score(self) -> Score:
        return Score(float(self.said == str(sum(self.sample.numbers))))


class Sums(Synthesis):
    def ask(self, random: Random, count: int, show: Callable[[Sample], str]) -> Wanted:
        worked = show(Sum("0", "train", (2, 3)))
        most = random.randint(50, 99)
        said = (
            f"Like this:\n{worked}\nWrite {count} more, numbers up to {most}, as JSON objects with numbers."
        )
        return Wanted((Message("user", said),), {"most": most})

    def sample(self, problem: Mapping[str, Any], id: str) -> Sum:
        numbers = self.field(problem, "numbers", list)
        if not all(isinstance(n, int) and n <= self.field(problem, "most", int) for n in numbers):
            raise Unfit("a number is too large")
        return Sum(id, self.split, tuple(numbers))

    def key(self, sample: Sample) -> str:
        assert isinstance(sample, Sum)
        return str(sorted(sample.numbers))


class Adding(Task):
    name = "adding"
    splits = ("test", "train")

    def samples(self, split: str) -> Iterable[Sample]:
        start = {"test": 10, "train": 20}[split]
        return [Sum(f"{split}-{n}", split, (n, n + 7)) for n in range(start, start + 3)]

    def rules(self, settings: Settings) -> Rules:
        return TextRules("Answer by a line such as\nAction: 7", turns=1)

    def synthesis(self, settings: Settings) -> Synthesis:
        return Sums()

    def open(self, sample: Sample, settings: Settings) -> Environment:
        assert isinstance(sample, Sum)
        return Sheet(sample)

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        assert isinstance(sample, Sum)
        return (Action("act", {"input": str(sum(sample.numbers))}),)


@hookimpl
def harness_tasks() -> list[Task]:
    return [Adding()]
