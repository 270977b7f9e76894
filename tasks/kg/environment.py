"""The world of one `kg` episode: the variables so far, over a graph that never changes."""

import re
from collections.abc import Mapping

from harness import Action, Capabilities, Environment, Observation, Score, Status

from .engines import Engine, TooSlow
from .expressions import NAMESPACE, Expression, leaving, values
from .samples import KgSample

ANSWER = "final_answer"
UNREADABLE = "unreadable"
TOOLS = ("get_relations", "get_neighbors", "intersection", "get_attributes", "argmax", "argmin", "count")
UNKNOWN = "unknown type"
SLOW = "The query took too long and was stopped. Narrow the variable down first."
Roles = Mapping[str, tuple[str, str]]


class Mistake(Exception):
    """What the agent did wrong, in words for it."""


class KgEnvironment(Environment):
    capabilities = Capabilities(fork=True)

    def __init__(self, sample: KgSample, profile: str, engine: Engine, roles: Roles) -> None:
        self.sample, self.profile, self.engine, self.roles = sample, profile, engine, roles
        self.variables: list[tuple[Expression, str]] = []
        self.listed: set[tuple[Expression, str]] = set()
        """A variable's expression with a relation or attribute that the agent was shown for it."""
        self.answer: int | None = None

    def reset(self) -> Observation:
        self.variables, self.listed, self.answer = [], set(), None
        names = ", ".join(name for name, _ in self.sample.entities)
        head = "A new question: " if self.profile != "native" else "Question: "
        return Observation(f"{head}{self.sample.question}\nEntities: [{names}]")

    def step(self, action: Action) -> Observation:
        if action.name == UNREADABLE:
            return Observation(str(action.arguments.get("why", "")))
        given = [str(a) for a in action.arguments.get("arguments", ())]
        try:
            if action.name == ANSWER:
                return self._finish(given)
            if action.name not in TOOLS:
                raise Mistake(f"there is no tool {action.name!r}")
            needed = 1 if action.name in ("get_relations", "get_attributes", "count") else 2
            if len(given) != needed:
                raise Mistake(f"{action.name} takes {needed} argument(s)")
            return Observation(self._tool(action.name, given))
        except TooSlow:
            return Observation(SLOW)
        except Mistake as wrong:
            said = f"{action.name}({', '.join(given)}) cannot be executed: {wrong}."
            return Observation(f"{said} You may have made a mistake; mend the action.")

    def _finish(self, given: list[str]) -> Observation:
        number = re.fullmatch(r"#?([0-9]{1,6})", given[0].strip()) if given else None
        if number is None or int(number.group(1)) >= len(self.variables):
            if self.profile == "native":
                raise Mistake("there is no such variable")
            return Observation("There is no such variable.", Status.INVALID_ACTION)
        self.answer = int(number.group(1))
        return Observation("The answer was received.", Status.COMPLETED)

    def _tool(self, name: str, given: list[str]) -> str:
        expression, kind = self._find(given[0])
        if name == "count":
            self._variable(given[0])
            return self._new(("COUNT", expression), "number")
        if name in ("get_relations", "get_attributes"):
            return self._list(expression, name == "get_attributes")
        if name == "intersection":
            self._variable(given[0])
            other, other_kind = self._variable(given[1])
            if kind != other_kind and UNKNOWN not in (kind, other_kind):
                raise Mistake(f"the variables are of different types, {kind} and {other_kind}")
            return self._new(("AND", expression, other), kind if kind != UNKNOWN else other_kind)
        if (expression, given[1]) not in self.listed:
            what = "relation" if name == "get_neighbors" else "attribute"
            raise Mistake(f"{given[1]} is not a {what} that was listed for {given[0]}")
        if name == "get_neighbors":
            return self._new(("JOIN", given[1], expression), self.roles.get(given[1], ("", UNKNOWN))[1])
        self._variable(given[0])
        return self._new((name.upper(), expression, given[1]), kind)

    def _list(self, expression: Expression, literal: bool) -> str:
        found = self.engine.select(leaving(expression, literal))
        names = sorted(f.removeprefix(NAMESPACE) for f in found if f.startswith(NAMESPACE))
        names = [n for n in names if not n.startswith("type.") and re.fullmatch(r"[\w.\-]+", n, re.ASCII)]
        self.listed |= {(expression, n) for n in names}
        return f"[{', '.join(names)}]"

    def _new(self, expression: Expression, kind: str) -> str:
        self.variables.append((expression, kind))
        said = "which is a number" if kind == "number" else f"which are instances of {kind}"
        return f"variable #{len(self.variables) - 1}, {said}"

    def _find(self, said: str) -> tuple[Expression, str]:
        if said.strip().startswith("#"):
            return self._variable(said)
        names = dict(self.sample.entities)
        wanted = names.get(said) or names.get(said.strip().strip("\"'")) or said.strip()
        allowed = r"[mfg]\.\w+" if self.profile == "native" else r"[mf]\.\w+"
        if wanted not in names.values() or not re.fullmatch(allowed, wanted, re.ASCII):
            raise Mistake(f"{said!r} is neither a variable nor an entity of the question")
        return wanted, UNKNOWN

    def _variable(self, said: str) -> tuple[Expression, str]:
        number = re.fullmatch(r"#([0-9]{1,6})", said.strip())
        if number is None or int(number.group(1)) >= len(self.variables):
            raise Mistake(f"{said!r} is not a variable")
        found = self.variables[int(number.group(1))]
        if found[1] == "number":
            raise Mistake(f"{said} is a number")
        return found

    def score(self) -> Score:
        found: set[str] = set()
        if self.answer is not None:
            try:
                rows = self.engine.select(values(self.variables[self.answer][0]))
                found = {r.removeprefix(NAMESPACE) for r in rows}
            except TooSlow:
                found = set()
        gold = set(self.sample.gold)
        parts = {"f1": f1(found, gold), "exact_match": float(found == gold), "executable": float(bool(found))}
        return Score(parts["f1"], parts, self._reached())

    def _reached(self) -> float | None:
        """The share of the gold program's variables that the agent has built."""
        wanted = gold_variables(self.sample)
        if not wanted:
            return None
        built = {e for e, _ in self.variables}
        return sum(w in built for w in wanted) / len(wanted)

    def fork(self) -> "KgEnvironment":
        copy = KgEnvironment(self.sample, self.profile, self.engine, self.roles)
        copy.variables, copy.listed, copy.answer = list(self.variables), set(self.listed), self.answer
        return copy


def f1(found: set[str], gold: set[str]) -> float:
    """The harmonic mean of precision and recall of a set of answers."""
    both = len(found & gold)
    return 2 * both / (len(found) + len(gold)) if both else 0.0


def gold_variables(sample: KgSample) -> list[Expression]:
    """The expressions that the gold trajectory builds, in order."""
    built: list[Expression] = []

    def find(said: str) -> Expression:
        return built[int(said[1:])] if said.startswith("#") else dict(sample.entities).get(said, said)

    for name, *given in sample.actions:
        if name == "get_neighbors":
            built.append(("JOIN", given[1], find(given[0])))
        elif name == "intersection":
            built.append(("AND", find(given[0]), find(given[1])))
        elif name == "count":
            built.append(("COUNT", find(given[0])))
        elif name in ("argmax", "argmin"):
            built.append((name.upper(), find(given[0]), given[1]))
    return built
