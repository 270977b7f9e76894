"""The tasks of our own websites, played in a real browser (`--live`). See README.md."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

from harness import Action, Environment, Rules, Sample, Settings, UsageError

if TYPE_CHECKING:
    from ..sites.play import Played

__all__ = [
    "check_live",
    "close_live",
    "live_engine",
    "live_random_action",
    "live_rules",
    "live_solve",
    "open_live",
]

LIMIT = 6000
"""Characters of a page that are shown, unless told by `-T page-limit=N`."""


def check_live(settings: Settings | None = None) -> None:
    """Raises `UsageError` that says what to install where playwright or Chromium is missing."""
    from .chromium import executable

    executable(settings.options if settings else {})


def open_live(sample: Sample, settings: Settings) -> Environment:
    from functools import partial

    from .chromium import chromium
    from .environment import LiveEnvironment

    return LiveEnvironment(_played(sample), partial(chromium, settings.options), _limit(settings))


def live_rules(settings: Settings) -> Rules:
    from .rules import live_rules

    return live_rules(settings)


def live_solve(sample: Sample, settings: Settings) -> Sequence[Action]:
    """The gold actions, by the numbers that controls have in the browser: their place on the page."""
    actions = []
    names = {"CLICK": "click", "TYPE": "type", "SELECT": "select"}
    for step in _played(sample).sample.steps:
        number = {"id": str(step.candidates.index(step.positives[0]) + 1)}
        second = {"TYPE": "text", "SELECT": "option"}.get(step.operation)
        actions.append(Action(names[step.operation], number | ({second: step.value} if second else {})))
    return (*actions, Action("stop"))


def live_random_action(sample: Sample, random: Random) -> Action:
    """A click, some text, an option, or the way back; now and then the end."""
    steps = _played(sample).sample.steps
    number = {"id": str(random.randint(1, max(len(s.candidates) for s in steps)))}
    values = sorted({s.value for s in steps if s.value}) or ["tea"]
    return random.choice((
        Action("click", number),
        Action("click", number),
        Action("type", number | {"text": random.choice(values)}),
        Action("select", number | {"option": random.choice(values)}),
        Action("go_back"),
        Action("stop") if random.random() < 0.2 else Action("click", number),
    ))  # fmt: skip


def live_engine(settings: Settings | None = None) -> Mapping[str, str]:
    """The versions of Chromium and playwright, and the limit of a page."""
    from .chromium import facts

    limit = {"page limit": str(_limit(settings) if settings else LIMIT)}
    return {**facts(settings.options if settings else {}), **limit}


def close_live() -> None:
    """End the browsers that were started; a later `open_live` starts one again."""
    from .chromium import close_all

    close_all()


def _played(sample: Sample) -> "Played":
    from ..sites.play import all_played

    found = all_played(sample.split).get(sample.id) if sample.split in ("test", "train") else None
    if found is None:
        raise UsageError(f"mind2web --live plays the bundled splits test and train, not {sample.split!r}")
    return found


def _limit(settings: Settings) -> int:
    given = settings.options.get("page-limit", str(LIMIT))
    if not (given.isascii() and given.isdigit() and int(given) >= 500):
        raise UsageError(f"-T page-limit={given}: expected a number of characters, at least 500")
    return int(given)
