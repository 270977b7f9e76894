"""A reasoning strategy: an object, made fresh for each episode, that hooks into the loop.

A strategy implements only the hooks it needs, by name, plain or async; returning None passes
the question on. `harness/loop.py` shows when each is called. All are optional:

    plan(tree)                     once, before the first turn
    select(tree)                   the node to expand next, or END             first answer counts
    advise(node, tree)             text or a Message added to this turn's prompt         all added
    propose(node, advice, tree)    candidates for this turn                    first answer counts
    judge(node, candidates, tree)  the candidates to execute, in order         first answer counts
    observe(child, tree)           look at what an executed candidate led to           all called
    submit(tree)                   the leaf whose path is scored               first answer counts

`select` names an open state. `judge` chooses at least one candidate, or ends the state (`tree.end`).
With several strategies the one named last is asked first. None of them ever sees the true score.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, ClassVar, Final, Literal, Union, get_args, get_origin, get_type_hints

from harness.errors import UsageError

HOOKS: Final = ("plan", "select", "advise", "propose", "judge", "observe", "submit")


class _End:
    def __repr__(self) -> str:
        return "END"


END: Final = _End()
"""What `select` returns to end the episode; None only passes the question on."""


class Strategy:
    """Base of strategies. The keyword arguments of `__init__` are the options of `-S key=value`."""

    name: ClassVar[str] = ""
    oracle: ClassVar[bool] = False
    """It looks at the true reward before submitting; marked in every table."""
    returns: bool = False
    """It comes back to earlier states, so the host forks before each step. Not needed to come back to
    the start only: a fresh world is opened for that."""


Factory = Callable[..., "Strategy | Sequence[Strategy]"]
"""What `harness_strategy` answers: a Strategy class, or a function that builds a preset."""


def options(factory: Factory) -> dict[str, inspect.Parameter]:
    """The options a factory takes, by name."""
    target = factory.__init__ if isinstance(factory, type) else factory  # type: ignore[misc]
    found = inspect.signature(target).parameters.values()
    return {p.name: p for p in found if p.kind is p.KEYWORD_ONLY or p.default is not p.empty}


def coerce(factory: Factory, name: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """`-S` texts as the types the factory declares. Raises `UsageError` for what does not fit."""
    target = factory.__init__ if isinstance(factory, type) else factory  # type: ignore[misc]
    hints, known = get_type_hints(target), options(factory)
    values = {}
    for key, text in typed.items():
        if key not in known:
            raise UsageError(f"strategy {name!r} has no option {key!r}; it has {', '.join(known) or 'none'}")
        try:
            values[key] = _value(text, hints.get(key, str))
        except ValueError:
            raise UsageError(
                f"-S {key}={text}: strategy {name!r} expects {_expected(hints[key])} there"
            ) from None
    return values


def _expected(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(map(str, get_args(kind)))
    return {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, str(kind))


def _value(text: str, kind: Any) -> Any:
    if get_origin(kind) is Union or type(kind).__name__ == "UnionType":
        if text.lower() == "none" and type(None) in get_args(kind):
            return None
        kind = next(k for k in get_args(kind) if k is not type(None))
    if kind is bool:
        truth = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if text.lower() not in truth:
            raise ValueError(text)
        return truth[text.lower()]
    if kind in (int, float):
        value = kind(text)
        if not isfinite(value):
            raise ValueError(text)
        return value
    if get_origin(kind) is not None and (choices := get_args(kind)) and text not in choices:
        raise ValueError(text)
    return text
