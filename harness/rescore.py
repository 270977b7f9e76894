"""Scores a run again: replays each submitted path in a new environment and grades it.

Nothing of a model is asked. What is replayed are the recorded actions, so an unreadable reply moves
nothing, as it moved nothing then.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import isclose

from harness.asker import Recorded
from harness.environment import Ask, Environment
from harness.errors import EnvironmentFailure, HarnessError, blame
from harness.plan import PlannedTask
from harness.records import EpisodeRecord, NodeRecord
from harness.synthesis import samples_of
from harness.types import Action, Sample, Score


@dataclass(frozen=True, slots=True)
class Rescored:
    """One episode's recorded score beside the new one."""

    episode: EpisodeRecord
    score: Score | None
    """None where the episode could not be scored again; `why` says why."""
    why: str = ""
    """What else is worth knowing: an observation that came out differently, or a failure."""

    @property
    def differs(self) -> bool:
        old = self.episode.score
        if old is None or self.score is None:
            return True
        return not isclose(old.value, self.score.value, abs_tol=1e-9)

    @property
    def record(self) -> EpisodeRecord:
        """The episode with its new score."""
        return replace(self.episode, score=self.score)


def rescore(
    planned: PlannedTask,
    episodes: list[EpisodeRecord],
    at_once: int,
    told: Callable[[], None],
    answers: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[Rescored]:
    """Every scored episode of one task, scored again, in order.

    `answers` are those of the run's judge model to environments (`journal.host_answers`); None where
    the run had no judge model.
    """
    samples = {s.id: s for s in samples_of(planned.task, planned.settings, planned.split)}

    def one(episode: EpisodeRecord) -> Rescored:
        if (sample := samples.get(episode.sample)) is None:
            return Rescored(episode, None, f"the task has no sample {episode.sample!r} any more")
        try:
            ask = None if answers is None else Recorded(answers.get(episode.key, {}))
            return _again(planned, sample, episode, ask)
        except HarnessError as e:
            return Rescored(episode, None, str(e))

    with ThreadPoolExecutor(at_once, "score") as threads:
        for result in threads.map(one, (e for e in episodes if e.score is not None)):
            told()
            yield result


def _again(planned: PlannedTask, sample: Sample, episode: EpisodeRecord, ask: Ask | None) -> Rescored:
    name = planned.task.name
    with blame(name, "open", EnvironmentFailure, "environment"):
        world = planned.task.open(sample, planned.settings)
    world.ask = ask
    try:
        with blame(name, "replay", EnvironmentFailure, "environment"):
            why = _replay(world, episode.path())
            score = world.score()
        if score.fault:
            raise EnvironmentFailure(f"{name} scored {score.fault}")
        return Rescored(episode, score, why)
    finally:
        world.close()


def _replay(world: Environment, path: list[NodeRecord]) -> str:
    """Play the path; say where the world first shows something else than it did."""
    why = ""
    seen = world.reset().text
    for number, node in enumerate(path):
        if number and node.actions:
            seen = _step(world, node)
        elif number:
            seen = node.observation
        if seen != node.observation and not why:
            why = f"turn {number} shows {seen[:60]!r} where it had shown {node.observation[:60]!r}"
    return why


def _step(world: Environment, node: NodeRecord) -> str:
    seen = []
    for name, arguments in node.actions:
        observation = world.step(Action(name, dict(arguments)))
        seen.append(observation.text)
        if observation.done:
            break
    return "\n".join(seen)
