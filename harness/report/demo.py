"""Made-up runs with which the report modules show themselves."""

from collections.abc import Mapping, Sequence
from random import Random

from harness.records import EpisodeRecord, RunRecord, TaskRecord
from harness.types import Score, Status, Usage

ENDS = (Status.COMPLETED,) * 7 + (Status.INVALID_FORMAT, Status.INVALID_ACTION, Status.TASK_LIMIT)


def task(name: str, n: int, profile: str = "native", split: str = "test", **parts: str) -> TaskRecord:
    """A task of `n` samples; `parts` replace parts of its content hash."""
    hashes = dict.fromkeys(("prompts", "protocol", "limits", "data", "grader", "engine"), "0" * 16)
    samples = tuple(f"{split}-{i:03d}" for i in range(n))
    return TaskRecord(name, profile, "text", split, samples, {**hashes, **parts})


def run(
    *tasks: TaskRecord, model: str = "smollm2", strategy: str = "react", oracle: bool = False, epochs: int = 1
) -> RunRecord:
    """A run of these tasks."""
    names = ",".join(t.name for t in tasks)
    command = f"harness run --tasks {names} --model {model} --strategy {strategy.partition('(')[0]}"
    made = f"2026-01-01T00:00:00 {model} {strategy}"
    return RunRecord(model, strategy, oracle, tasks, epochs, 0, "plan", command, created=made)


def episode(
    task: str,
    sample: str,
    value: float | None,
    status: Status = Status.COMPLETED,
    epoch: int = 1,
    started: float = 0.0,
    seconds: float = 4.0,
    usage: Mapping[str, Usage] | None = None,
) -> EpisodeRecord:
    """One episode; a value of None makes it an error of the environment."""
    spent = usage or {"act": Usage(4, 2000, 150, seconds=seconds)}
    if value is None:
        error = {"side": "environment", "what": "mariadbd went away"}
        return EpisodeRecord(
            task, sample, epoch, Status.ERROR, None, spent, 2, 2, seconds, started, error=error
        )
    return EpisodeRecord(task, sample, epoch, status, Score(value), spent, 4, 4, seconds, started)


def play(record: RunRecord, chance: float, seed: int = 0) -> list[EpisodeRecord]:
    """Every planned episode, succeeding with this chance when it completes."""
    random, played = Random(seed), []
    for t in record.tasks:
        for epoch in range(1, record.epochs + 1):
            for number, sample in enumerate(t.samples):
                status = random.choice(ENDS)
                value = float(status is Status.COMPLETED and random.random() < chance)
                played.append(episode(t.name, sample, value, status, epoch, 2.0 * number))
    return played


def run_with_trouble() -> tuple[RunRecord, Sequence[EpisodeRecord]]:
    """A run that was interrupted, with an error in it."""
    record = run(task("db", 20), task("os", 20), strategy="multibranch(branches=3)")
    played = play(record, 0.4)[:-4]
    judged = {"act": Usage(12, 9000, 700), "judge": Usage(4, 3000, 40)}
    played[3] = episode("db", played[3].sample, None, started=6.0)
    played[4] = episode("db", played[4].sample, 1.0, started=8.0, usage=judged)
    return record, played
