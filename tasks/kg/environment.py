"""The world of one `kg` episode: the variables so far, over a graph that never changes."""

import re
from collections.abc import Callable
from typing import Literal

from harness import Action, Capabilities, Environment, Observation, Score, Status

from .calls import ANSWER, FIRST_OF, PARAMETERS, UNREADABLE, bare, find, given, split, written
from .engines import Engine, TooSlow
from .expressions import NAMESPACE, Count, Expression, Extreme, Join, both, leaving, values, weight
from .ontology import UNKNOWN, Ontology
from .programs import expressions
from .samples import KgSample

NUMBER = "type.int"
HEAVIEST, MOST = 100, 200
"""The most parts of a variable, and variables of an episode; gold programs have up to 11 and 6."""
SLOW = "The query took too long and was stopped. Narrow the variable down first."
ID = re.compile(r"[mfg]\.\w+", re.ASCII)
"""Entities as Freebase numbers them."""
_NAME = re.compile(r"[\w.\-]+", re.ASCII)
_NUMBER = re.compile(r"#([0-9]{1,6})")


class Mistake(Exception):
    """What the agent did wrong, in words for it."""


class KgEnvironment(Environment):
    capabilities = Capabilities(fork=True)

    def __init__(self, sample: KgSample, profile: str, engine: Engine, ontology: Ontology) -> None:
        self.sample, self.profile, self.engine, self.ontology = sample, profile, engine, ontology
        self.names = dict(sample.entities)
        self.variables: list[tuple[Expression, str]] = []
        """Each with the type of its members."""
        self.listed: dict[tuple[Expression, bool], frozenset[str]] = {}
        """The relations (False) or attributes (True) that the agent was shown for an expression."""
        self.answer: int | None = None

    def reset(self) -> Observation:
        self.variables, self.listed, self.answer = [], {}, None
        head = {"native": "Question: ", "v0.2": "A new question: "}.get(self.profile, "")
        return Observation(f"{head}{self.sample.question}\nEntities: [{', '.join(self.names)}]")

    def step(self, action: Action) -> Observation:
        if action.name == UNREADABLE:
            return Observation(str(action.arguments.get("why", "")))
        if action.name == ANSWER:
            return self._finish(given(action))
        if action.name == FIRST_OF:
            return self._first_of([str(c) for c in action.arguments.get("calls", ())])
        return Observation(self._called(action.name, given(action))[0])

    def _first_of(self, calls: list[str]) -> Observation:
        """Several calls on a line: the first that works, or what is wrong with the last."""
        said = ""
        for text in calls:
            name = text.partition("(")[0]
            said, worked = self._called(
                name, split(name, find(name, text) or "") if name in PARAMETERS else []
            )
            if worked:
                break
        return Observation(said)

    def _called(self, name: str, arguments: list[str]) -> tuple[str, bool]:
        """What a call is answered with, and whether it worked."""
        try:
            if name not in PARAMETERS:
                raise Mistake(f"there is no tool {short(name)!r}")
            if len(arguments) != len(PARAMETERS[name]):
                raise Mistake(f"{name} needs {', '.join(PARAMETERS[name])}")
            said = TOOLS[name](self, name, *arguments)
            return (said if self.profile == "native" else f"Observation: {said}"), True
        except TooSlow:
            return SLOW, False
        except Mistake as wrong:
            return refusal(self.profile, name, arguments, str(wrong)), False

    def _finish(self, arguments: list[str]) -> Observation:
        number = re.fullmatch(r"#?([0-9]{1,6})", arguments[0].strip()) if arguments else None
        if number is not None and int(number.group(1)) < len(self.variables):
            self.answer = int(number.group(1))
            return Observation("The answer was received.", Status.COMPLETED)
        if self.profile == "fc":  # AgentBench FC: validation failed
            return Observation("There is no such variable.", Status.INVALID_FORMAT)
        if self.profile == "v0.2":
            return Observation("Invalid variable id! Need to recheck the action.")
        return Observation(f"{short(arguments[0]) if arguments else ''!r} is not a variable: {self._there}.")

    @property
    def _there(self) -> str:
        return f"the last is #{len(self.variables) - 1}" if self.variables else "there is none yet"

    # The tools

    def _list(self, name: str, said: str) -> str:
        literal = name == "get_attributes"
        expression, _ = self._variable(said) if literal else self._source(said)
        query = leaving(expression, literal if self.ontology.literal_test else None)
        found = (f.removeprefix(NAMESPACE) for f in self.engine.select(query) if f.startswith(NAMESPACE))
        names = self.ontology.shown((n for n in found if _NAME.fullmatch(n)), literal)
        self.listed[expression, literal] = frozenset(names)
        return f"[{', '.join(names)}]"

    def _neighbors(self, name: str, said: str, relation: str) -> str:
        expression, _ = self._source(said)
        self._was_listed(expression, False, said, relation)
        return self._new(Join(relation, expression), self.ontology.range(relation))

    def _intersection(self, name: str, one: str, other: str) -> str:
        (first, kind), (second, other_kind) = self._variable(one), self._variable(other)
        if kind != other_kind and UNKNOWN not in (kind, other_kind):
            raise Mistake(f"{one} and {other} are of different types, {kind} and {other_kind}")
        return self._new(both(first, second), kind if kind != UNKNOWN else other_kind)

    def _extreme(self, name: str, said: str, attribute: str) -> str:
        expression, kind = self._variable(said)
        self._was_listed(expression, True, said, attribute)
        which: Literal["argmax", "argmin"] = "argmax" if name == "argmax" else "argmin"
        return self._new(Extreme(which, expression, attribute), kind)

    def _count(self, name: str, said: str) -> str:
        return self._new(Count(self._variable(said)[0]), NUMBER)

    def _was_listed(self, expression: Expression, literal: bool, said: str, wanted: str) -> None:
        lister, what = ("get_attributes", "attribute") if literal else ("get_relations", "relation")
        shown = self.listed.get((expression, literal))
        if shown is None:
            raise Mistake(f"use {lister}({said}) first")
        if wanted not in shown:
            raise Mistake(f"{short(wanted)} is not a{'n' * literal} {what} that {lister}({said}) has listed")

    def _new(self, expression: Expression, kind: str) -> str:
        if weight(expression) > HEAVIEST or len(self.variables) >= MOST:
            raise Mistake("the variable would be too complicated, or one too many")
        self.variables.append((expression, kind))
        said = "which is a number" if kind == NUMBER else f"which are instances of {kind}"
        return f"variable #{len(self.variables) - 1}, {said}"

    def _source(self, said: str) -> tuple[Expression, str]:
        """A variable, or an entity: by its name in the question, or by its id."""
        if said.startswith("#"):
            return self._variable(said)
        known = self.names.get(said)
        if known is None and self.profile == "native":
            near = bare(said).lower()
            known = next((e for name, e in self.names.items() if bare(name).lower() == near), None)
        if known is None and ID.fullmatch(said):
            known = said
        if known is None:
            names = "; ".join(self.names)
            raise Mistake(f"{short(said)!r} is neither a variable nor an entity of the question ({names})")
        return known, UNKNOWN

    def _variable(self, said: str) -> tuple[Expression, str]:
        number = _NUMBER.fullmatch(said.strip())
        if number is None or int(number.group(1)) >= len(self.variables):
            raise Mistake(f"{short(said)!r} is not a variable; {self._there}")
        found = self.variables[int(number.group(1))]
        if isinstance(found[0], Count):
            raise Mistake(f"{said} is a number")
        return found

    # Grading

    def score(self) -> Score:
        found: set[str] = set()
        if self.answer is not None:
            try:
                found = {plain(r) for r in self.engine.select(values(self.variables[self.answer][0]))}
            except TooSlow:
                found = set()  # the engine still answers (see engines/): it is the variable that is too much
        gold = set(self.sample.gold)
        parts = {"f1": f1(found, gold), "exact_match": float(found == gold), "executable": float(bool(found))}
        return Score(parts["f1"], parts, self._reached(), self.sample.kind)

    def _reached(self) -> float | None:
        """The share of the gold program's variables that the agent has built."""
        wanted = expressions(self.sample)
        built = {e for e, _ in self.variables}
        return sum(w in built for w in wanted) / len(wanted) if wanted else None

    def fork(self) -> "KgEnvironment":
        copy = KgEnvironment(self.sample, self.profile, self.engine, self.ontology)
        copy.variables, copy.listed, copy.answer = list(self.variables), dict(self.listed), self.answer
        return copy


TOOLS: dict[str, Callable[..., str]] = {
    "get_relations": KgEnvironment._list,
    "get_neighbors": KgEnvironment._neighbors,
    "intersection": KgEnvironment._intersection,
    "get_attributes": KgEnvironment._list,
    "argmax": KgEnvironment._extreme,
    "argmin": KgEnvironment._extreme,
    "count": KgEnvironment._count,
}


def refusal(profile: str, name: str, arguments: list[str], why: str) -> str:
    """What a call that does not work is answered with; the wording of v0.2 and fc is AgentBench's."""
    if profile == "fc":
        return f"Error processing tool call: {why}"
    said = f"{written(short(name), [short(a) for a in arguments])} cannot be executed"
    if profile == "native":
        return f"{said}: {why}."
    if name == "intersection":
        return (
            f"{said}. The two variables are not of the same type. "
            "You may further explore them by call get_relations"
        )
    return f"{said}. You may make a mistake and need to fix it."


def short(text: str) -> str:
    """What a model wrote, as it is told back to it."""
    return text if len(text) <= 120 else f"{text[:100]}..."


def plain(value: str) -> str:
    """A result as gold answers are written: no namespace, no time zone (AgentBench's SparqlExecuter)."""
    return value.replace(NAMESPACE, "").replace("-08:00", "")


def f1(found: set[str], gold: set[str]) -> float:
    """The harmonic mean of precision and recall of a set of answers.

    >>> f1({"a", "b"}, {"b"}), f1({"a"}, {"b"}), f1(set(), {"b"})
    (0.6666666666666666, 0.0, 0.0)
    """
    common = len(found & gold)
    return 2 * common / (len(found) + len(gold)) if common else 0.0
