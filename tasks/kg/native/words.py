"""A program in words: phrases nested like the program, in one of a split's sentences."""

from random import Random

from ..expressions import And, Count, Expression, Extreme, Join
from .names import pick
from .schema import Schema, Type


class Speaker:
    def __init__(self, plan: Schema, names: dict[str, str], random: Random) -> None:
        self.plan, self.names, self.random = plan, names, random

    def question(self, program: Expression) -> str:
        inner: Expression = program
        words = {"most": ""}
        kind = "set"
        if isinstance(program, Count):
            kind, inner = "count", program.inner
        elif isinstance(program, Extreme):
            kind, inner = "extreme", program.inner
            words["most"] = self._superlative(program)
        about = self._type(inner)
        words |= {"many": about.many, "that": about.that, "verb": self._verb(inner)}
        words["Many"] = about.many.capitalize()
        return pick(self.plan.frames[kind], self.random).format(**words)

    def _superlative(self, program: Extreme) -> str:
        attribute = self.plan.attributes[program.attribute]
        return attribute.most if program.which == "argmax" else attribute.least

    def _verb(self, program: Expression, nested: bool = False) -> str:
        """What is said of the members; the shortest part of an intersection first, so that what depends on
        a longer one cannot be taken for a part of it. `both` says where a nested one begins."""
        if isinstance(program, And):
            parts = sorted(program.parts, key=lambda p: (depth(p), str(p)))
            *first, last = [self._verb(p) for p in parts]
            if nested:
                return f"both {' and '.join(first)} and {last}"
            also = ", and also " if depth(parts[-2]) > 1 else " and "
            return ", ".join(first) + also + last
        assert isinstance(program, Join)
        return pick(self.plan.relations[program.relation].verbs, self.random).format(
            self._noun(program.inner)
        )

    def _noun(self, program: Expression) -> str:
        if isinstance(program, str):
            return self.names[program]
        kind = self._type(program)
        if isinstance(program, Extreme):
            of = "among" if " with " in self._superlative(program) else "of"
            return (
                f"{self._superlative(program)} {of} the {kind.many} {kind.that} {self._verb(program.inner)}"
            )
        return f"{kind.many} {kind.that} {self._verb(program, nested=True)}"

    def _type(self, program: Expression) -> Type:
        """The type of the members."""
        match program:
            case Join(relation, _):
                return self.plan.types[self.plan.relations[relation].range]
            case And(parts):
                return self._type(parts[0])
            case Extreme(_, inner, _):
                return self._type(inner)
        raise ValueError(f"{program} has no type of its own")


def depth(program: Expression) -> int:
    """Relations followed from the farthest entity."""
    match program:
        case Join(_, inner):
            return 1 + depth(inner)
        case And(parts):
            return max(map(depth, parts))
        case Count(inner) | Extreme(_, inner, _):
            return depth(inner)
    return 0
