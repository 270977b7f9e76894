"""What an audit says: of one check, and of one sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check of one sample. `ok` is None where the check does not apply; `why` says why not."""

    ok: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SampleAudit:
    """All checks of one sample."""

    task: str
    id: str
    checks: Mapping[str, Verdict]
    errata: str | None = None
    skipped: str | None = None
    """Why the sample cannot be played here, if it cannot."""

    @property
    def ok(self) -> bool | None:
        """None for a skipped sample: nothing was proved of it."""
        return None if self.skipped else all(v.ok is not False for v in self.checks.values())

    @property
    def expert(self) -> bool | None:
        """Whether the expert scores 1; None where no expert is known."""
        return self.checks["expert"].ok if "expert" in self.checks else None

    @property
    def failures(self) -> list[str]:
        """Each reason once, after the checks it made fail."""
        by_why: dict[str, list[str]] = {}
        for name, v in self.checks.items():
            if v.ok is False:
                by_why.setdefault(v.why, []).append(name)
        return [f"{', '.join(names)}: {why}" for why, names in by_why.items()]

    @property
    def notes(self) -> list[str]:
        """What is worth knowing of a sample that is fair."""
        said = [f"{name}: {v.why}" for name, v in self.checks.items() if v.ok is not False and v.why]
        if self.errata:
            said.append(f"gold answer known to be wrong: {self.errata}")
        return said

    def to_json(self) -> dict[str, Any]:
        why = f"skipped: {self.skipped}" if self.skipped else "; ".join([*self.failures, *self.notes])
        return {
            "id": self.id,
            "task": self.task,
            "expert": self.expert,
            "why": why,
            "ok": self.ok,
            "checks": {name: v.ok for name, v in self.checks.items()},
        }
