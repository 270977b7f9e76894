"""Gold trajectories as expressions, and expressions as trajectories."""

from collections.abc import Sequence
from typing import Literal

from .expressions import And, Count, Expression, Extreme, Join, both
from .samples import KgSample

Step = tuple[str, ...]
"""Name of a tool, then its arguments."""


def expressions(sample: KgSample) -> list[Expression]:
    """What the variables of the gold trajectory stand for, in order. Raises IndexError and ValueError for
    a trajectory that refers to variables that it has not made."""
    return built(sample.actions, dict(sample.entities))


def built(actions: Sequence[Step], names: dict[str, str]) -> list[Expression]:
    variables: list[Expression] = []

    def find(said: str) -> Expression:
        return variables[int(said[1:])] if said.startswith("#") else names.get(said, said)

    for name, *arguments in actions:
        if name == "get_neighbors":
            variables.append(Join(arguments[1], find(arguments[0])))
        elif name == "intersection":
            variables.append(both(find(arguments[0]), find(arguments[1])))
        elif name == "count":
            variables.append(Count(find(arguments[0])))
        elif name in ("argmax", "argmin"):
            which: Literal["argmax", "argmin"] = "argmax" if name == "argmax" else "argmin"
            variables.append(Extreme(which, find(arguments[0]), arguments[1]))
    return variables


def kind(actions: Sequence[Step]) -> str:
    """What the last step does: `set`, `count` or `extreme`."""
    last = actions[-1][0] if actions else ""
    return {"count": "count", "argmax": "extreme", "argmin": "extreme"}.get(last, "set")


def trajectory(expression: Expression, names: dict[str, str]) -> tuple[Step, ...]:
    """The calls that build an expression; entities are called by name."""
    steps: list[Step] = []
    made: dict[Expression, str] = {}

    def make(part: Expression) -> str:
        if isinstance(part, str):
            return names[part]
        if part not in made:
            produce(part)
            made[part] = f"#{len(made)}"
        return made[part]

    def produce(part: Join | And | Count | Extreme) -> None:
        if isinstance(part, And):
            first, *rest = [make(p) for p in part.parts]
            for number, other in enumerate(rest):
                steps.append(("intersection", first, other))
                if number < len(rest) - 1:
                    first = f"#{len(made)}"
                    made[And(part.parts[: number + 2])] = first
            return
        inner = make(part.inner)
        if isinstance(part, Join):
            steps.extend([("get_relations", inner), ("get_neighbors", inner, part.relation)])
        elif isinstance(part, Count):
            steps.append(("count", inner))
        else:
            steps.extend([("get_attributes", inner), (part.which, inner, part.attribute)])

    make(expression)
    return tuple(steps)
