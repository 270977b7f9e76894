"""The world of one `db` episode: a database of its own, and the answer once it is given."""

from collections.abc import Callable, Mapping

from harness import Action, Capabilities, Environment, EnvironmentFailure, Observation, Score, Status

from .compare import COMPARATORS
from .engines import Database, SqlError
from .rules_fc import UNREADABLE
from .rules_native import ANSWER, SQL
from .samples import DbSample, Table
from .show import SHOWN


class DbEnvironment(Environment):
    capabilities = Capabilities(fork=True)

    def __init__(
        self,
        sample: DbSample,
        profile: str,
        fresh: Callable[[], Database],
        rewrite: Callable[[str], str] = str,
    ) -> None:
        self.sample = sample
        self.profile = profile
        self.fresh = fresh
        """Opens a database with the sample's tables."""
        self.rewrite = rewrite
        """Applied to the agent's SQL: MySQL's quoting for an SQLite that stands in for it."""
        self.database: Database | None = None
        self.answers: tuple[object, ...] | None = None

    def reset(self) -> Observation:
        self.close()
        self.database, self.answers = self.fresh(), None
        return Observation(problem(self.sample, self.profile))

    def step(self, action: Action) -> Observation:
        if action.name == UNREADABLE:
            return Observation(str(action.arguments.get("why", "")))
        if action.name == ANSWER:
            given = action.arguments.get("answers", ())
            self.answers = tuple(given) if isinstance(given, list | tuple) else (given,)
            return Observation("The answer was received.", Status.COMPLETED)
        if action.name != SQL:
            return Observation(f"There is no action {action.name!r}; use {SQL} or {ANSWER}.")
        return self._operate(str(action.arguments.get("query", "")))

    def _operate(self, query: str) -> Observation:
        result, error = SHOWN[self.profile]
        try:
            # A lone surrogate, which JSON can spell, is no text to any database.
            sendable = query.encode("utf-8", "replace").decode()
            return Observation(result(self._open.execute(self.rewrite(sendable))))
        except SqlError as refused:
            return Observation(error(refused))

    @property
    def _open(self) -> Database:
        if self.database is None:
            raise EnvironmentFailure("the database is not open: reset comes first")
        return self.database

    def score(self) -> Score:
        right = value = self._right(self.sample.gold)
        parts = {"raw": float(right)}
        if self.sample.corrected is not None:
            corrected = self._right(self.sample.corrected)
            parts["corrected"] = float(corrected)
            value = corrected if self.profile == "native" else right
        reached = self._reached(self.sample.gold) if self.sample.changes else None
        return Score(float(value), parts, reached, category(self.sample))

    def _reached(self, gold: tuple[str, ...]) -> float:
        return float(self._open.state(self.sample.tables) in gold)

    def _right(self, gold: tuple[str, ...]) -> bool:
        """Whether the episode earned its point, were `gold` the right answer."""
        committed = self.answers is not None
        if self.sample.changes:
            # v0.2 hashes the tables whatever the status was; fc and native want a commit first.
            if not committed and self.profile != "v0.2":
                return False
            return self._reached(gold) == 1
        return self.answers is not None and COMPARATORS[self.profile](self.answers, gold)

    def fork(self) -> "DbEnvironment":
        copy = DbEnvironment(self.sample, self.profile, self.fresh, self.rewrite)
        copy.database = self._open.fork()
        copy.answers = self.answers
        return copy

    def close(self) -> None:
        database, self.database = self.database, None
        if database is not None:
            database.close()


def category(sample: DbSample) -> str:
    """INSERT, UPDATE, or SELECT for everything else, as AgentBench v0.2 groups them; DELETE is ours."""
    return sample.category if sample.changes else "SELECT"


def problem(sample: DbSample, profile: str) -> str:
    """The text of the problem, as the profile words it (spec, section 3)."""
    if profile == "v0.2":
        return f"{sample.question}\n{sample.note}"
    if profile == "fc":
        parts: Mapping[str, str] = {
            "Evidence about the question: ": sample.evidence,
            "Additional table information about the question: ": sample.note,
            "Question: ": sample.question,
        }
        return "".join(f"{head}{text}\n" for head, text in parts.items() if text)
    return "\n".join(["Problem: " + sample.question, "", "Tables:", *map(_described, sample.tables)])


def _described(table: Table) -> str:
    columns = ", ".join(f'"{c.name}" {c.type}' for c in table.columns)
    return f'"{table.name}" ({columns}), {len(table.rows)} rows'
