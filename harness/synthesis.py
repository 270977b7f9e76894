"""New problems of a task that a model writes: `Task.synthesis`, and files of them that are played as splits.

`harness synthesize` asks a teacher by `Synthesis.ask` and makes samples of its replies by `Synthesis.sample`.
The problems it keeps go into a JSONL file, one a line:

    {"id": "syn-0a1b2c3d4e5f", "problem": {"tables": "train-007", "question": "...", "sql": "..."}}

Such a file is a split: `harness run db --split FILE.jsonl`, and so for `audit`, `score` and `play`.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

from harness.errors import UsageError
from harness.types import Message, Sample, Settings

if TYPE_CHECKING:
    from harness.task import Task

Show = Callable[[Sample], str]
"""A sample's full trajectory as text: its expert, played in the real environment."""

Problem = Mapping[str, Any]
"""One problem as plain data: what `Wanted.given` and an object of the reply hold together. Untrusted."""


class Unfit(Exception):
    """What a model wrote is no problem that can be used. `reason` is what it is counted under."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request for problems."""

    messages: tuple[Message, ...]
    given: Mapping[str, Any]
    """Plain data that every problem of the reply is about: which tables, which room. It is added to them."""


class Synthesis(ABC):
    """How new problems of a task are made. Looks up nothing outside the task's training split."""

    split: ClassVar[str] = "synthesized"
    """The `split` of its samples."""

    @abstractmethod
    def ask(self, random: Random, count: int, show: Show) -> Wanted:
        """Ask for `count` problems, as a JSON list of objects. The same random state asks the same.

        `show` plays the expert of a training sample, for tasks whose problems are written in imitation of
        a whole trajectory.
        """

    def settle(self, problem: Problem) -> Problem:
        """Called when a problem is new: adds what is expensive to find, such as the answer that a command
        prints. What it returns is what the file of problems holds; of those that were kept, a later
        invocation reads it there and does not call this again. Raises `Unfit` as `sample` does.
        """
        return problem

    @abstractmethod
    def sample(self, problem: Problem, id: str) -> Sample:
        """The problem as a sample of the task, of split `split`. The same problem makes the same sample.

        Raises `Unfit` for whatever cannot be used; wrong types and missing fields among it.
        """

    @abstractmethod
    def key(self, sample: Sample) -> str:
        """Equal for samples that are the same problem, in other words too."""

    @staticmethod
    def field(problem: Problem, name: str, kind: type, longest: int = 600) -> Any:
        """A field of a problem. Raises `Unfit` where it is missing, of another type, empty or too long."""
        value = problem.get(name)
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise Unfit("a field is missing or wrong", f"{name}: expected {kind.__name__}, not {value!r:.60}")
        if isinstance(value, str) and not 0 < len(value.strip()) <= longest:
            raise Unfit("a field is missing or wrong", f"{name}: expected 1 to {longest} characters")
        return value.strip() if isinstance(value, str) else value


def is_file(split: str) -> bool:
    """Whether a split is a file of problems rather than one of the task's own."""
    return split.endswith(".jsonl")


def samples_of(task: "Task", settings: Settings, split: str) -> Iterable[Sample]:
    """The samples of a split or of a file of problems. Raises `UsageError` naming file and line."""
    if not is_file(split):
        return task.samples(split)
    synthesis = task.synthesis(settings)
    if synthesis is None:
        raise UsageError(f"--split {split}: task {task.name!r} makes no samples of problem files")
    return tuple(_read(synthesis, Path(split)))


def skipped_of(task: "Task", split: str) -> Mapping[str, str]:
    """Samples of a split that cannot be played here; a file's problems all can."""
    return {} if is_file(split) else task.skipped(split)


def _read(synthesis: Synthesis, file: Path) -> Iterator[Sample]:
    seen: set[str] = set()
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as e:
        raise UsageError(f"--split {file}: {getattr(e, 'strerror', None) or e}") from e
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            sample = synthesis.sample(dict(said["problem"]), str(said["id"]))
        except (ValueError, KeyError, TypeError, Unfit) as e:
            raise UsageError(
                f"{file}:{number}: no problem of this task ({type(e).__name__}: {e}); expected one object a "
                'line, {"id": ..., "problem": {...}}, as `harness synthesize` writes them'
            ) from e
        if sample.id in seen:
            raise UsageError(f"{file}:{number}: the id {sample.id!r} is taken by an earlier line")
        seen.add(sample.id)
        yield sample
