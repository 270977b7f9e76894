"""A small graph in which a gold program gives the gold answers, made from the two alone.

It proves offline that an official question is read rightly and that its gold trajectory can be played and
leads to the answer; it says nothing about Freebase. Scores in it mean nothing.
"""

from collections.abc import Iterator
from itertools import count

from .expressions import NAMESPACE, And, Count, Expression, Extreme, Join
from .programs import expressions
from .samples import KgSample

INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
OTHER = "base.other.things"
"""A relation that every named entity has, so that lists are longer than one."""


def graph(sample: KgSample) -> list[str]:
    """N-Triples. Raises ValueError for a program that no graph can satisfy."""
    making = _Making(sample)
    program = expressions(sample)[-1]
    if isinstance(program, Count):
        making.want(program.inner, [making.fresh() for _ in range(int(sample.gold[0]))])
    else:
        making.want(program, [_term(g) for g in sample.gold])
    for _, entity in sample.entities:
        making.edge(_term(entity), OTHER, making.fresh())
    return list(making.lines)


class _Making:
    def __init__(self, sample: KgSample) -> None:
        self.numbers: Iterator[int] = count()
        self.lines: dict[str, None] = {}
        self.sources: dict[Expression, list[str]] = {}
        """The members given to an expression that relations are followed from; wanted again, they stay."""

    def fresh(self) -> str:
        return f"<{NAMESPACE}m.made_up_{next(self.numbers)}>"

    def edge(self, one: str, relation: str, other: str) -> None:
        self.lines[f"{one} <{NAMESPACE}{relation}> {other} ."] = None

    def want(self, program: Expression, members: list[str]) -> None:
        """Add what makes these the members of `program`, and nothing else of them."""
        match program:
            case Join(relation, str() as entity):
                for member in members:
                    self.edge(_term(entity), relation, member)
            case Join(relation, inner):
                if inner not in self.sources:
                    self.sources[inner] = [self.fresh(), self.fresh()]
                    self.want(inner, self.sources[inner])
                for number, member in enumerate(members):
                    self.edge(self.sources[inner][number % 2], relation, member)
            case And(parts):
                for part in parts:
                    self.want(part, [*members, self.fresh()])
            case Extreme(which, inner, attribute):
                others = [self.fresh(), self.fresh()]
                self.want(inner, [*members, *others])
                best = 9 if which == "argmax" else 1
                for member in (*members, *others):
                    value = 5 if member in others else best
                    self.edge(member, attribute, f'"{value}"^^<{INTEGER}>')
            case str() | Count():
                raise ValueError(f"{program} cannot be made to have other members")


def _term(value: str) -> str:
    """An id as an IRI, anything else as a literal."""
    letter, dot, rest = value.partition(".")
    if dot and rest and (letter in ("m", "f", "g") or not value[0].isdigit()) and " " not in value:
        return f"<{NAMESPACE}{value}>"
    text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
