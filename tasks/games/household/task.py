"""The task: which samples there are, how they are played, in which engine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import ClassVar

from harness import (
    Action,
    Environment,
    Host,
    Renames,
    Rules,
    Sample,
    Settings,
    Synthesis,
    Task,
    Tell,
    UsageError,
)

from .engine import House
from .environment import ACT, HouseholdEnvironment, World
from .expert import solve
from .native import SIZES, bundled
from .rules_fc import fc
from .rules_native import RENAMES, native
from .rules_v02 import v02
from .samples import HouseholdSample

OFFICIAL = ("agentbench-dev", "agentbench-std")
ENGINES = ("own", "alfworld")
_RULES: Mapping[str, Callable[[Settings], Rules]] = {"native": native, "v0.2": v02, "fc": fc}


class HouseholdTask(Task):
    name = "household"
    group = "games"
    summary = "Do chores in a house described in words: find, carry, clean, heat, cool, light."
    profiles: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "native": ("text", "tools"),
        "v0.2": ("text",),
        "fc": ("tools",),
    }
    splits = ("test", "train", *OFFICIAL)
    options: ClassVar[Mapping[str, str]] = {"engine": "own or alfworld"}
    datasets: ClassVar[Mapping[str, str]] = {
        "alfworld": "the folder of ALFWorld's games (it has json_2.1.1/, with game.tw-pddl files)"
    }

    def __init__(self) -> None:
        self.host: Host | None = None

    def setup(self, host: Host) -> None:
        """Says at once if the alfworld package is asked for and not there."""
        self.host = host
        if engine_name(host.settings) == "alfworld":
            self.engine(host.settings)

    def samples(self, split: str) -> Iterable[Sample]:
        if split in SIZES:
            return bundled(split)
        return self._official(split)[0]

    def skipped(self, split: str) -> Mapping[str, str]:
        return {} if split in SIZES else self._official(split)[1]

    def _official(self, split: str) -> tuple[Sequence[HouseholdSample], Mapping[str, str]]:
        """AgentBench says which games there are, ALFWorld's files what is in them."""
        if split not in OFFICIAL:
            raise UsageError(f"task 'household' has no split {split!r}; it has {', '.join(self.splits)}")
        if self.host is None:
            raise UsageError("task 'household' was used before its setup(host)")
        listed = self.host.data("agentbench")
        if listed is None:
            raise UsageError(
                f"split {split!r} of household is AgentBench's own: register a checkout of THUDM/AgentBench "
                "with `harness data add agentbench PATH`"
            )
        from .pddl.official import load

        return load(self.host.data("alfworld"), listed, split, self.host.settings.profile)

    def adopt(self, name: str, source: Path, target: Path, tell: Tell) -> list[str]:
        if name not in self.datasets:
            return super().adopt(name, source, target, tell)
        from .pddl.official import adopt

        return adopt(source, target, tell)

    def rules(self, settings: Settings) -> Rules:
        return _RULES[settings.profile](settings)

    def renames(self, settings: Settings) -> Renames:
        return RENAMES if settings.profile == "native" else Renames()

    def synthesis(self, settings: Settings) -> Synthesis:
        from .synthesis import HouseholdSynthesis

        return HouseholdSynthesis(settings)

    def open(self, sample: Sample, settings: Settings) -> Environment:
        ours = _ours(sample)
        return HouseholdEnvironment(ours, settings.profile, self._world(ours, settings))

    def _world(self, sample: HouseholdSample, settings: Settings) -> World:
        if engine_name(settings) == "own":
            return House(sample.game)
        from .pddl.official import games_root
        from .pddl.original import open_original

        root = self.host.data("alfworld") if self.host and sample.file else None
        return open_original(sample.game, games_root(root) / sample.file if root else None)

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        return tuple(Action(ACT, {"action": command}) for command in solve(_ours(sample).game))

    def random_action(self, sample: Sample, random: Random) -> Action:
        """A sentence of the grammar about things of this house, whether it makes sense or not."""
        game = _ours(sample).game
        item, place = random.choice(game.items).name, random.choice(game.receptacles).name
        commands = (
            f"go to {place}",
            f"open {place}",
            f"take {item} from {place}",
            f"move {item} to {place}" if game.wording == "move" else f"put {item} in/on {place}",
            f"examine {place}",
            f"use {item}",
            "look",
        )
        return Action(ACT, {"action": random.choice(commands)})

    def engine(self, settings: Settings) -> Mapping[str, str]:
        if engine_name(settings) == "own":
            return {"engine": "own, after alfworld 0.4.2"}
        from .pddl.original import version

        return {"engine": version()}


def engine_name(settings: Settings) -> str:
    """`--engine` of the command line: our own, or the alfworld package's."""
    name = settings.options.get("engine", "own")
    if name not in ENGINES:
        raise UsageError(f"household has no engine {name!r}; it has {', '.join(ENGINES)}")
    return name


def _ours(sample: Sample) -> HouseholdSample:
    if not isinstance(sample, HouseholdSample):
        raise UsageError(f"household cannot play {sample.id!r}: it is not a sample of this task")
    return sample
