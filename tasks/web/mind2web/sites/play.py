"""Errands become samples: each is played in the small browser, and every page on the way is recorded."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise
from random import Random

from ..samples import Step, WebSample
from .browser import NUMBER, View, html, label, loaded, meant, play
from .registry import TASKS, sites
from .site import Errand, Move, Request, Session, Site


@dataclass(frozen=True, slots=True)
class Played:
    """A sample with what it was made from."""

    sample: WebSample
    site: Site
    moves: tuple[Move, ...]
    views: tuple[View, ...]
    """What is seen before each move, and after the last."""

    @property
    def milestones(self) -> tuple[str, ...]:
        """The addresses that the gold moves lead to, in order: sub-goals that any way passes."""
        addresses = [v.request.address for v in self.views]
        return tuple(b for a, b in pairwise(addresses) if a != b)

    def reached(self, session: Session, request: Request) -> bool:
        """Whether a visitor's state is the final one: all that was to be sent or kept and nothing more;
        where nothing was, the right page."""
        goal = self.views[-1].session
        wanted = goal.kept or goal.done
        same = (session.kept, session.done) == (goal.kept, goal.done)
        return same and (bool(wanted) or request == self.views[-1].request)


def _played(site: Site, errand: Errand, name: str, split: str) -> Played:
    views, steps = [View()], []
    for move in errand.moves:
        steps.append(_step(site, views[-1], move))
        views.append(play(site, views[-1], move))
    sample = WebSample(name, split, site.name, site.domain, errand.question, tuple(steps))
    return Played(sample, site, errand.moves, tuple(views))


def _step(site: Site, view: View, move: Move) -> Step:
    page = html(site, view)
    candidates = loaded(site, view.request, view.session)[1]
    right = meant(page, move.control)
    said = f"[{right[0].role}] {label(page, right[0])} -> {move.operation}"
    return Step(
        move.operation,
        move.value,
        tuple(c.attributes[NUMBER] for c in right),
        candidates,
        sha256(page.encode()).hexdigest()[:16],
        f"{said}: {move.value}" if move.value else said,
    )


@cache
def all_played(split: str) -> dict[str, Played]:
    """The samples of a split by their ids, in order."""
    found: dict[str, Played] = {}
    for site in sites(split):
        dice = Random(f"mind2web {split} {site.name}")
        for number, errand in enumerate(site.some(TASKS[split], dice)):
            name = f"{site.name}-{number:02d}"
            found[name] = _played(site, errand, name, split)
    return found
