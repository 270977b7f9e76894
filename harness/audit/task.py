"""Audits a whole task: every sample in threads, and all of them once more in a second process."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.audit.again import digests, order, sample_digest
from harness.audit.case import Case
from harness.audit.checks import CHECKS
from harness.audit.nonsense import says_something
from harness.audit.verdict import SampleAudit, Verdict
from harness.errors import HarnessError, blame
from harness.host import Plugins
from harness.plan import PlannedTask, plan_task
from harness.spec import RunSpec
from harness.synthesis import is_file, skipped_of
from harness.types import Action


@dataclass(frozen=True, slots=True)
class TaskAudit:
    """What the audit of one task found."""

    task: str
    split: str
    samples: tuple[SampleAudit, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the task itself reports of a split, by its optional method `facts(split, settings)`."""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """No sample is unfair, and there is one."""
        return bool(self.samples) and all(s.ok is not False for s in self.samples)

    def summary(self) -> str:
        """One line: `db test: 60 samples, 60 fair, 0 unfair, 0 skipped (3.1 s)`."""
        fair, unfair, skipped = (sum(s.ok is x for s in self.samples) for x in (True, False, None))
        said = f"{self.task} {self.split}: {len(self.samples)} samples, {fair} fair, {unfair} unfair, "
        said += f"{skipped} skipped ({self.seconds:.1f} s)"
        unknown = sum(s.expert is None and s.ok is not None for s in self.samples)
        return said + (f"; {unknown} without a known expert" if unknown else "")


Told = Callable[[int, int], None]
"""Called with (samples done, samples in all)."""


def audit_task(
    plugins: Plugins,
    spec: RunSpec,
    name: str,
    files: tuple[Path, ...] = (),
    block: tuple[str, ...] = (),
    told: Told = lambda done, total: None,
) -> TaskAudit:
    """Audit the task `name` under `spec`; `files` and `block` let a second process find it too."""
    started = time.perf_counter()
    planned = plan_task(plugins, spec, name, [])
    try:
        with ThreadPoolExecutor(1) as beside:
            elsewhere = beside.submit(digests, order(spec, name, files, block))
            cases = _audit_all(planned, spec.max_samples, told)
            try:
                found: dict[str, str] | str = elsewhere.result() if cases else {}
            except HarnessError as e:
                found = str(e)
        samples = [_with_second_process(audit, case, found) for case, audit in cases]
        with blame(name, "skipped"):
            skipped = skipped_of(planned.task, planned.split)
        samples += [SampleAudit(name, i, {}, skipped=why) for i, why in skipped.items()]
        facts = None if is_file(planned.split) else getattr(planned.task, "facts", None)
        with blame(name, "facts"):
            reported = dict(facts(planned.split, planned.settings)) if facts else {}
    finally:
        planned.close()
    return TaskAudit(name, planned.split, tuple(samples), reported, time.perf_counter() - started)


def _audit_all(planned: PlannedTask, at_once: int, told: Told) -> list[tuple[Case, SampleAudit]]:
    shape = _shape(planned)
    done: list[tuple[Case, SampleAudit]] = []
    with ThreadPoolExecutor(at_once, "audit") as threads:
        told(0, len(planned.samples))
        for one in threads.map(lambda s: audit_sample(Case(planned, s, shape)), planned.samples):
            done.append(one)
            told(len(done), len(planned.samples))
    return done


def _shape(planned: PlannedTask) -> Action | None:
    """The final answer of the first sample whose expert gives one."""
    for sample in planned.samples:
        try:
            solution = planned.task.solve(sample, planned.settings)
        except Exception:
            continue  # that sample's own audit tells of it
        if solution and says_something(solution[-1]):
            return solution[-1]
    return None


def audit_sample(case: Case) -> tuple[Case, SampleAudit]:
    """Run every check; one that raises has failed, and the others still run."""
    verdicts: dict[str, Verdict] = {}
    for name, check in CHECKS.items():
        try:
            verdicts[name] = check(case)
        except Exception as e:
            said = str(e) if isinstance(e, HarnessError) else f"{type(e).__name__}: {e}"
            verdicts[name] = Verdict(False, f"broke: {said}")
    return case, SampleAudit(case.planned.task.name, case.sample.id, verdicts, _errata(case))


def _errata(case: Case) -> str | None:
    with blame(case.planned.task.name, "errata"):
        return case.planned.task.errata(case.sample)


def _with_second_process(audit: SampleAudit, case: Case, found: dict[str, str] | str) -> SampleAudit:
    if isinstance(found, str):
        verdict = Verdict(False, found)
    elif not case.openings:
        verdict = Verdict(None, "the sample cannot be opened")
    elif found.get(audit.id) == sample_digest(case.sample, case.openings[0]):
        verdict = Verdict(True)
    else:
        verdict = Verdict(False, "its data or opening differ in a process with another hash seed")
    return replace(audit, checks={**audit.checks, "hash seed": verdict})
