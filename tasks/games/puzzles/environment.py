"""The world of one `puzzles` episode: a host who answers questions, and the facts found so far."""

from harness import Action, Capabilities, Environment, Observation, Score, Settings, Status

from .judge import Judge
from .questions import content, wrong
from .samples import PuzzleSample
from .scripted import Verdict, verdict

ASK = "ask"
ROUNDS = 25


class PuzzlesEnvironment(Environment):
    capabilities = Capabilities(fork=True)

    def __init__(self, sample: PuzzleSample, settings: Settings, judged: bool) -> None:
        self.sample = sample
        self.settings = settings
        self.judged = judged
        self._begin()

    def _begin(self) -> None:
        self.judge = Judge(self.sample, self.settings)
        self.rounds = self.yes = self.relevant = self.unreadable = self.agreed = self.judgements = 0
        self.finish = ROUNDS
        self.found: frozenset[int] = frozenset()
        self.asked: frozenset[frozenset[str]] = frozenset()

    def reset(self) -> Observation:
        self._begin()
        return Observation(f"Story: {self.sample.story}")

    def step(self, action: Action) -> Observation:
        if action.name != ASK:
            return Observation(f"There is no action {action.name!r}; use {ASK}.")
        self.rounds += 1
        question = str(action.arguments.get("question", "")).strip().partition("\n")[0]
        if self.settings.profile == "native" and (reason := self._refused(question)):
            return Observation(reason)
        said = self._verdict(question)
        self.yes += said.answer == "yes"
        self.relevant += said.answer != "irrelevant"
        self.unreadable += not said.readable
        if said.fact is not None:
            self.found |= {said.fact}
        return self._told(said)

    def _refused(self, question: str) -> str:
        if reason := wrong(question, self.sample.official):
            return reason
        if question.strip("?").lower() in self.sample.story.lower():
            return "That only repeats the story. Ask about what it does not say."
        said = content(question)
        if said in self.asked:
            return "You asked that before. Ask something new."
        self.asked |= {said}
        return ""

    def _verdict(self, question: str) -> Verdict:
        scripted = self._scripted(question)
        if not self.judged or self.ask is None:
            return scripted
        judged = self.judge.verdict(self.ask, question, self.found)
        if not self.sample.official:
            self.judgements += 1
            self.agreed += judged.answer == scripted.answer
        return judged

    def _scripted(self, question: str) -> Verdict:
        """What is no question is irrelevant to the scripted host under every profile."""
        if wrong(question, self.sample.official):
            return Verdict("irrelevant")
        return verdict(self.sample, question, self.found)

    def _told(self, said: Verdict) -> Observation:
        text = f"{said.answer.capitalize()}."
        if self.settings.profile == "native" and said.fact is not None:
            count = f"{len(self.found)} of {len(self.sample.facts)}"
            text += f" You uncovered a fact ({count}): {self.sample.facts[said.fact].text}"
        if len(self.found) < len(self.sample.facts):
            return Observation(text)
        self.finish = min(self.rounds, ROUNDS)
        return Observation(text, Status.COMPLETED)

    def score(self) -> Score:
        value = len(self.found) / len(self.sample.facts)
        parts = {
            "single_game_accuracy": self.yes / ROUNDS,
            "round_efficiency": 1 - self.finish / ROUNDS,
            "query_relevance": self.relevant / ROUNDS,
        }
        if self.judged:
            parts["host_unreadable"] = float(self.unreadable)
        if self.judgements:
            parts["agreement"] = self.agreed / self.judgements
        return Score(value, parts, value)

    def fork(self) -> "PuzzlesEnvironment":
        other = PuzzlesEnvironment(self.sample, self.settings, self.judged)
        other.__dict__.update(self.__dict__)
        other.judge = self.judge.copy()
        return other
