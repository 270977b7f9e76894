"""The task: which games there are and how they are played."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import ClassVar

from harness import Action, Environment, Rules, Sample, Settings, Task, UsageError

from .engine import FISH
from .environment import CardsEnvironment
from .expert import solve
from .rules import rules
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

    def open(self, sample: Sample, settings: Settings) -> Environment:
        assert isinstance(sample, CardsSample)
        return CardsEnvironment(sample)

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        assert isinstance(sample, CardsSample)
        return solve(sample)

    def random_action(self, sample: Sample, random: Random) -> Action:
        fish, place = random.choice(FISH), str(random.randrange(4))
        if random.random() < 0.5:
            return Action("guess", {"guess_type": fish, "target_position": place})
        how = random.choice(("normal", "active"))
        return Action("act", {"pick_fish": fish, "action": how, "target_position": place})
