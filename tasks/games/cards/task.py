"""The task: which games there are and how they are played."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import ClassVar

from harness import Action, Environment, Renames, Rules, Sample, Settings, Task, UsageError

from .environment import CardsEnvironment
from .expert import solve
from .moves import by_chance
from .rules import RENAMES, rules
from .samples import REPEATS, CardsSample, games


class CardsTask(Task):
    name = "cards"
    group = "games"
    summary = "Win Aquawar, a card game with hidden identities, against a scripted opponent."
    profiles: ClassVar[Mapping[str, tuple[str, ...]]] = {"native": ("text", "tools"), "v0.2": ("text",)}
    splits = tuple(REPEATS)

    def samples(self, split: str) -> Iterable[Sample]:
        if split not in self.splits:
            raise UsageError(f"task 'cards' has no split {split!r}; it has {', '.join(self.splits)}")
        return games(split)

    def rules(self, settings: Settings) -> Rules:
        return rules(settings)

    def renames(self, settings: Settings) -> Renames:
        return RENAMES if settings.profile == "native" else Renames()

    def open(self, sample: Sample, settings: Settings) -> Environment:
        assert isinstance(sample, CardsSample)
        return CardsEnvironment(sample, settings.profile == "v0.2")

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        assert isinstance(sample, CardsSample)
        return solve(sample, settings.profile == "v0.2")

    def random_action(self, sample: Sample, random: Random) -> Action:
        return by_chance(random)
