"""One sample under audit: opens its worlds, plays replies in them by the real rules."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from harness.environment import Environment
from harness.errors import FormatError
from harness.plan import PlannedTask
from harness.rules import Rules
from harness.types import Action, Observation, Reply, Sample, Score, Status

FULL = 1 - 1e-9


class Path(NamedTuple):
    """How a path ended, if it did, and what was seen on it."""

    status: Status | None
    seen: tuple[str, ...]


@dataclass
class Case:
    """A sample, its task as set up, and every opening observation that was seen so far."""

    planned: PlannedTask
    sample: Sample
    shape: Action | None = None
    """How answers of this task look, for samples whose own expert gives none."""
    openings: list[Observation] = field(default_factory=list)

    @property
    def rules(self) -> Rules:
        return self.planned.rules

    @cached_property
    def solution(self) -> tuple[Action, ...]:
        return tuple(self.planned.task.solve(self.sample, self.planned.settings))

    @contextmanager
    def world(self) -> Iterator[Environment]:
        """A new environment in its first state."""
        world = self.planned.task.open(self.sample, self.planned.settings)
        try:
            self.openings.append(world.reset())
            yield world
        finally:
            world.close()

    def expert_replies(self) -> Iterator[Reply]:
        return (self.rules.write(action) for action in self.solution)

    def earns(self, replies: Iterable[Reply]) -> Score:
        """The score of a new world after these replies."""
        with self.world() as world:
            play(world, self.rules, replies)
            return score(world)


def play(world: Environment, rules: Rules, replies: Iterable[Reply]) -> Path:
    """What the loop does with an agent that gives these replies, one a turn."""
    seen: list[str] = []
    for turn, reply in enumerate(replies, 1):
        last = take_turn(world, rules, reply)
        seen.append(last.text)
        if last.status is not None:
            return Path(last.status, tuple(seen))
        if 0 < rules.turns <= turn:
            return Path(Status.TASK_LIMIT, tuple(seen))
    return Path(None, tuple(seen))


def take_turn(world: Environment, rules: Rules, reply: Reply) -> Observation:
    """One reply, read and carried out; the observations of several actions come together."""
    try:
        actions = rules.parse(reply)
    except FormatError as error:
        return rules.mistake(error)
    seen: list[Observation] = []
    for action in actions:
        seen.append(world.step(action))
        if seen[-1].done:
            break
    return Observation("\n".join(o.text for o in seen), seen[-1].status)


def score(world: Environment) -> Score:
    """The world's score. Raises `ValueError` for one that no table could average."""
    found = world.score()
    if found.fault:
        raise ValueError(f"score() gave {found.fault}")
    return found
