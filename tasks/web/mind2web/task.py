"""The task: which samples there are, and how they are played; live pages are another engine's."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, ClassVar

from harness import Action, Environment, Host, Renames, Rules, Sample, Settings, Task, Tell, UsageError

from . import official
from .choices import ANSWER, OPERATIONS
from .rules import RENAMES, questions
from .samples import StepSample, WebSample

if TYPE_CHECKING:
    from .environment import Mind2WebEnvironment

BUNDLED = ("test", "train")
FIRST = 100
"""Steps that AgentBench v0.2 plays."""
_TRUE, _FALSE = ("true", "1", "yes"), ("", "false", "0", "no")


class Mind2WebTask(Task):
    name = "mind2web"
    group = "web"
    summary = "Carry out tasks on websites, one element and action at a time."
    profiles: ClassVar[Mapping[str, tuple[str, ...]]] = {"native": ("text", "tools"), "v0.2": ("text",)}
    splits = (*BUNDLED, *official.SPLITS)
    options: ClassVar[Mapping[str, str]] = {
        "live": "true: a real browser",
        "chromium": "the path of the browser for --live",
        "page-limit": "characters of a page that --live shows",
    }
    datasets: ClassVar[Mapping[str, str]] = {
        official.NAME: "a folder with Mind2Web's test_domain_*.json, and scores_all_data.pkl or .json"
    }

    def __init__(self) -> None:
        self.host: Host | None = None

    def setup(self, host: Host) -> None:
        self.host = host
        needs_selectolax()
        if live(host.settings):
            from .live import check_live

            check_live(host.settings)

    def teardown(self) -> None:
        if self.host is not None and live(self.host.settings):
            from .live import close_live

            close_live()

    def samples(self, split: str) -> Iterable[Sample]:
        tasks = self._tasks(split)
        if self._host.settings.profile != "v0.2":
            return tasks
        steps = (StepSample(f"{t.id}-{at}", split, t, at) for t in tasks for at in range(len(t.steps)))
        return tuple(islice(steps, FIRST))

    def _tasks(self, split: str) -> tuple[WebSample, ...]:
        if split in BUNDLED:
            from .sites import bundled

            return bundled(split)
        if split not in official.SPLITS:
            raise UsageError(f"task 'mind2web' has no split {split!r}; it has {', '.join(self.splits)}")
        if live(self._host.settings):
            raise UsageError("mind2web --live plays the bundled splits, test and train")
        return official.load(self._host.data(official.NAME), split)

    def rules(self, settings: Settings) -> Rules:
        if live(settings):
            from .live import live_rules

            return live_rules(settings)
        return questions(settings)

    def renames(self, settings: Settings) -> Renames:
        return RENAMES if settings.profile == "native" and not live(settings) else Renames()

    def open(self, sample: Sample, settings: Settings) -> Environment:
        if live(settings):
            from .live import open_live

            return open_live(sample, settings)
        return self._world(sample, settings)

    def _world(self, sample: Sample, settings: Settings) -> "Mind2WebEnvironment":
        from .environment import Mind2WebEnvironment

        if isinstance(sample, StepSample):
            steps = range(sample.at, sample.at + 1)
            return Mind2WebEnvironment(sample.task, self._page, settings.profile, settings.seed, steps)
        assert isinstance(sample, WebSample)
        return Mind2WebEnvironment(sample, self._page, settings.profile, settings.seed)

    def _page(self, sample: WebSample, step: int) -> str:
        if sample.split in BUNDLED:
            from .sites import page

            return page(sample, step)
        folder = self._host.data(official.NAME)
        if folder is None:
            raise UsageError("Mind2Web's files are not registered any more")
        return official.page(folder, sample.steps[step].page)

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        if live(settings):
            from .live import live_solve

            return live_solve(sample, settings)
        from .environment import expert

        return expert(self._world(sample, settings))

    def random_action(self, sample: Sample, random: Random) -> Action:
        if live(self._host.settings):
            from .live import live_random_action

            return live_random_action(sample, random)
        task = sample.task if isinstance(sample, StepSample) else sample
        assert isinstance(task, WebSample)
        choice, action = random.choice("ABCDEF"), random.choice(OPERATIONS)
        value = random.choice(task.question.split()) if action != "CLICK" else ""
        said = (choice, action, value) if choice != "A" else (choice, "", "")
        return Action(ANSWER, dict(zip(("choice", "action", "value"), said, strict=True)))

    def engine(self, settings: Settings) -> Mapping[str, str]:
        if live(settings):
            from .live import live_engine

            return live_engine(settings)
        from importlib.metadata import version

        return {"selectolax": version("selectolax")}

    def facts(self, split: str, settings: Settings) -> Mapping[str, str]:
        """For the audit: how often the ranker found a right element, and the longest task."""
        if live(settings):
            return {}
        tasks = self._tasks(split)
        found = [self._world(t, settings).recalls() for t in tasks]
        steps = [hit for hits in found for hit in hits]
        return {
            "right element among the ranked": f"{sum(steps)} of {len(steps)} steps",
            "longest task": f"{max((len(t.steps) for t in tasks), default=0)} steps",
        }

    def adopt(self, name: str, source: Path, target: Path, tell: Tell) -> list[str]:
        if name != official.NAME:
            return super().adopt(name, source, target, tell)
        needs_selectolax()
        return official.convert(source, target, tell)

    @property
    def _host(self) -> Host:
        if self.host is None:
            raise UsageError("task 'mind2web' was used before its setup(host)")
        return self.host


def needs_selectolax() -> None:
    """Raises `UsageError` that says what to install."""
    try:
        import selectolax.lexbor  # noqa: F401
    except ImportError:
        raise UsageError("mind2web needs selectolax: pip install 'agentbench-harness[web]'") from None


def live(settings: Settings) -> bool:
    """Whether real pages in a browser were asked for. Raises `UsageError` for anything unclear."""
    said = settings.options.get("live", "").lower()
    if said not in (*_TRUE, *_FALSE):
        raise UsageError(f"-T live={said}: expected true or false")
    if said in _TRUE and settings.profile != "native":
        raise UsageError(f"mind2web --live is played under the profile native, not {settings.profile!r}")
    return said in _TRUE
