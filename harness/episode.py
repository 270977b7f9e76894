"""One episode, from an opened environment to its record."""

import asyncio
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from random import Random
from time import time
from typing import Any

from harness.asker import Asker
from harness.environment import Ask, Environment
from harness.errors import EnvironmentFailure, HarnessError, blame
from harness.journal import EpisodeJournal, Past
from harness.loop import play
from harness.meter import Diverged, Meter
from harness.model import Episode, Model
from harness.plan import Build, Job
from harness.records import EpisodeRecord, NodeRecord
from harness.spec import RunSpec
from harness.store import RunStore
from harness.tree import Node, Tree, Work
from harness.types import HOST, Score, Status, Usage


@dataclass(frozen=True, slots=True)
class Stage:
    """What all episodes of a run are played with."""

    spec: RunSpec
    store: RunStore
    model: Model
    judge: Model | None
    build: Build
    work: Work
    told: Callable[[str, str, Usage], None]
    """Called with (episode key, purpose, usage) for each answered model call."""
    warn: Callable[[str], None]


def seed_of(run: int, key: str) -> int:
    """An episode's seed: the run's and the episode's name, hashed."""
    return int(sha256(f"{run}/{key}".encode()).hexdigest()[:8], 16) % 2**31


@dataclass(slots=True)
class _Try:
    """How far an attempt at an episode has come: what its record says, also where it breaks."""

    job: Job
    attempt: int
    started: float = field(default_factory=time)
    meter: Meter | None = None
    tree: Tree | None = None

    def record(
        self, status: Status, leaf: Node | None, score: Score | None, error: Mapping[str, str] | None = None
    ) -> EpisodeRecord:
        meter, tree = self.meter, self.tree
        return EpisodeRecord(
            self.job.planned.task.name,
            self.job.sample.id,
            self.job.epoch,
            status,
            score,
            dict(meter.usage) if meter else {},
            leaf.depth if leaf else 0,
            tree.steps if tree else 0,
            round(meter.seconds if meter else time() - self.started, 3),
            round(self.started, 3),
            tuple(map(_node, tree.nodes)) if tree else (),
            leaf.id if leaf else 0,
            tree.spent if tree else None,
            error,
            self.attempt,
        )

    def broken(self, error: Mapping[str, str]) -> EpisodeRecord:
        """What was spent is spent; the newest state says where it broke."""
        return self.record(Status.ERROR, self.tree.nodes[-1] if self.tree else None, None, error)


async def play_episode(job: Job, stage: Stage, attempt: int, past: Past) -> EpisodeRecord:
    """Play `job`; whatever breaks becomes an `error` record that names the side."""
    this = _Try(job, attempt)
    try:
        return await _play(this, stage, past)
    except Diverged as e:
        stage.warn(f"{e}; it was started anew")
        return await play_episode(job, stage, attempt + 1, {})
    except HarnessError as e:
        return this.broken({"side": e.side, "what": str(e)})
    except Exception as e:
        what = f"{type(e).__name__}: {e}"
        return this.broken({"side": "harness", "what": what, "trace": traceback.format_exc()})


async def _play(this: _Try, stage: Stage, past: Past) -> EpisodeRecord:
    job, seed = this.job, seed_of(stage.spec.seed, this.job.key)
    task, settings = job.planned.task, job.planned.settings
    rules = job.planned.rules
    episode = Episode(job.key, task, job.sample, rules, settings, seed)
    models = {"act": stage.model.bind(episode)}
    if stage.judge is not None:
        models["judge"] = models[HOST] = stage.judge.bind(episode)
    this.meter = meter = Meter(
        models,
        stage.spec.generation,
        stage.spec.limits,
        seed,
        EpisodeJournal(stage.store, job.key, this.attempt, past),
        partial(stage.told, job.key),
    )
    ask = Asker(meter, asyncio.get_running_loop()) if stage.judge is not None else None
    fresh = partial(_open, job, ask)
    strategies = stage.build()
    root = await _root(job, fresh, stage.work)
    this.tree = tree = Tree(
        root,
        rules,
        meter,
        Random(seed),
        stage.spec.limits,
        fresh,
        stage.work,
        keep=any(s.returns for s in strategies),
        nodes=[root],
    )
    try:
        leaf = await play(tree, strategies)
        score = await tree.grade(leaf)
        return this.record(Status.TASK_LIMIT if tree.spent else leaf.status or Status.TASK_LIMIT, leaf, score)
    finally:
        await tree.close()


def _open(job: Job, ask: Ask | None) -> Environment:
    world = job.planned.task.open(job.sample, job.planned.settings)
    world.ask = ask
    return world


async def _root(job: Job, fresh: Callable[[], Environment], work: Work) -> Node:
    with blame(job.planned.task.name, "open", EnvironmentFailure, "environment"):
        world = await work(fresh)
    try:
        with blame(type(world).__name__, "reset", EnvironmentFailure, "environment"):
            problem = await work(world.reset)
        with blame(job.planned.task.name, "prompt"):
            prompt = tuple(job.planned.rules.prompt(problem))
    except BaseException:
        await work(world.close)
        raise
    return Node(0, None, None, problem, prompt, environment=world)


def _node(node: Node) -> NodeRecord:
    made = node.candidate
    return NodeRecord(
        node.id,
        node.parent.id if node.parent else None,
        node.messages,
        tuple((a.name, dict(a.arguments)) for a in made.actions) if made else (),
        made.error.kind if made and made.error else None,
        node.observation.text,
        node.status,
        node.value,
        node.aside,
        {k: v for k, v in node.notes.items() if _plain(v)},
    )


def _plain(thing: Any) -> bool:
    if isinstance(thing, dict):
        return all(isinstance(k, str) and _plain(v) for k, v in thing.items())
    if isinstance(thing, list):
        return all(map(_plain, thing))
    return thing is None or isinstance(thing, str | int | float | bool)
