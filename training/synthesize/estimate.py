"""What a synthesis will probably take, before anything is paid: `about` is meant seriously."""

from dataclasses import dataclass
from statistics import fmean

from harness.report.form import short

from .bench import Bench
from .money import CHARACTERS, Prices
from .proposing import Plan

PLAYED = 3
"""Training samples whose expert stands for how long playing a problem is."""
PROBLEM = 80
"""Tokens of one problem that a teacher writes, roughly."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Prompt and completion."""

    into: float
    out: float

    def times(self, n: float) -> "Tokens":
        return Tokens(n * self.into, n * self.out)

    @property
    def all(self) -> float:
        return self.into + self.out


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of one request and of one problem played as the expert would play it."""

    plan: Plan
    request: Tokens
    episode: Tokens
    prices: tuple[Prices | None, Prices | None]
    """Of the teacher, of the actor."""

    def said(self, task: str, teacher: str, actor: str) -> str:
        least, most, n = -(-self.plan.count // self.plan.each), self.plan.most, self.plan.count
        asked = f"{least} to {most} requests" if most > least else f"{least} requests"
        asking = [self.request.times(x).all for x in (least, max(least, most))]
        playing = self.episode.times(n)
        lines = [
            f"{n} problems of {task}: {teacher} writes them in {asked} "
            f"(about {short(asking[0])} to {short(asking[1])} tokens), {actor} plays them "
            f"(about {short(playing.all)} tokens, if it takes the turns an expert takes)"
        ]
        if any(self.prices):
            low, high = (self._dollars(x, n) for x in (least, max(least, most)))
            lines.append(f"that is about ${low:.2g} to ${high:.2g}")
        return "\n".join(lines)

    def _dollars(self, requests: int, episodes: int) -> float:
        teacher, actor = self.prices
        asking, playing = self.request.times(requests), self.episode.times(episodes)
        asked = teacher.dollars(asking.into, asking.out) if teacher else 0.0
        return asked + (actor.dollars(playing.into, playing.out) if actor else 0.0)


def estimate(bench: Bench, plan: Plan, teacher: Prices | None, actor: Prices | None) -> Estimate:
    """Asks no model: reads the first request, and plays the expert of a few training samples."""
    first = bench.wanted(plan.seed, 0, plan.each)
    size = sum(len(m.content) for m in first.messages)
    episodes = [bench.turns(s) for s in bench.planned.samples[:PLAYED]]
    episode = Tokens(
        fmean(sum(prompt for prompt, _ in turns) for turns in episodes) / CHARACTERS,
        fmean(sum(reply for _, reply in turns) for turns in episodes) / CHARACTERS,
    )
    return Estimate(plan, Tokens(size / CHARACTERS, PROBLEM * plan.each), episode, (teacher, actor))
