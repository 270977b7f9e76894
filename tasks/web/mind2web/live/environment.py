"""A task played in a real browser, on pages that are served locally."""

from collections.abc import Callable
from typing import TypeVar

from harness import Action, Capabilities, Environment, EnvironmentFailure, Observation, Score, Status

from ..sites.play import Played
from ..sites.site import Request
from .chromium import Chromium
from .deeds import DEEDS, Refused
from .server import Visitor
from .tab import Tab
from .tree import pruned

T = TypeVar("T")
BACK, STOP = "go_back", "stop"
PAGE = "Page: "
"""How the part of an observation begins that shows a page."""


class LiveEnvironment(Environment):
    capabilities = Capabilities(fork=True)

    def __init__(self, played: Played, start: Callable[[], Chromium], limit: int) -> None:
        self.played = played
        self.start = start
        self.limit = limit
        """Characters of a page that are shown."""
        self.visitor = Visitor(played.site)
        self.address = "/"
        self.history: tuple[str, ...] = ()
        """Addresses before the present one, for `go_back`."""
        self.entered: tuple[Action, ...] = ()
        """What was done to the present page since it was loaded."""
        self.stopped = False
        self.tab: Tab | None = None

    def reset(self) -> Observation:
        self.close()
        self.visitor, self.address = Visitor(self.played.site), "/"
        self.history, self.entered, self.stopped = (), (), False
        return Observation(f"Problem: {self.played.sample.question}\n\n{self._open()}")

    def _open(self) -> str:
        """A new tab with the present page, as it was left."""
        chromium = self.start()

        def load() -> str:
            self.tab = Tab(chromium, self.visitor)
            self.tab.go(self.address)
            shown = self._shown(self.tab)
            for action in self.entered:
                DEEDS[action.name](self.tab, action.arguments)
                shown = self._shown(self.tab)
            return shown

        return _browsing(lambda: chromium.call(load))

    def _shown(self, tab: Tab) -> str:
        text = pruned(tab.look().lines, self.played.sample.question, self.limit)
        return f"{PAGE}{self.played.site.title}, {self.address}\n{text}"

    def step(self, action: Action) -> Observation:
        if action.name == STOP:
            self.stopped = True
            return Observation("Stopped.", Status.COMPLETED)
        if (tab := self.tab) is None:
            raise EnvironmentFailure("the browser is not open: reset comes first")
        return Observation(_browsing(lambda: tab.chromium.call(lambda: self._act(tab, action))))

    def _act(self, tab: Tab, action: Action) -> str:
        if action.name == BACK:
            return self._back(tab)
        if action.name not in DEEDS:
            return f"There is no action {action.name!r}; use {', '.join((*DEEDS, BACK))} or {STOP}."
        try:
            led_away = DEEDS[action.name](tab, action.arguments)
        except Refused as why:
            return str(why)
        if led_away:
            self.history, self.entered = (*self.history, self.address), ()
            self.address = tab.request.address
        else:
            self.entered = (*self.entered, action)
        return f"Done.\n{self._shown(tab)}"

    def _back(self, tab: Tab) -> str:
        if not self.history:
            return "There is no page to go back to."
        self.address, self.history, self.entered = self.history[-1], self.history[:-1], ()
        tab.go(self.address)
        return f"Went back.\n{self._shown(tab)}"

    def score(self) -> Score:
        """1 where the agent stopped in the final state; progress counts the gold addresses that were seen,
        and the final state."""
        there = self.played.reached(self.visitor.session, Request.to(self.address))
        passed = set(self.played.milestones) & set(self.visitor.seen)
        share = (len(passed) + there) / (len(set(self.played.milestones)) + 1)
        value = float(there and self.stopped)
        return Score(value, {"state": float(there)}, 1.0 if there else share, self.played.sample.domain)

    def fork(self) -> "LiveEnvironment":
        """A new tab of a visitor with the same past: pages depend on nothing else."""
        copy = LiveEnvironment(self.played, self.start, self.limit)
        copy.visitor = self.visitor.copy()
        copy.address, copy.history, copy.entered = self.address, self.history, self.entered
        copy.stopped = self.stopped
        copy._open()
        return copy

    def close(self) -> None:
        tab, self.tab = self.tab, None
        if tab is not None and tab.chromium.open:
            _browsing(lambda: tab.chromium.call(tab.close))


def _browsing(job: Callable[[], T]) -> T:
    """What goes wrong in the browser is the environment's failure, not the agent's."""
    from playwright.sync_api import Error

    try:
        return job()
    except Error as e:
        raise EnvironmentFailure(f"Chromium: {e.message.splitlines()[0]}") from e
