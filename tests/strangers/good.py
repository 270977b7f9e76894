"""A plug-in that offers one of everything, as a stranger would write it."""

from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path
from random import Random

import click

from harness import (
    Action,
    Capabilities,
    Environment,
    Event,
    Executor,
    Exporter,
    Model,
    ModelOptions,
    Node,
    Observation,
    Picked,
    Reply,
    Request,
    Response,
    Rules,
    Sample,
    SandboxProvider,
    Score,
    Settings,
    Status,
    Strategy,
    Task,
    TextRules,
    Tree,
    hookimpl,
)


class World(Environment):
    """Two numbers to name, one a turn; the sum of both is wanted last."""

    capabilities = Capabilities(fork=True)

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self.wanted = wanted
        self.said: list[str] = []

    def reset(self) -> Observation:
        self.said = []
        return Observation(f"Say these, one a turn: {' '.join(self.wanted)}. Then say 'done'.")

    def step(self, action: Action) -> Observation:
        word = action.arguments["input"]
        if word == "done":
            return Observation("Thank you.", Status.COMPLETED)
        self.said.append(word)
        return Observation(f"{len(self.said)} so far.")

    def fork(self) -> Environment:
        twin = copy(self)
        twin.said = list(self.said)
        return twin

    def score(self) -> Score:
        return Score(float(tuple(self.said) == self.wanted))


class Parrot(Task):
    name = "parrot"
    summary = "Say what you are told."

    def samples(self, split: str) -> Iterable[Sample]:
        return [Sample(f"{i}", split) for i in range(3)]

    def wanted(self, sample: Sample) -> tuple[str, ...]:
        dice = Random(f"parrot {sample.id}")
        return tuple(str(dice.randint(100, 999)) for _ in range(2))

    def rules(self, settings: Settings) -> Rules:
        return TextRules("Write lines such as\nAction: 7", turns=6)

    def open(self, sample: Sample, settings: Settings) -> Environment:
        return World(self.wanted(sample))

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        return [Action("act", {"input": word}) for word in (*self.wanted(sample), "done")]

    def random_action(self, sample: Sample, random: Random) -> Action:
        return Action("act", {"input": str(random.randint(0, 99))})


class Cheer(Strategy):
    name = "cheer"

    def advise(self, node: Node, tree: Tree) -> str:
        return "You can do it."


class Mute(Model):
    name = "mute"

    async def generate(self, request: Request) -> Response:
        return Response((Reply("..."),) * request.n)


@hookimpl
def harness_tasks() -> Iterable[Task]:
    yield Parrot()


@hookimpl
def harness_strategy(name: str) -> type[Strategy] | None:
    return Cheer if name == "cheer" else None


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    return Mute() if name == "mute" else None


@hookimpl
def harness_sandbox(spec: str) -> SandboxProvider | None:
    return None


@hookimpl
def harness_executor(name: str) -> Executor | None:
    return None


class Keys(Exporter):
    """The names of episodes, one a line."""

    def write(self, runs: Sequence[Picked], target: Path) -> str:
        keys = [e.key for picked in runs for e in picked.episodes]
        target.write_text("".join(f"{key}\n" for key in keys))
        return f"{len(keys)} names"


@hookimpl
def harness_exporter(format: str) -> Exporter | None:
    return Keys() if format == "keys" else None


@hookimpl
def harness_commands(cli: click.Group) -> None:
    @cli.command("squawk")
    def squawk() -> None:
        """Make a noise."""
        click.echo("squawk!")


@hookimpl
def harness_event(event: Event) -> None:
    if event.kind == "run":
        click.echo(f"heard: {event.total} episodes of {event.task}", err=True)


@hookimpl
def harness_done(run: object) -> None:
    click.echo("heard: done", err=True)
