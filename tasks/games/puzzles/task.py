"""The task: which samples there are, how they are played, and who is the host."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import ClassVar

from harness import Action, Environment, Host, Renames, Rules, Sample, Settings, Task, UsageError

from .environment import ASK, PuzzlesEnvironment
from .judge import fingerprint
from .native import SPLITS, bundled
from .official import FILES, FOLDERS, load
from .rules import RENAMES, rules
from .samples import PuzzleSample

_SUBJECTS = ("the man", "the woman", "the weather", "the story", "somebody", "the owner")
_THINGS = ("old", "angry", "rich", "dead", "at home", "in a hurry", "afraid", "lost")


class PuzzlesTask(Task):
    name = "puzzles"
    group = "games"
    summary = "Lateral-thinking puzzles: find out what happened by yes/no questions."
    profiles: ClassVar[Mapping[str, tuple[str, ...]]] = {"native": ("text", "tools"), "v0.2": ("text",)}
    splits = (*SPLITS, *FILES)
    options: ClassVar[Mapping[str, str]] = {
        "host": "judge (--judge-model) or scripted",
        "language": "of the official puzzles: en or zh",
    }

    def __init__(self) -> None:
        self.host: Host | None = None

    def setup(self, host: Host) -> None:
        self.host = host
        _check(host.settings, "host", ("judge", "scripted"))
        _check(host.settings, "language", tuple(FOLDERS))
        if host.settings.options.get("host") == "judge" and host.judge is None:
            raise UsageError("-T host=judge needs a judge model: give --judge-model")

    def samples(self, split: str) -> Iterable[Sample]:
        if split in SPLITS:
            return bundled(split)
        if split not in FILES:
            raise UsageError(f"task 'puzzles' has no split {split!r}; it has {', '.join(self.splits)}")
        if self.host is None:
            raise UsageError("task 'puzzles' was used before its setup(host)")
        options = self.host.settings.options
        return load(self.host.data("agentbench"), split, options.get("language", "en"))[0]

    def rules(self, settings: Settings) -> Rules:
        return rules(settings)

    def renames(self, settings: Settings) -> Renames:
        return RENAMES if settings.profile == "native" else Renames()

    def open(self, sample: Sample, settings: Settings) -> Environment:
        return PuzzlesEnvironment(_ours(sample), settings, self._judge(settings) is not None)

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        return tuple(Action(ASK, {"question": f.question}) for f in _ours(sample).facts)

    def random_action(self, sample: Sample, random: Random) -> Action:
        return Action(ASK, {"question": f"Is {random.choice(_SUBJECTS)} {random.choice(_THINGS)}?"})

    def engine(self, settings: Settings) -> Mapping[str, str]:
        """The host, and what it is asked; for official puzzles the scripted one only compares words, and
        its name says so."""
        judge = self._judge(settings)
        if judge is None:
            return {"host": "scripted (official puzzles: by shared words)"}
        return {"host": judge, "host prompts": fingerprint(settings)}

    def facts(self, split: str, settings: Settings) -> Mapping[str, str]:
        """Lines for the audit."""
        if split not in FILES or self.host is None:
            return {}
        found = load(self.host.data("agentbench"), split, settings.options.get("language", "en"))[1]
        blank = ", ".join(f"{n} of {k}" for k, n in found.items()) or "none"
        return {"host": self.engine(settings)["host"], "blank key lines dropped": blank}

    def _judge(self, settings: Settings) -> str | None:
        if self.host is None or settings.options.get("host") == "scripted":
            return None
        return self.host.judge


def _check(settings: Settings, name: str, known: tuple[str, ...]) -> None:
    if (value := settings.options.get(name, known[0])) not in known:
        raise UsageError(f"-T {name}={value}: puzzles has {', '.join(known)}")


def _ours(sample: Sample) -> PuzzleSample:
    if not isinstance(sample, PuzzleSample):
        raise UsageError(f"puzzles cannot play {sample.id!r}: it is not a sample of this task")
    return sample
