"""The world of one episode: a tournament of questions for every step."""

from collections.abc import Callable
from hashlib import sha256
from random import Random

from harness import Action, Capabilities, Environment, EnvironmentFailure, Observation, Score, Status

from .choices import ANSWER, HEAD, LETTERS, NONE
from .document import Document, document
from .rank import TOP, query, rank
from .samples import RankedSample, Step, WebSample
from .scoring import Pick, Result, judged, total

BEFORE = 5
"""Previous actions that are shown."""


class Mind2WebEnvironment(Environment):
    """Goes from step to step whatever was answered: each page is the one of the recorded session, and the
    previous actions shown are the right ones."""

    capabilities = Capabilities(fork=True)

    def __init__(
        self,
        sample: WebSample,
        pages: Callable[[WebSample, int], str],
        profile: str,
        seed: int = 0,
        steps: range | None = None,
    ) -> None:
        self.sample, self.pages, self.profile, self.seed = sample, pages, profile, seed
        self.steps = range(len(sample.steps)) if steps is None else steps
        """Which steps are asked about."""
        self.at = self.steps.start
        self.pool: tuple[str, ...] = ()
        """Candidates that are still in the tournament."""
        self.pick: Pick | None = None
        self.recall = False
        """Whether the ranker found a right element of this step."""
        self.results: tuple[Result, ...] = ()

    def reset(self) -> Observation:
        self.at, self.results = self.steps.start, ()
        self._enter()
        return Observation(self._question())

    def step(self, action: Action) -> Observation:
        if self.at >= self.steps.stop:
            return Observation("The task is over.", Status.COMPLETED)
        choice, operation, value = (str(action.arguments.get(k, "")) for k in ("choice", "action", "value"))
        options = self.options
        letters = LETTERS[: len(options)]
        known = choice == NONE or (len(choice) == 1 and choice in letters)
        if self.profile == "native" and (action.name != ANSWER or not known):
            return Observation(f"{choice!r} is not one of the choices: {', '.join(NONE + letters)}.")
        self.pool = self.pool[len(options) :]
        if known and choice != NONE:
            self.pick = Pick(options[letters.index(choice)], operation, value)
            self.pool += (self.pick.element,)
        if self.pool and (len(self.pool) > 1 or self.pick is None):
            return Observation(self._question())
        return self._leave()

    def _enter(self) -> None:
        """Rank this step's candidates and shuffle the best."""
        gold = self.gold
        ranked = self.sample.ranked[self.at] if isinstance(self.sample, RankedSample) else ()
        best = (ranked or rank(query(self.sample, self.at), gold.candidates, self._html))[:TOP]
        self.recall = any(p in best for p in gold.positives)
        if self.profile == "native" and not self.recall and gold.positives:
            best = (*best[: TOP - 1], gold.positives[0])
        drawn = list(best)
        key = f"{self.sample.id}/{self.at}/{self.seed}"
        Random(int.from_bytes(sha256(key.encode()).digest()[:8])).shuffle(drawn)
        self.pool, self.pick = tuple(drawn), None

    def _leave(self) -> Observation:
        """AgentBench v0.2 forgets an older winner where the last question leaves nobody, and calls the step
        an invalid action."""
        lost = self.profile == "v0.2" and (self.pick is None or not self.pool)
        if lost:
            self.pick = None
        self.results += (judged(self.gold, self.pick, self.recall, self.profile),)
        self.at += 1
        if self.at >= self.steps.stop:
            status = Status.INVALID_ACTION if lost else Status.COMPLETED
            return Observation("The task is over.", status)
        self._enter()
        return Observation(self._question())

    def recalls(self) -> list[bool]:
        """For every step, whether the ranker found a right element."""
        found = []
        for at in self.steps:
            self.at = at
            self._enter()
            found.append(self.recall)
        return found

    @property
    def gold(self) -> Step:
        return self.sample.steps[self.at]

    @property
    def options(self) -> tuple[str, ...]:
        """The elements of the present question, in document order."""
        if not self.pool:
            raise EnvironmentFailure("there is no question: reset comes first")
        places = {name: place for place, name in enumerate(self.gold.candidates)}
        return tuple(sorted(self.pool[: len(LETTERS)], key=lambda c: places.get(c, len(places))))

    @property
    def _html(self) -> str:
        return self.pages(self.sample, self.at)

    @property
    def _document(self) -> Document:
        return document(self._html)

    def _question(self) -> str:
        page, options = self._document, self.options
        before = [s.target for s in self.sample.steps[max(0, self.at - BEFORE) : self.at]]
        choices = (
            f"{x}. {page.describe(o)} (id={n})"
            for n, (x, o) in enumerate(zip(LETTERS, options, strict=False))
        )
        lines = (
            f"{HEAD}{self.sample.question}",
            "Previous actions: " + ("; ".join(before) or "none"),
            "Page:",
            page.prune(options),
            "Choices:",
            f"{NONE}. none of these",
            *choices,
        )
        return "\n".join(lines)

    def score(self) -> Score:
        return total(self.results, len(self.steps))

    def fork(self) -> "Mind2WebEnvironment":
        copy = Mind2WebEnvironment(self.sample, self.pages, self.profile, self.seed, self.steps)
        copy.at, copy.pool, copy.pick = self.at, self.pool, self.pick
        copy.recall, copy.results = self.recall, self.results
        return copy


def expert(world: Mind2WebEnvironment) -> tuple[Action, ...]:
    """The right answer to every question; empty where a right element is not among the candidates."""
    world.reset()
    actions = []
    while world.at < world.steps.stop:
        gold, options = world.gold, world.options
        letter = next((x for x, o in zip(LETTERS, options, strict=False) if o in gold.positives), NONE)
        done = (gold.operation, gold.value) if letter != NONE else ("", "")
        actions.append(Action(ANSWER, {"choice": letter, "action": done[0], "value": done[1]}))
        world.step(actions[-1])
    return tuple(actions) if world.score().value == 1 else ()
