"""Answers that no sample deserves a 1 for, and how a task is given them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from harness.audit.case import Case
from harness.types import Action, Reply

TEXTS: Final = (
    "",
    "nan",
    "inf",
    "[]",
    "0",
    "None",
    "__import__('os').system('id')",
    "' OR 1=1 --",
    "$(id)",
    '"; DROP TABLE answers; --',
)
NOTHING: Final = frozenset({"", "[]", "0", "inf", "nan", "none", "null"})
"""Texts that AgentBench's own comparators take for one another (spec/agentbench.md, section 3)."""


def attempts(case: Case, text: str) -> Iterator[tuple[Action, ...]]:
    """The ways to hand in `text`: as a bare reply, as an action line, and as the final answer.

    Where a bare reply cannot be read as an action, the world is not touched, which is what the
    check of silence has covered.
    """
    replies = [Reply(text), Reply(f"Action: {text}")]
    if (answer := final_answer(case, text)) is not None:
        yield (answer,)
        replies.append(case.rules.write(answer))
    for reply in replies:
        if actions := read(case, reply):
            yield actions


def read(case: Case, reply: Reply) -> tuple[Action, ...]:
    """The reply's actions; none where it cannot be read."""
    from harness.errors import FormatError

    try:
        return case.rules.parse(reply)
    except FormatError:
        return ()


def final_answer(case: Case, text: str) -> Action | None:
    """The action that answers `text`.

    A task may say it itself, by an optional method `answer(sample, text, settings) -> Action | None`.
    Otherwise it is the last action of the expert with every text in it replaced.
    """
    own = getattr(case.planned.task, "answer", None)
    if own is not None:
        given: Action | None = own(case.sample, text, case.planned.settings)
        return given
    last = case.solution[-1] if case.solution else None
    if last is None or not says_something(last):
        last = case.shape or last
    if last is None:
        return None
    return replace(last, arguments={k: _put(v, text) for k, v in last.arguments.items()})


def says_something(action: Action) -> bool:
    """Whether an action has texts that could be replaced."""
    return any(isinstance(v, str | list | tuple) for v in action.arguments.values())


def _put(value: Any, text: str) -> Any:
    if isinstance(value, list | tuple):
        return [] if text == "[]" else [text]
    return text if isinstance(value, str) else value


def is_gold(case: Case, text: str) -> bool:
    """Whether `text` is what the expert answers, so that a 1 for it is deserved."""
    if not case.solution:
        return False
    gold = list(_texts(case.solution[-1].arguments.values()))
    if case.planned.settings.profile != "native" and text.lower() in NOTHING:
        return all(g in NOTHING for g in gold)
    return gold == [text.strip().lower()] or (text in ("", "[]") and not any(gold))


def _texts(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _texts(value)
        else:
            yield str(value).strip().lower()
