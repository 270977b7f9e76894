"""The world of one `puzzles` episode: a host who answers questions, and the facts found so far."""

from harness import (
    Action,
    Capabilities,
    Environment,
    EnvironmentFailure,
    Observation,
    Score,
    Settings,
    Status,
)

from .judge import Judge
from .questions import content, likeness, words, wrong
from .samples import PuzzleSample
from .scripted import Verdict, verdict

ASK = "ask"
ROUNDS = 25
REPEATED = "That is in the story already. Ask about what it does not say."
FAREWELLS = (
    "new story",
    "other story",
    "new game",
    "other game",
    "new question",
    "other question",
    "other round",
    "new round",
    "Great job",
    "further question",
)
"""AgentBench: a reply with one of these gives up the puzzle; the third ends the episode."""
PATIENCE = 3
LIKE = 0.85


class PuzzlesEnvironment(Environment):
    """`judged`: the run's judge model is the host; otherwise the scripted one."""

    capabilities = Capabilities(fork=True)

    def __init__(self, sample: PuzzleSample, settings: Settings, judged: bool) -> None:
        self.sample = sample
        self.settings = settings
        self.exact = settings.profile == "v0.2"
        self.judged = judged
        self._begin()

    def _begin(self) -> None:
        self.judge = Judge(self.sample, self.settings)
        self.rounds = self.yes = self.relevant = self.farewells = 0
        self.verdicts = self.unreadable = self.agreed = self.agreed_fact = self.judgements = 0
        self.finish: int | None = None
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
        if refused := self._turned_away(question) if self.exact else self._refused(question):
            return refused
        said = self._verdict(question)
        self.yes += said.answer == "yes"
        self.relevant += said.answer != "irrelevant"
        if said.fact is not None:
            self.found |= {said.fact}
        return self._told(said)

    def _refused(self, question: str) -> Observation | None:
        """Native rules: only a new question is answered."""
        if reason := wrong(question, self.sample.official):
            return Observation(reason)
        if question.strip("?").lower() in self.sample.story.lower():
            return Observation(REPEATED)
        said = content(question) | frozenset(words(question))
        if said in self.asked:
            return Observation("You asked that before. Ask something new.")
        self.asked |= {said}
        return None

    def _turned_away(self, question: str) -> Observation | None:
        """AgentBench v0.2: silence ends the episode, and so does giving up; the story is not repeated."""
        if not question:
            return Observation("Nothing was asked.", Status.INVALID_FORMAT)
        if any(each in question for each in FAREWELLS):
            self.farewells += 1
            status = Status.INVALID_ACTION if self.farewells >= PATIENCE else None
            return Observation("Go on with this story: ask a question about it.", status)
        statement = question.replace("?", ".")
        if any(likeness(told, statement) > LIKE for told in self.sample.told):
            return Observation(REPEATED)
        return None

    def _verdict(self, question: str) -> Verdict:
        scripted = verdict(self.sample, question, self.found)
        if not self.judged:
            return scripted
        if self.ask is None:
            raise EnvironmentFailure("puzzles: the host is the judge model, and there is no way to ask it")
        judged = self.judge.verdict(self.ask, question, self.found)
        self.verdicts += 1
        self.unreadable += not judged.readable
        if not self.sample.official:
            self.judgements += 1
            self.agreed += judged.answer == scripted.answer
            self.agreed_fact += judged.fact == scripted.fact
        return judged

    def _told(self, said: Verdict) -> Observation:
        text, all_ = f"{said.answer.capitalize()}.", len(self.sample.facts)
        if not self.exact and said.fact is not None:
            count = f"{len(self.found)} of {all_}"
            text += f" You uncovered a fact ({count}): {self.sample.facts[said.fact].text}"
        # AgentBench compares what was found with what is left, so there a puzzle counts as finished halfway
        enough = all_ - len(self.found) if self.exact else all_
        if self.finish is None and said.answer != "irrelevant" and len(self.found) >= enough:
            self.finish = self.rounds
        return Observation(text, Status.COMPLETED if len(self.found) == all_ else None)

    def score(self) -> Score:
        if 0 < self.verdicts == self.unreadable and not self.found:
            raise EnvironmentFailure(f"puzzles: none of the host's {self.verdicts} verdicts could be read")
        value = len(self.found) / len(self.sample.facts)
        finish = ROUNDS if self.finish is None else min(self.finish, ROUNDS)
        parts = {
            "single_game_accuracy": self.yes / ROUNDS,
            "round_efficiency": 1 - finish / ROUNDS,
            "query_relevance": self.relevant / ROUNDS,
        }
        if self.judged:
            parts["host_unreadable"] = self.unreadable / max(1, self.verdicts)
        if self.judgements:
            parts["agreement"] = self.agreed / self.judgements
            parts["fact_agreement"] = self.agreed_fact / self.judgements
        return Score(value, parts, value)

    def fork(self) -> "PuzzlesEnvironment":
        other = PuzzlesEnvironment(self.sample, self.settings, self.judged)
        other.__dict__.update(self.__dict__)
        other.judge = self.judge.copy()
        return other
