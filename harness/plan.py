"""From what was asked for to what will be played: tasks set up, samples chosen, strategies checked."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UsageError, blame
from harness.host import Plugins
from harness.interface import OPTION, PLAIN, played_by
from harness.model import Model
from harness.near import suggest
from harness.records import TaskRecord, episode_key
from harness.registry import cache, registered
from harness.rules import Rules
from harness.sandbox import SandboxProvider
from harness.spec import RunSpec
from harness.strategy import Strategy, coerce, options
from harness.synthesis import samples_of, skipped_of
from harness.task import Task
from harness.types import Sample, Settings

Build = Callable[[], list[Strategy]]
"""Makes the strategies of one episode, afresh."""


@dataclass(slots=True)
class HostFace:
    """What a task sees of the host: see `harness.task.Host`."""

    settings: Settings
    plugins: Plugins
    spec: RunSpec
    models: list[Model]
    _scratch: Path | None = None
    _providers: list[SandboxProvider] = field(default_factory=list)

    @property
    def judge(self) -> str | None:
        return self.spec.judge_model

    @property
    def cache(self) -> Path:
        return cache()

    @property
    def scratch(self) -> Path:
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="harness-"))
        return self._scratch

    def sandbox(self, spec: str) -> SandboxProvider:
        provider = self.plugins.sandbox(spec)
        self._providers.append(provider)
        return provider

    def model(self, name: str) -> Model:
        model = self.plugins.model(name, self.spec.judge_options or self.spec.model_options)
        self.models.append(model)
        return model

    def data(self, name: str) -> Path | None:
        return registered().get(name)

    def close(self) -> None:
        for provider in self._providers:
            provider.close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """One task, set up and with its samples chosen."""

    task: Task
    settings: Settings
    rules: Rules
    samples: tuple[Sample, ...]
    host: HostFace
    split: str

    def record(self) -> TaskRecord:
        t, s = self.task, self.settings
        interface = s.options.get(OPTION, PLAIN)
        with blame(t.name, "fingerprint"):
            return TaskRecord(
                t.name,
                s.profile,
                s.protocol if interface == PLAIN else f"{s.protocol}, {interface}",
                self.split,
                tuple(x.id for x in self.samples),
                t.fingerprint(s, self.split),
                dict(t.engine(s)),
                dict(skipped_of(t, self.split)),
                t.macro(s),
                tuple(tool.to_openai() for tool in self.rules.tools),
            )

    def close(self) -> None:
        self.task.teardown()
        self.host.close()


@dataclass(frozen=True, slots=True)
class Job:
    """One episode to be played."""

    planned: PlannedTask
    sample: Sample
    epoch: int

    @property
    def key(self) -> str:
        return episode_key(self.planned.task.name, self.sample.id, self.epoch)


def plan_task(plugins: Plugins, spec: RunSpec, name: str, models: list[Model]) -> PlannedTask:
    """Set a task up and choose its samples. Raises `UsageError` for what it does not have."""
    task = plugins.task(name)
    usual = task.protocol(spec.profile)
    protocol = spec.protocol or usual
    if protocol not in task.profiles[spec.profile]:
        has = ", ".join(task.profiles[spec.profile])
        raise UsageError(f"task {name!r} under {spec.profile} is played by {has}, not by {protocol!r}")
    settings = Settings(spec.profile, protocol, spec.seed, own_options(spec.task_options, name), spec.prompts)
    host = HostFace(settings, plugins, spec, models)
    try:
        with blame(name, "setup"):
            task.setup(host)
            everything = tuple(samples_of(task, settings, spec.split))
            rules = played_by(task, settings)
        skipped = skipped_of(task, spec.split)
        playable = tuple(s for s in everything if s.id not in skipped)
        return PlannedTask(task, settings, rules, choose(playable, spec, name), host, spec.split)
    except BaseException:
        task.teardown()
        host.close()
        raise


def own_options(given: Mapping[str, str], task: str) -> dict[str, str]:
    """The options of one task: those without a prefix, then those with its own.

    >>> own_options({"engine": "a", "household.engine": "b", "db.engine": "c"}, "household")
    {'engine': 'b'}
    """
    common = {k: v for k, v in given.items() if "." not in k}
    return common | {k.partition(".")[2]: v for k, v in given.items() if k.startswith(f"{task}.")}


def choose(samples: tuple[Sample, ...], spec: RunSpec, task: str) -> tuple[Sample, ...]:
    """The samples that `--sample-id` and `--limit` leave."""
    if spec.sample_ids:
        by_id = {s.id: s for s in samples}
        found = tuple(by_id[i] for i in dict.fromkeys(spec.sample_ids) if i in by_id)
        if not found:
            there = suggest(spec.sample_ids[0], by_id)
            raise UsageError(f"--sample-id: task {task!r} has none of these that can be played; {there}")
        return found
    if spec.limit is None:
        return samples
    found = samples[limit_range(spec.limit, len(samples))]
    if samples and not found:
        raise UsageError(f"--limit {spec.limit}: task {task!r} has {len(samples)} samples that can be played")
    return found


def check_ids(wanted: Sequence[str], planned: Sequence[PlannedTask]) -> None:
    """Raises `UsageError` for an id of `--sample-id` that no task plays."""
    played = {s.id for p in planned for s in p.samples}
    for typed in wanted:
        if typed in played:
            continue
        known = [s.id for p in planned for s in samples_of(p.task, p.settings, p.split)]
        skipped = [why for p in planned if (why := skipped_of(p.task, p.split).get(typed))]
        said = (
            f"it cannot be played here: {skipped[0]}"
            if skipped
            else f"no task has it; {suggest(typed, known)}"
        )
        raise UsageError(f"--sample-id {typed}: {said}")


def limit_range(limit: str, n: int) -> slice:
    """`10`, `10-20` (from the 10th to the 20th) or a share such as `0.1`.

    >>> limit_range("5", 60), limit_range("10-20", 60), limit_range("0.1", 60)
    (slice(0, 5, None), slice(9, 20, None), slice(0, 6, None))
    """
    first, dash, last = limit.partition("-")
    try:
        if "." in limit:
            share = float(limit)
            start, end = 1, max(1, round(share * n)) if 0 < share <= 1 else 0
        else:
            start, end = (int(first), int(last)) if dash else (1, int(first))
    except ValueError:
        raise UsageError(f"--limit {limit}: expected a number, a range such as 10-20, or a share") from None
    if not 1 <= start <= end:
        raise UsageError(
            f"--limit {limit}: nothing to play; samples count from 1, and a share is at most 1.0"
        )
    return slice(start - 1, end)


def plan_strategies(plugins: Plugins, spec: RunSpec) -> tuple[Build, str, bool]:
    """What builds an episode's strategies, how tables call them, and whether one is an oracle."""
    factories = [(name, plugins.strategy(name)) for name in spec.strategy]
    known = {name: set(options(f)) for name, f in factories}
    given: dict[str, dict[str, str]] = {name: {} for name, _ in factories}
    for key, text in spec.strategy_options.items():
        owner, dot, option = key.partition(".")
        takers = [owner] if dot else [n for n in known if key in known[n]]
        for taker in takers:
            given.setdefault(taker, {})[option if dot else key] = text
        if not takers or takers[0] not in known:
            has = "; ".join(f"{n}: {', '.join(sorted(o)) or 'none'}" for n, o in known.items())
            raise UsageError(f"-S {key}={text}: no strategy of this run takes {key!r}; options are {has}")
    values = {name: coerce(f, name, given[name]) for name, f in factories}

    def build() -> list[Strategy]:
        made: list[Strategy] = []
        for name, factory in factories:
            with blame(name, "being made", kind="strategy"):
                answer = factory(**values[name])
            made += [answer] if isinstance(answer, Strategy) else list(answer)
        return made

    label = "+".join(_label(name, values[name]) for name, _ in factories)
    return build, label, any(s.oracle for s in build())


def _label(name: str, values: dict[str, Any]) -> str:
    said = ",".join(f"{k}={v}" for k, v in values.items())
    return f"{name}({said})" if said else name


def jobs(planned: Sequence[PlannedTask], epochs: int) -> list[Job]:
    """Every episode of the run, in order."""
    return [Job(p, s, e) for p in planned for e in range(1, epochs + 1) for s in p.samples]
