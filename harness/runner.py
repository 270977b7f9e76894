"""Carries out a run: plans it, plays what is missing, writes every episode as it ends."""

import asyncio
import os
import platform
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.episode import Stage, play_episode
from harness.errors import HarnessError, UsageError
from harness.events import Event
from harness.facts import gone_on
from harness.host import Plugins
from harness.journal import tries
from harness.model import Model
from harness.plan import Job, PlannedTask, check_ids, jobs, plan_strategies, plan_task
from harness.records import EpisodeRecord, RunRecord
from harness.spec import RunSpec, unspoken
from harness.store import RunStore
from harness.types import Limits, Status, Usage
from harness.unused import refuse_unused

Listener = Callable[[Event], None]

COUNTED = {
    "tokens": "--token-limit holds nothing back: the model's answers count no tokens",
    "cost": "--cost-limit holds nothing back: the model's answers have no price "
    "(openai/ takes -M price-in=... and -M price-out=...)",
}
"""Of limits and usage alike: what to say where the limit is set and nothing is counted."""


@dataclass(slots=True)
class Run:
    """A planned run. `close` gives back what planning opened."""

    spec: RunSpec
    plugins: Plugins
    planned: list[PlannedTask]
    record: RunRecord
    model: Model
    judge: Model | None
    extra: list[Model]
    build: Any

    def close(self) -> None:
        for planned in self.planned:
            planned.close()


def plan(spec: RunSpec, plugins: Plugins, command: str = "") -> Run:
    """Everything that can be wrong before the first model call is found here."""
    build, label, oracle = plan_strategies(plugins, spec)
    model = plugins.model(spec.model, spec.model_options)
    judge = None
    if spec.judge_model:
        judge = plugins.model(spec.judge_model, spec.judge_options or spec.model_options)
    planned: list[PlannedTask] = []
    extra: list[Model] = []
    try:
        names = plugins.expand_tasks(spec.tasks)
        refuse_unused(spec, plugins, names)
        for name in names:
            planned.append(plan_task(plugins, spec, name, extra))
        check_ids(spec.sample_ids, planned)
        for p in planned:
            if p.settings.protocol == "tools" and not model.capabilities.tools:
                text = "text" in p.task.profiles[p.settings.profile]
                hint = "add --protocol text" if text else "choose a profile that is played by text"
                raise UsageError(f"model {spec.model!r} has no function calling; {hint}")
        record = RunRecord(
            model.name,
            label,
            oracle,
            tuple(p.record() for p in planned),
            spec.epochs,
            spec.seed,
            spec.digest,
            unspoken(command),
            spec.decides(),
            dict(plugins.origins),
            _machine(),
            {},
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        return Run(spec, plugins, planned, record, model, judge, extra, build)
    except BaseException:
        for p in planned:
            p.close()
        raise


def _machine() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpus": str(os.cpu_count()),
    }


def find_unfinished(folder: Path, record: RunRecord) -> Path | None:
    """The newest run in `folder` of the same plan and content that lacks episodes."""
    for path in sorted(folder.glob("*/run.json"), reverse=True):
        try:
            store = RunStore(path.parent)
        except HarnessError:
            continue
        if store.record.plan != record.plan or same_content(store.record, record) is not None:
            continue
        if {e.key for e in finished(store.episodes())} < set(record.keys()):
            return path.parent
    return None


def same_content(old: RunRecord, new: RunRecord) -> str | None:
    """What differs between two records of one plan, or None."""
    for task in new.tasks:
        before = next((t for t in old.tasks if t.name == task.name), None)
        if before is None or tuple(before.samples) != tuple(task.samples):
            return f"the samples of {task.name}"
        if parts := task.differing(before):
            return f"the {', '.join(parts)} of {task.name}"
    return None


async def carry_out(run: Run, store: RunStore, listeners: Sequence[Listener] = ()) -> list[HarnessError]:
    """Play every planned episode that has no record yet. Returns failures of listeners.

    Cancelling it ends the episodes in flight, whose steps stay in the journal.
    Raises `UsageError` where weights or plug-ins have changed since the replies that are there were made.
    """
    teller = _Teller(run.plugins, list(listeners), run.spec.limits)
    before = store.episodes()
    done = {e.key: e for e in finished(before)}
    past = tries(store, {e.key: e.attempt for e in before if e.key not in done})
    todo = [j for j in jobs(run.planned, run.spec.epochs) if j.key not in done]
    _announce(run, list(done.values()), teller)
    executor = run.plugins.executor(run.spec.executor)
    models = [m for m in (run.model, run.judge, *run.extra) if m is not None] if todo else []
    with ThreadPoolExecutor(max(4, min(64, run.spec.max_samples)), "environment") as threads:
        work = _worker(threads)
        stage = Stage(run.spec, store, run.model, run.judge, run.build, work, teller.call, teller.warn)

        async def one(job: Job) -> EpisodeRecord:
            teller(Event("episode", job.planned.task.name, job.key))
            return await play_episode(job, stage, *past.get(job.key, (0, {})))

        async with started(models), aclosing(executor.run(todo, one, run.spec.max_samples)) as played:
            if todo:
                begun = bool(done) or any(calls for _, calls in past.values())
                store.amend(_with_facts(run, store.record, begun))
            async for record in played:
                store.add_episode(record)
                teller.result(record)
                if record.error and run.spec.fail_on_error:
                    said = f"{record.key} failed ({record.error['side']}): {record.error['what']}"
                    raise HarnessError(said)
    teller(Event("done"))
    return teller.failures


def _with_facts(run: Run, old: RunRecord, begun: bool) -> RunRecord:
    """The run's record with what its models say of themselves now that they are started."""
    facts = run.model.describe()
    if run.judge is not None:
        facts = {**facts, **{f"judge {k}": v for k, v in run.judge.describe().items()}}
    new = replace(run.record, model_facts=facts)
    if begun:
        return gone_on(old, new)
    return replace(old, plugins=new.plugins, machine=new.machine, model_facts=facts)


@asynccontextmanager
async def started(models: Sequence[Model]) -> AsyncIterator[None]:
    """Models that are running; each is closed again, also one that failed to start."""
    async with AsyncExitStack() as running:
        for model in models:
            running.push_async_callback(model.close)
            await model.start()
        yield


def finished(episodes: Sequence[EpisodeRecord]) -> list[EpisodeRecord]:
    """Those that need not be played again: an error of ours is no result."""
    return [e for e in episodes if e.status is not Status.ERROR]


def _announce(run: Run, done: Sequence[EpisodeRecord], teller: "_Teller") -> None:
    for planned in run.planned:
        name = planned.task.name
        own = [e for e in done if e.task == name]
        teller(Event("run", name, total=len(planned.samples) * run.spec.epochs, finished=len(own)))
        for record in own:
            teller.result(record, "before")


def _worker(threads: ThreadPoolExecutor) -> Callable[..., Awaitable[Any]]:
    """Blocking calls in threads; a cancelled episode waits for its call, so nothing is cut mid-step."""

    async def work(function: Callable[..., Any], *given: Any) -> Any:
        future = asyncio.get_running_loop().run_in_executor(threads, function, *given)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise

    return work


class _Teller:
    """Passes events on to listeners; one that raises is reported once and not asked again."""

    def __init__(self, plugins: Plugins, listeners: list[Listener], limits: Limits) -> None:
        self.failures: list[HarnessError] = []
        self.unchecked = {k: v for k, v in COUNTED.items() if getattr(limits, k) > 0}
        self.listeners = listeners
        self.plugins = plugins
        self.deaf: set[str] = set()
        self.heard_by = plugins.named("harness_event")

    def __call__(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)
        for name in self.heard_by:
            if name not in self.deaf:
                try:
                    self.plugins.ask(name, "harness_event", event=event)
                except HarnessError as e:
                    self.failures.append(e)
                    self.deaf.add(name)

    def call(self, key: str, purpose: str, usage: Usage) -> None:
        self(Event("call", key.partition("/")[0], key, purpose=purpose, usage=usage))
        for count in [c for c in self.unchecked if not getattr(usage, c)]:
            self.warn(self.unchecked.pop(count))

    def result(self, record: EpisodeRecord, text: str = "") -> None:
        value = None if record.score is None else record.score.value
        self(Event("result", record.task, record.key, status=record.status, value=value, text=text))

    def warn(self, text: str) -> None:
        self(Event("warning", text=text))
