"""Which episodes of a run to take: `reward=1`, `turns<=10`, `status=completed` ...; the rest is counted.

What an episode is asked for is in `FIELDS`.
"""

import operator
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.errors import UsageError
from harness.near import suggest
from harness.records import EpisodeRecord
from harness.types import Action, of_agent

Value = float | str

OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}


def mistakes(episode: EpisodeRecord) -> int:
    """Replies on the submitted path that held no readable action."""
    return sum(node.mistake is not None for node in episode.path())


def form(episode: EpisodeRecord) -> str:
    """`clean`, or the kind of the first reply on the submitted path that held no readable action."""
    return next((node.mistake for node in episode.path() if node.mistake is not None), "clean")


def repeats(episode: EpisodeRecord) -> int:
    """Actions on the submitted path that were taken before on it."""
    keys = [Action(name, dict(given)).key for node in episode.path() for name, given in node.actions]
    return len(keys) - len(set(keys))


FIELDS: Final[Mapping[str, Callable[[EpisodeRecord], Value]]] = {
    "reward": lambda e: e.score.value if e.score else 0.0,
    "progress": lambda e: (e.score.progress or 0.0) if e.score else 0.0,
    "category": lambda e: e.score.category if e.score else "",
    "status": lambda e: str(e.status),
    "task": lambda e: e.task,
    "sample": lambda e: e.sample,
    "turns": lambda e: e.turns,
    "steps": lambda e: e.steps,
    "tokens": lambda e: of_agent(e.usage).tokens,
    "mistakes": mistakes,
    "repeats": repeats,
    "format": form,
}
JUDGE: Final = "judge"
"""1 or 0 as a judge model says of an episode (`harness.judged`); a field that is asked for, not recorded."""
TEXTS: Final = ("status", "task", "sample", "category", "format")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on an episode. Texts are compared whole; `a|b` takes either."""

    text: str
    field: str
    compare: str
    value: str

    def takes(self, episode: EpisodeRecord, verdict: float | None = None) -> bool:
        """`verdict` is the judge's; without one, no condition on it is met."""
        if self.field == JUDGE:
            return verdict is not None and OPERATORS[self.compare](verdict, float(self.value))
        found = FIELDS[self.field](episode)
        if isinstance(found, str):
            return (found in self.value.split("|")) is (self.compare == "=")
        return OPERATORS[self.compare](found, float(self.value))


def parse(text: str) -> Filter:
    """A condition as typed. Raises `UsageError` that names the flag and what there is.

    >>> parse("turns<=10").takes
    <bound method Filter.takes of Filter(text='turns<=10', field='turns', compare='<=', value='10')>
    """
    found = re.fullmatch(r"\s*(\w+)\s*(<=|>=|!=|<|>|=)\s*(.*?)\s*", text)
    if found is None:
        raise UsageError(f"--filter {text!r}: expected FIELD=VALUE or another comparison, such as turns<=10")
    name, compare, value = found.groups()
    known = (*FIELDS, JUDGE)
    if name not in known:
        raise UsageError(f"--filter {text!r}: there is no field {name!r}; {suggest(name, known)}")
    if name in TEXTS:
        if compare not in ("=", "!="):
            raise UsageError(f"--filter {text!r}: {name} is text; compare it by = or !=")
    else:
        _number(text, value)
    return Filter(text, name, compare, value)


def _number(text: str, value: str) -> None:
    try:
        float(value)
    except ValueError:
        raise UsageError(f"--filter {text!r}: {value!r} is no number") from None


@dataclass(slots=True)
class Selection:
    """The episodes taken, and why the others were not: each is counted under its first reason."""

    taken: list[EpisodeRecord] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


def select(
    episodes: Sequence[EpisodeRecord],
    filters: Sequence[Filter],
    per_task: int = 0,
    verdict: Callable[[int], float | None] = lambda place: None,
) -> Selection:
    """Those that are no error of ours and meet all filters; at most `per_task` of each task (0: all).

    `verdict` is what the judge says of the episode at a place in the list.
    """
    found, counts = Selection(), Counter[str]()
    for place, episode in enumerate(episodes):
        reason = next((f.text for f in filters if not f.takes(episode, verdict(place))), None)
        if episode.score is None:
            found.left["error of the harness"] += 1
        elif reason is not None:
            found.left[f"not {reason}"] += 1
        elif 0 < per_task <= counts[episode.task]:
            found.left[f"more than {per_task} of a task"] += 1
        else:
            counts[episode.task] += 1
            found.taken.append(episode)
    return found
