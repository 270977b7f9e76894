"""The averages of tasks that define their own, for reports over runs made earlier."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from harness.errors import HarnessError
from harness.plan import PlannedTask, plan_task
from harness.records import RunRecord, TaskRecord
from harness.spec import RunSpec
from harness.task import Task
from harness.types import Score

if TYPE_CHECKING:
    from harness.host import Plugins
    from harness.report.average import Aggregate


def spec_of(run: RunRecord, task: TaskRecord, at_once: int = 4) -> RunSpec:
    """What sets a task up as it was in a run."""
    return RunSpec(
        (task.name,),
        run.model,
        task_options=dict(run.spec.get("task_options", {})),
        profile=task.profile,
        protocol=task.protocol,
        split=task.split,
        sample_ids=task.samples,
        seed=run.seed,
        max_samples=at_once,
    )


@contextmanager
def aggregates(plugins: "Plugins", runs: Iterable[RunRecord]) -> Iterator[dict[tuple[str, str], "Aggregate"]]:
    """By task and profile, where the task does not just take the mean.

    A task that is not installed here, or whose data are gone, is averaged plainly, with a warning.
    """
    found: dict[tuple[str, str], Aggregate] = {}
    tried: set[tuple[str, str]] = set()
    with ExitStack() as stack:
        for run in runs:
            for record in run.tasks:
                key = (record.name, record.profile)
                if key in tried:
                    continue
                tried.add(key)
                try:
                    if type(plugins.task(record.name)).aggregate is Task.aggregate:
                        continue
                    spec = replace(spec_of(run, record), sample_ids=())
                    planned = plan_task(plugins, spec, record.name, [])
                except HarnessError as e:
                    click.echo(f"warning: {record.name} is shown as a plain mean: {e}", err=True)
                    continue
                stack.callback(planned.close)
                found[key] = _aggregate(planned)
        yield found


def _aggregate(planned: PlannedTask) -> "Aggregate":
    samples = {s.id: s for s in planned.task.samples(planned.split)}

    def average(scores: Sequence[tuple[str, Score]]) -> float:
        pairs = [(samples[name], score) for name, score in scores if name in samples]
        return planned.task.aggregate(pairs, planned.settings)

    return average
