"""The task `os`: samples, rules, worlds and experts."""

import shlex
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
    UsageError,
)

from . import errata, expert, generate, official
from .environment import OsEnvironment
from .play import PROFILES
from .rules_text import RENAMES, NativeText, PublishedText
from .rules_tools import NativeTools, PublishedTools
from .samples import OsSample
from .toolbox import Machines

_RULES: Mapping[tuple[str, str], Callable[[Settings], Rules]] = {
    ("native", "text"): NativeText,
    ("native", "tools"): NativeTools,
    ("v0.2", "text"): PublishedText,
    ("fc", "tools"): PublishedTools,
}


class OsTask(Task):
    """Problems to be solved in the shell of a private Linux machine; see README.md."""

    name = "os"
    summary: ClassVar[str] = "a Linux shell: questions about the machine, and changes to make on it"
    profiles: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "native": ("text", "tools"),
        "v0.2": ("text",),
        "fc": ("tools",),
    }
    splits: ClassVar[tuple[str, ...]] = ("test", "train", "agentbench-dev", "agentbench-std")
    options: ClassVar[Mapping[str, str]] = {
        "sandbox": "where shells run: namespaces, namespaces:ROOT or docker:IMAGE"
    }

    def __init__(self) -> None:
        self.machines: Machines | None = None
        self.checkout: Path | None = None
        self._loaded: dict[str, official.Loaded] = {}

    def setup(self, host: Host) -> None:
        """Takes the provider of sandboxes that `-T sandbox=SPEC` names (default: namespaces)."""
        self.checkout = host.data("agentbench")
        self._loaded.clear()
        self.machines = Machines(host.sandbox(host.settings.options.get("sandbox", "namespaces")))

    def samples(self, split: str) -> Iterable[OsSample]:
        if split in ("test", "train"):
            return generate.samples(split)
        return self._official(split).samples

    def skipped(self, split: str) -> Mapping[str, str]:
        return {} if split in ("test", "train") else self._official(split).skipped

    def rules(self, settings: Settings) -> Rules:
        make = _RULES.get((settings.profile, settings.protocol))
        if make is None:
            offered = "; ".join(f"{p}: {', '.join(w)}" for p, w in self.profiles.items())
            raise UsageError(
                f"task os cannot be played by profile {settings.profile!r} with protocol "
                f"{settings.protocol!r}; it has {offered}"
            )
        return make(settings)

    def renames(self, settings: Settings) -> Renames:
        return RENAMES if settings.profile == "native" else Renames()

    def synthesis(self, settings: Settings) -> Synthesis:
        from .synthesis import OsSynthesis

        if self.machines is None:
            raise UsageError("task os has no sandboxes yet: setup(host) comes before synthesis()")
        return OsSynthesis(settings, self.machines)

    def open(self, sample: Sample, settings: Settings) -> Environment:
        if self.machines is None:
            raise UsageError("task os has no sandboxes yet: setup(host) comes before open()")
        return OsEnvironment(_ours(sample), PROFILES[settings.profile], self.machines)

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        return expert.solve(_ours(sample), settings, self.machines)

    def random_action(self, sample: Sample, random: Random) -> Action:
        """Looks around, changes something harmless, or guesses."""
        script = random.choice(_LOOKS).format(n=random.randint(1, 99))
        guess = random.choice([str(random.randint(10_000, 99_999)), "yes", "/etc/passwd", "unknown"])
        return random.choice(
            [
                Action("bash", {"script": script}),
                Action("bash", {"script": f"touch /tmp/{shlex.quote(guess.strip('/').replace('/', '-'))}"}),
                Action("answer", {"text": guess}),
                Action("finish", {"thought": ""}),
            ]
        )

    def errata(self, sample: Sample) -> str | None:
        return errata.ERRATA[sample.id].why if sample.id in errata.ERRATA else None

    def engine(self, settings: Settings) -> Mapping[str, str]:
        return dict(self.machines.provider.describe()) if self.machines else {}

    def _official(self, split: str) -> official.Loaded:
        if split not in self.splits:
            raise UsageError(f"task os has no split {split!r}; it has {', '.join(self.splits)}")
        if split not in self._loaded:
            self._loaded[split] = official.load(self.checkout, split)
        return self._loaded[split]


_LOOKS = ("ls -la", "pwd", "ls /etc | head -n {n}", "id", "cat /etc/hostname", "find / -maxdepth 1", "df -h")


def _ours(sample: Sample) -> OsSample:
    if not isinstance(sample, OsSample):
        raise UsageError(f"task os cannot play {sample.id!r}: it is not a sample of this task")
    return sample
