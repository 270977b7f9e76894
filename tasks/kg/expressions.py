"""Variables as lazy expressions, and their SPARQL (AgentBench; spec/agentbench.md, section 4).

An expression is an entity's id, or a tuple: ("JOIN", relation, inner) for what `relation` leads to
from `inner`, ("AND", one, other), ("COUNT", inner), ("ARGMAX" or "ARGMIN", inner, attribute).
Named entities are never their own answer; of an extreme value all holders are returned.
"""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

Expression = Any
NAMESPACE = "http://rdf.freebase.com/ns/"
_SAFE = re.compile(r"[\w.\-]+\Z", re.ASCII)


def iri(name: str) -> str:
    """Raises `ValueError` for a name that could change the query around it."""
    if not _SAFE.match(name):
        raise ValueError(f"not a name of the graph: {name!r}")
    return f"<{NAMESPACE}{name}>"


def values(expression: Expression) -> str:
    """The query for the members of an expression, or for its number."""
    numbers = count(1)
    if expression[0] == "COUNT":
        return f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {_body(expression[1], '?x', numbers)} }}"
    return f"SELECT DISTINCT ?x WHERE {{ {_body(expression, '?x', numbers)} }}"


def leaving(expression: Expression, literal: bool) -> str:
    """The query for the relations, or the attributes, that members of an expression have."""
    test = "isLiteral(?o)" if literal else "!isLiteral(?o)"
    return f"SELECT DISTINCT ?r WHERE {{ {_body(expression, '?x', count(1))} ?x ?r ?o FILTER({test}) }}"


def entities(expression: Expression) -> Iterator[str]:
    if isinstance(expression, str):
        yield expression
    elif expression[0] == "JOIN":
        yield from entities(expression[2])
    else:
        yield from entities(expression[1])
        if expression[0] == "AND":
            yield from entities(expression[2])


def written(expression: Expression) -> str:
    """As an s-expression."""
    if isinstance(expression, str):
        return expression
    if expression[0] == "JOIN":
        return f"(JOIN (R {expression[1]}) {written(expression[2])})"
    return f"({expression[0]} {' '.join(map(written, expression[1:]))})"


def _body(expression: Expression, name: str, numbers: "count[int]") -> str:
    pattern = _pattern(expression, name, numbers)
    if isinstance(expression, str):
        return pattern
    others = "".join(f" FILTER({name} != {iri(e)})" for e in sorted(set(entities(expression))))
    return pattern + others


def _pattern(expression: Expression, name: str, numbers: "count[int]") -> str:
    if isinstance(expression, str):
        return f"VALUES {name} {{ {iri(expression)} }}"
    kind = expression[0]
    if kind == "JOIN":
        if isinstance(expression[2], str):
            return f"{iri(expression[2])} {iri(expression[1])} {name} ."
        inner = f"?v{next(numbers)}"
        return f"{_pattern(expression[2], inner, numbers)} {inner} {iri(expression[1])} {name} ."
    if kind == "AND":
        return f"{_pattern(expression[1], name, numbers)} {_pattern(expression[2], name, numbers)}"
    inner, best = f"?v{next(numbers)}", f"?v{next(numbers)}"
    order = f"DESC({best})" if kind == "ARGMAX" else best
    attribute = iri(expression[2])
    first = (
        f"{{ SELECT {best} WHERE {{ {_body(expression[1], inner, numbers)} {inner} {attribute} {best} }} "
        f"ORDER BY {order} LIMIT 1 }}"
    )
    return f"{first} {_pattern(expression[1], name, numbers)} {name} {attribute} {best} ."
