"""Variables as lazy expressions, and their SPARQL (AgentBench; spec/agentbench.md, section 4).

An expression is an entity's id, or one of the four classes below. Named entities are never their own
answer; of an extreme value all holders are returned; of texts only those without a language or in English.
Each step from a variable selects distinct members first: otherwise the number of ways to reach a member
multiplies from step to step (210 ms against 9 ms at five steps in the bundled graph).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Literal

NAMESPACE = "http://rdf.freebase.com/ns/"
"""AgentBench's; the bundled graph uses it too, so that the same queries serve both."""
_SAFE = re.compile(r"[\w.\-]+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Join:
    """What `relation` leads to from the members of `inner`."""

    relation: str
    inner: "Expression"

    def __str__(self) -> str:
        return f"(JOIN (R {self.relation}) {self.inner})"


@dataclass(frozen=True, slots=True)
class And:
    """What is in all of `parts`; made by `both`."""

    parts: "tuple[Expression, ...]"

    def __str__(self) -> str:
        return f"(AND {' '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Count:
    inner: "Expression"

    def __str__(self) -> str:
        return f"(COUNT {self.inner})"


@dataclass(frozen=True, slots=True)
class Extreme:
    """The members of `inner` with the largest or smallest value of `attribute`."""

    which: Literal["argmax", "argmin"]
    inner: "Expression"
    attribute: str

    def __str__(self) -> str:
        return f"({self.which.upper()} {self.inner} {self.attribute})"


Expression = str | Join | And | Count | Extreme


def both(one: Expression, other: Expression) -> Expression:
    """The intersection: the same whatever the order, and x itself for x and x.

    >>> both("m.1", "m.0"), both(both("m.0", "m.1"), "m.0"), both("m.0", "m.0")
    (And(parts=('m.0', 'm.1')), And(parts=('m.0', 'm.1')), 'm.0')
    """
    parts = {p for e in (one, other) for p in (e.parts if isinstance(e, And) else (e,))}
    return And(tuple(sorted(parts, key=str))) if len(parts) > 1 else one


def iri(name: str) -> str:
    """Raises `ValueError` for a name that could change the query around it."""
    if not _SAFE.match(name):
        raise ValueError(f"not a name of the graph: {name!r}")
    return f"<{NAMESPACE}{name}>"


def values(expression: Expression) -> str:
    """The query for the members of an expression, or for its number."""
    if isinstance(expression, Count):
        return f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {_members(expression.inner, '?x', count(1))} }}"
    return f"SELECT DISTINCT ?x WHERE {{ {_members(expression, '?x', count(1))} }}"


def leaving(expression: Expression, literal: bool | None = None) -> str:
    """The query for the relations that members of an expression have: all, or those to literals or not."""
    test = "" if literal is None else f" FILTER({'' if literal else '!'}isLiteral(?o))"
    members = _members(expression, "?x", count(1))
    if not isinstance(expression, str):
        members = f"{{ SELECT DISTINCT ?x WHERE {{ {members} }} }}"
    return f"SELECT DISTINCT ?r WHERE {{ {members} ?x ?r ?o{test} }}"


def weight(expression: Expression) -> int:
    """How many parts the query has, about: an extreme says twice what it is an extreme of."""
    match expression:
        case str():
            return 1
        case Join(_, inner):
            return 1 + weight(inner)
        case And(parts):
            return sum(map(weight, parts))
        case Extreme(_, inner, _):
            return 1 + 2 * weight(inner)
        case Count(inner):
            return weight(inner)


def entities(expression: Expression) -> Iterator[str]:
    """The named entities in an expression."""
    if isinstance(expression, str):
        yield expression
    elif isinstance(expression, And):
        for part in expression.parts:
            yield from entities(part)
    else:
        yield from entities(expression.inner)


def _members(expression: Expression, name: str, numbers: "count[int]") -> str:
    """A pattern for the members, without the named entities."""
    pattern = _pattern(expression, name, numbers)
    if isinstance(expression, str):
        return pattern
    others = " && ".join(f"{name} != {iri(e)}" for e in sorted(set(entities(expression))))
    readable = f'!isLiteral({name}) || lang({name}) = "" || langMatches(lang({name}), "en")'
    return f"{pattern} FILTER({others}) FILTER({readable})"


def _pattern(expression: Expression, name: str, numbers: "count[int]") -> str:
    match expression:
        case str():
            return f"VALUES {name} {{ {iri(expression)} }}"
        case Join(relation, str() as entity):
            return f"{iri(entity)} {iri(relation)} {name} ."
        case Join(relation, inner):
            source = f"?v{next(numbers)}"
            sources = f"{{ SELECT DISTINCT {source} WHERE {{ {_pattern(inner, source, numbers)} }} }}"
            return f"{sources} {source} {iri(relation)} {name} ."
        case And(parts):
            return " ".join(_pattern(p, name, numbers) for p in parts)
        case Extreme(which, inner, attribute):
            one, best = f"?v{next(numbers)}", f"?v{next(numbers)}"
            order = f"DESC({best})" if which == "argmax" else best
            ranked = f"{_members(inner, one, numbers)} {one} {iri(attribute)} {best} ."
            first = f"{{ SELECT {best} WHERE {{ {ranked} }} ORDER BY {order} LIMIT 1 }}"
            return f"{first} {_pattern(inner, name, numbers)} {name} {iri(attribute)} {best} ."
        case Count():
            raise ValueError("a number has no members")
