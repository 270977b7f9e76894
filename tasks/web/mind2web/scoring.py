"""What a step and a task earn. Source: Mind2Web (Deng et al., 2023), section 4; its set-based F1."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness import Score

from .samples import Step


@dataclass(frozen=True, slots=True)
class Pick:
    """An element and what to do with it; the winner of the last question that had one."""

    element: str
    operation: str
    value: str


@dataclass(frozen=True, slots=True)
class Result:
    """How one step went."""

    element: float
    f1: float
    recall: float

    @property
    def success(self) -> float:
        return float(self.element == 1 and self.f1 >= 1)


def token_f1(given: str, right: str) -> float:
    """F1 of the sets of words.

    >>> token_f1("TYPE new york", "TYPE york")
    0.8
    """
    one, other = set(given.split()), set(right.split())
    if not one or not other:
        return float(one == other)
    return 2 * len(one & other) / (len(one) + len(other))


def judged(step: Step, pick: Pick | None, recall: bool, profile: str) -> Result:
    if pick is None or (profile == "v0.2" and not recall):  # AgentBench asks nothing where the ranker lost
        return Result(0.0, 0.0, float(recall))
    given, right = f"{pick.operation} {pick.value}", f"{step.operation} {step.value}"
    if profile == "native":
        given = pick.operation if pick.operation == "CLICK" else given.casefold()
        right = step.operation if step.operation == "CLICK" else right.casefold()
    return Result(float(pick.element in step.positives), token_f1(given, right), float(recall))


def total(results: Sequence[Result], steps: int) -> Score:
    """Means over all steps of the task; a step that was not reached earned nothing."""

    def mean(values: Sequence[float]) -> float:
        return sum(values) / steps

    success = mean([r.success for r in results])
    parts = {
        "element_accuracy": mean([r.element for r in results]),
        "action_f1": mean([r.f1 for r in results]),
        "step_success": success,
        "task_success": float(success == 1),
        "recall": mean([r.recall for r in results]),
    }
    passed = sum(r.success for r in results) / len(results) if results else 0.0
    return Score(success, parts, passed)
