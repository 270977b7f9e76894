"""A task of an earlier run, to be set up once more."""

from harness.records import RunRecord, TaskRecord
from harness.spec import RunSpec


def spec_of(run: RunRecord, task: TaskRecord, at_once: int = 4) -> RunSpec:
    """What sets a task up as it was in a run."""
    return RunSpec(
        (task.name,),
        run.model,
        judge_model=run.spec.get("judge_model"),
        task_options=dict(run.spec.get("task_options", {})),
        profile=task.profile,
        protocol=task.protocol,
        split=task.split,
        sample_ids=task.samples,
        seed=run.seed,
        max_samples=at_once,
    )
