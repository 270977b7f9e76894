"""Programs over the world: shapes of 2 to 5 steps, filled by walking backwards from an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from ..expressions import And, Count, Expression, Extreme, Join, both, entities
from .names import pick
from .schema import Relation, Schema
from .world import World

Shape = tuple["Shape", ...]
"""() is a named entity, (s,) what a relation leads to from s, (s, t) what is in both."""
E: Shape = ()
CHAIN2: Shape = ((E,),)
CHAIN3: Shape = (((E,),),)
BOTH: Shape = ((E,), (E,))
BENT: Shape = (((E,),), (E,))
SHAPES: Mapping[str, tuple[Literal["set", "count", "extreme", "from extreme"], Shape]] = {
    "both": ("set", BOTH),
    "chain2 extreme": ("extreme", CHAIN2),
    "bent": ("set", BENT),
    "both count": ("count", BOTH),
    "from both": ("set", (BOTH,)),
    "chain2 count": ("count", CHAIN2),
    "chain1 extreme from": ("from extreme", (E,)),
    "chain3": ("set", CHAIN3),
    "three": ("set", ((E,), (E,), (E,))),
    "both extreme": ("extreme", BOTH),
    "double bent": ("set", (((E,),), ((E,),))),
    "bent count": ("count", BENT),
    "chain2": ("set", CHAIN2),
    "chain2 extreme from": ("from extreme", CHAIN2),
    "from bent": ("set", (BENT,)),
    "bent extreme": ("extreme", BENT),
    "chain3 count": ("count", CHAIN3),
    "from double bent": ("set", ((((E,),), ((E,),)),)),
}
"""In the order samples come in, so that the first few of a split are a mixture."""
FEW, MANY, CROWD = 8, 40, 220
"""The most answers of a set, the highest count, the most members on the way."""


class Unsuitable(Exception):
    """This draw leads to no question worth asking."""


@dataclass(frozen=True, slots=True)
class Draft:
    program: Expression
    answers: tuple[str, ...]
    """What the program gives by the world's own tables; the engine has to agree."""


class Author:
    """Draws programs over the part of the world that a schema describes."""

    def __init__(self, world: World, plan: Schema) -> None:
        self.world, self.plan, self.random = world, plan, Random(0)
        self.leading: dict[str, list[Relation]] = {kind: [] for kind in plan.types}
        for relation in plan.relations.values():
            self.leading[relation.range].append(relation)
        self.attributes = {k: [a for a in plan.attributes.values() if a.domain == k] for k in plan.types}
        self.anyone = [e for kind in plan.types for e in world.kinds[kind]]

    def draft(self, name: str) -> Draft:
        """Raises `Unsuitable`; then another draw may do."""
        how, shape = SHAPES[name]
        target = pick(self.anyone, self.random)
        if how == "extreme" and not self.attributes[self.world.kind[target]]:
            raise Unsuitable
        if how == "from extreme":
            relation = self._into(target, ())
            inner = pick(self._sources(relation, target), self.random)
            program: Expression = Join(relation.id, self._extreme(self._fill(shape, inner, relation.id)))
        else:
            program = self._fill(shape, target, "")
            program = self._extreme(program) if how == "extreme" else program
        members = self.members(program)
        if how == "count":
            if not 2 <= len(members) <= MANY:
                raise Unsuitable
            return Draft(Count(program), (str(len(members)),))
        if not 1 <= len(members) <= (1 if how == "extreme" else FEW):
            raise Unsuitable
        return Draft(program, tuple(members))

    def _fill(self, shape: Shape, target: str, after: str) -> Expression:
        """A program of this shape that `target` is a member of; `after` is the relation followed next."""
        if shape == E:
            return target
        if len(shape) == 1:
            return self._step(shape[0], target, after, ())
        used: list[str] = []
        program: Expression | None = None
        for part in shape:
            one = self._step(part[0], target, after, tuple(used))
            assert isinstance(one, Join)
            used.append(one.relation)
            program = one if program is None else both(program, one)
        assert program is not None
        return program

    def _step(self, inner: Shape, target: str, after: str, used: tuple[str, ...]) -> Expression:
        back = self.plan.relations[after].reverse if after else ""
        relation = self._into(target, (*used, back))
        source = pick(self._sources(relation, target), self.random)
        return Join(relation.id, self._fill(inner, source, relation.id))

    def _into(self, target: str, without: tuple[str, ...]) -> Relation:
        choices = [
            r
            for r in self.leading[self.world.kind[target]]
            if r.id not in without and target in self.world.out[r.reverse]
        ]
        if not choices:
            raise Unsuitable
        return pick(choices, self.random)

    def _sources(self, relation: Relation, target: str) -> list[str]:
        return self.world.out[relation.reverse][target]

    def _extreme(self, program: Expression) -> Expression:
        """The extreme of a set of some size, where one member alone has it."""
        members = self.members(program)
        choices = self.attributes[self.world.kind[members[0]]] if members else []
        if len(members) < 3 or not choices:
            raise Unsuitable
        which: Literal["argmax", "argmin"] = "argmax" if self.random.random() < 0.5 else "argmin"
        return Extreme(which, program, pick(choices, self.random).id)

    def members(self, program: Expression) -> list[str]:
        """Raises `Unsuitable` where a step says nothing: a named entity or a crowd comes out of it, an
        intersection leaves as many as one of its parts has, or an extreme is shared."""
        found = self._members(program)
        if not isinstance(program, str) and (set(found) & named(program) or len(found) > CROWD):
            raise Unsuitable
        return found

    def _members(self, program: Expression) -> list[str]:
        match program:
            case str():
                return [program]
            case Join(relation, inner):
                out = self.world.out[relation]
                return list(dict.fromkeys(t for e in self.members(inner) for t in out.get(e, ())))
            case And(parts):
                sets = [self.members(p) for p in parts]
                common = [e for e in sets[0] if all(e in s for s in sets[1:])]
                if any(len(common) == len(s) for s in sets):
                    raise Unsuitable
                return common
            case Extreme(which, inner, attribute):
                values = self.world.numbers[attribute]
                ranked = sorted(self.members(inner), key=values.__getitem__, reverse=which == "argmax")
                if values[ranked[0]] == values[ranked[1]]:
                    raise Unsuitable
                return ranked[:1]
            case Count():
                raise ValueError("a number has no members")


def named(program: Expression) -> set[str]:
    return set(entities(program))
