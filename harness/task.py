"""A family of samples with its environment and its scoring."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Protocol

from harness.environment import Environment
from harness.errors import UsageError
from harness.interface import Renames, played_by
from harness.model import Model
from harness.rules import Rules
from harness.sandbox import SandboxProvider
from harness.synthesis import Synthesis, samples_of
from harness.types import Action, Sample, Settings, digest


class Tell(Protocol):
    """Shows progress on long work."""

    def __call__(self, what: str, done: int = 0, total: int | None = None) -> None: ...


class Host(Protocol):
    """What the host offers a task for the length of a run."""

    settings: Settings

    @property
    def judge(self) -> str | None:
        """The name of the run's judge model, if it has one; environments reach it by `ask`."""

    @property
    def cache(self) -> Path:
        """A folder that outlives runs, for what a task makes once. Write new files elsewhere in it and
        rename them into place: several processes may be at it."""

    @property
    def scratch(self) -> Path:
        """A folder of the run for the task's own files; gone afterwards."""

    def sandbox(self, spec: str) -> SandboxProvider:
        """Sandboxes of the kind `spec`, from whichever plug-in has them."""

    def model(self, name: str) -> Model:
        """A model by `provider/name`, for tasks that need a host or a judge."""

    def data(self, name: str) -> Path | None:
        """The folder registered by `harness data add NAME PATH`, or None."""


class Task(ABC):
    """Offered by a plug-in through `harness_tasks`; cheap to make, imports nothing heavy."""

    name: ClassVar[str]
    group: ClassVar[str | None] = None
    """`web` or `games`, or None; `--tasks` takes groups too."""
    summary: ClassVar[str] = ""
    profiles: ClassVar[Mapping[str, tuple[str, ...]]] = {"native": ("text",)}
    """Profile to the protocols it can be played in, the usual one first."""
    splits: ClassVar[tuple[str, ...]] = ("test",)
    datasets: ClassVar[Mapping[str, str]] = {}
    """Data of others that the task plays: the NAME of `harness data add NAME PATH`, and what PATH is to
    be. `agentbench` need not be named here."""
    options: ClassVar[Mapping[str, str]] = {}
    """What the task reads of `Settings.options`: the KEY of `-T KEY=VALUE`, and what VALUE is to be. Any
    other key is refused, so a task that names none takes none."""

    def setup(self, host: Host) -> None:  # noqa: B027
        """Called once, before anything else, and only when the task is to be played."""

    def teardown(self) -> None:  # noqa: B027
        """Called once, after the last episode, also after a failure."""

    @abstractmethod
    def samples(self, split: str) -> Iterable[Sample]:
        """The samples of a split, in a fixed order. Raises `UsageError` for an unknown split."""

    @abstractmethod
    def rules(self, settings: Settings) -> Rules:
        """How the task is played under these settings."""

    @abstractmethod
    def open(self, sample: Sample, settings: Settings) -> Environment:
        """A new environment for one episode; `reset` comes next."""

    @abstractmethod
    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        """The expert's actions, which score 1. Empty where no expert is known."""

    def renames(self, settings: Settings) -> Renames:
        """What changes places under `--interface renamed`; empty where the task has no such variant."""
        return Renames()

    def random_action(self, sample: Sample, random: Random) -> Action:
        """Something a random agent might do; the audit shows that it does not score 1."""
        raise NotImplementedError

    def errata(self, sample: Sample) -> str | None:
        """Why the gold answer of this sample is known to be wrong, or None."""
        return None

    def skipped(self, split: str) -> Mapping[str, str]:
        """Samples of a split that cannot be played here: id to reason. Listed, never hidden."""
        return {}

    def synthesis(self, settings: Settings) -> Synthesis | None:
        """How a model writes new problems of this task (`harness synthesize`); None where it cannot.
        Lives in `synthesis.py`, which no score depends on and the content hash of the grader leaves out."""
        return None

    def macro(self, settings: Settings) -> bool:
        """Whether the task's score is the mean of its categories' means (`Score.category`)."""
        return False

    def engine(self, settings: Settings) -> Mapping[str, str]:
        """The engine behind the environment, as far as scores depend on it."""
        return {}

    def prompts(self) -> frozenset[str]:
        """Names of the texts that `--prompts DIR` may replace; other files in DIR are refused.

        Those of the files `prompts/NAME.md` beside the task's class."""
        folder, packaged = _home(type(self))
        files = folder.rglob("prompts/*.md") if packaged else folder.glob("prompts/*.md")
        return frozenset(f.stem for f in files)

    def fingerprint(self, settings: Settings, split: str) -> dict[str, str]:
        """Content hash by part; tables mix runs only where all parts agree."""
        folder, packaged = _home(type(self))
        graders = (f for f in folder.rglob("*.py") if f.name != "synthesis.py")
        files = sorted(graders) if packaged else [Path(inspect.getfile(type(self)))]
        rules: dict[str, Any] = played_by(self, settings).describe()
        return {
            "prompts": digest(rules["prompt"]),
            "protocol": digest(settings.profile, settings.protocol, rules["tools"], rules["stop"]),
            "limits": digest(rules["turns"]),
            "data": digest(split, list(samples_of(self, settings, split))),
            "grader": sha256(b"\0".join(f.read_bytes() for f in files)).hexdigest()[:16],
            "engine": digest(dict(self.engine(settings))),
        }

    def adopt(self, name: str, source: Path, target: Path, tell: Tell) -> list[str]:
        """`harness data add NAME PATH` for a name in `datasets`: check the files at `source`, and convert
        them into the empty folder `target` where they cannot be used as they are.

        Returns what was found, a line each. What lies in `target` is registered; if it stayed empty,
        `source` itself is. Raises `UsageError` naming the file, the line and what was expected.
        """
        raise UsageError(f"task {self.name!r} takes no data {name!r}")

    def make(self, target: Path, options: Mapping[str, str], tell: Tell) -> list[str]:
        """`harness data make TASK -T key=value`: generate data into the empty folder `target`.

        It is registered under the task's own name, where `Host.data` finds it. Returns what was made.
        """
        raise UsageError(f"task {self.name!r} has no data to make: what it needs is bundled")

    def protocol(self, profile: str) -> str:
        """The usual protocol of a profile. Raises `UsageError` where the task lacks the profile."""
        if profile not in self.profiles:
            raise UsageError(
                f"task {self.name!r} has no profile {profile!r}; it has {', '.join(self.profiles)}"
            )
        return self.profiles[profile][0]


def _home(task: type[Task]) -> tuple[Path, bool]:
    """The folder that a task's class is in, and whether all of it is the task's package."""
    folder = Path(inspect.getfile(task)).parent
    return folder, (folder / "__init__.py").exists()
