"""A task that is set up to have problems written for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from harness import Episode, HarnessError, Sample, Synthesis, UsageError, Wanted
from harness.audit.case import Case, take_turn
from harness.audit.checks import CHECKS
from harness.episode import seed_of
from harness.errors import blame
from harness.host import Plugins
from harness.plan import PlannedTask, plan_task
from harness.spec import RunSpec
from harness.types import Reply

WHY = {
    "resets": "two resets differ",
    "silence": "solved by doing nothing",
    "expert": "its own solution does not solve it",
    "echo": "solved by repeating the problem",
    "nonsense": "solved by a nonsense answer",
    "random": "solved by acting at random",
}
"""Checks of the audit that a generated problem has to pass, in order, and what failing one is counted as."""


@dataclass(frozen=True, slots=True)
class Bench:
    """`planned` holds the training split: what teachers are shown comes from there."""

    planned: PlannedTask
    synthesis: Synthesis

    @property
    def task(self) -> str:
        return self.planned.task.name

    def wanted(self, seed: int, request: int, count: int) -> Wanted:
        """Request number `request`: always the same."""
        with blame(self.task, "synthesis.ask"):
            return self.synthesis.ask(Random(f"synthesize {seed} {request}"), count, self.trajectory)

    def episode(self, seed: int, request: int) -> Episode:
        """What models with a script of their own know a request by."""
        p, key = self.planned, f"{self.task}/synthesize-{request}#1"
        return Episode(key, p.task, p.samples[0], p.rules, p.settings, seed_of(seed, key))

    def trajectory(self, sample: Sample) -> str:
        """The expert in the real environment, as text."""
        case = Case(self.planned, sample)
        with case.world() as world:
            said = [case.openings[0].text]
            for reply in case.expert_replies():
                seen = take_turn(world, case.rules, reply)
                said += [f"Agent:\n{_shown(reply)}"] + ([f"Environment:\n{seen.text}"] if seen.text else [])
        return "\n\n".join(said)

    def turns(self, sample: Sample) -> list[tuple[int, int]]:
        """For each turn of the expert, the characters of its prompt and of its reply."""
        case, sizes = Case(self.planned, sample), []
        with case.world() as world:
            size = sum(len(m.content) for m in case.rules.prompt(case.openings[0]))
            for reply in case.expert_replies():
                sizes.append((size, len(_shown(reply))))
                size += len(_shown(reply)) + len(take_turn(world, case.rules, reply).text)
        return sizes

    def opening(self, sample: Sample) -> str:
        """The problem as the agent reads it. Raises what the environment raises."""
        case = Case(self.planned, sample)
        with case.world():
            return case.openings[0].text

    def fault(self, sample: Sample) -> tuple[str, str] | None:
        """The first check that the problem fails, as (what it is counted as, details)."""
        case = Case(self.planned, sample)
        for name, reason in WHY.items():
            try:
                verdict = CHECKS[name](case)
            except Exception as e:  # whatever it is, this problem is at fault: the task's own samples play
                said = str(e) if isinstance(e, HarnessError) else f"{type(e).__name__}: {e}"
                return "its environment breaks", said
            # The audit lets pass what happens to be right; here it is left out: there are other problems.
            if verdict.ok is False or (name in ("echo", "nonsense") and verdict.why):
                return reason, verdict.why
        return None


def _shown(reply: Reply) -> str:
    calls = (f"{c.name} {c.arguments}" for c in reply.tool_calls)
    return "\n".join([*([reply.text] if reply.text else []), *calls])


@contextmanager
def opened(plugins: Plugins, spec: RunSpec) -> Iterator[Bench]:
    """Set the one task of `spec` up. Raises `UsageError` where a model cannot write problems of it."""
    (name,) = plugins.expand_tasks(spec.tasks)
    planned = plan_task(plugins, spec, name, [])
    try:
        with blame(name, "synthesis"):
            synthesis = planned.task.synthesis(planned.settings)
        if synthesis is None:
            raise UsageError(
                f"task {name!r} cannot be synthesised: it has no synthesis() (docs/synthesize.md)"
            )
        yield Bench(planned, synthesis)
    finally:
        planned.close()
