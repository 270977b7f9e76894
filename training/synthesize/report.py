"""Every count of a synthesis: what was asked, written, kept, left out and why, played, solved and paid."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.report.form import short, visible
from harness.types import Usage

from .playing import ERROR

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Report:
    """`written` problems are either `kept` for play or `rejected`; of the kept, `solved` are the result."""

    task: str
    teacher: str
    actor: str
    output: Path
    wanted: int
    requests: int
    kept: int
    rejected: Mapping[str, int]
    played: int
    solved: int
    unsolved: Mapping[str, int]
    usage: Mapping[str, Usage]
    """By purpose: `propose` is the question generator, the others are of playing."""
    ran_out: str | None

    @property
    def written(self) -> int:
        """Problems, and replies that held none."""
        return self.kept + sum(self.rejected.values())

    @property
    def complete(self) -> bool:
        """As many problems as wanted were kept, and all of them were played without an error of ours."""
        return self.ran_out is None and not self.errors and self.played == self.kept == self.wanted

    @property
    def errors(self) -> int:
        return self.unsolved.get(ERROR, 0)

    @property
    def total(self) -> Usage:
        return sum(self.usage.values(), Usage())


def lines(report: Report) -> Iterator[str]:
    """For people."""
    propose = report.usage.get("propose", Usage())
    asked = f"{report.teacher} was asked {report.requests} times"
    yield f"{asked} ({_paid(propose)}) and wrote {report.written} problems"
    yield from _counted(report.kept, "kept", report.rejected)
    act = sum((u for purpose, u in report.usage.items() if purpose != "propose"), Usage())
    yield f"{report.actor} played {report.played} of {report.kept} ({_paid(act)})"
    yield from _counted(report.solved, "solved", report.unsolved)
    where = visible(str(report.output))
    if report.kept:  # else nothing was played, and there is no such file
        yield f"Problems  {where}/solved.jsonl"
    yield f"Left out  {where}/rejected.jsonl   (with the reasons)"
    if report.solved:
        out = shlex.quote(str(report.output))
        yield f"Records   harness export {out}/run --format sft --filter reward=1 -o {out}/sft.jsonl"
    if report.errors:
        yield f"Errors    {report.errors} were not played to the end; the same command plays them again"
    if report.ran_out:
        yield (
            f"Stopped   {report.ran_out} ran out before {report.wanted} problems were kept and played; "
            "the same command with more goes on"
        )


def _counted(good: int, name: str, bad: Mapping[str, int]) -> Iterator[str]:
    yield f"  {good:5} {name}"
    for reason, n in Counter(bad).most_common():
        yield f"  {n:5} {reason}"


def _paid(usage: Usage) -> str:
    dollars = f", ${usage.cost:.4g}" if usage.cost else ""
    return f"{short(usage.prompt_tokens)} + {short(usage.completion_tokens)} tokens{dollars}"


def to_json(report: Report) -> dict[str, Any]:
    said = {name: getattr(report, name) for name in Report.__dataclass_fields__}
    return said | {
        "format": FORMAT,
        "output": str(report.output),
        "written": report.written,
        "complete": report.complete,
        "rejected": dict(report.rejected),
        "unsolved": dict(report.unsolved),
        "usage": {purpose: asdict(usage) for purpose, usage in report.usage.items()},
        "tokens": report.total.tokens,
        "cost": report.total.cost,
    }
