"""A fictional world: entities with types, names, relations in both directions, and numbers.

The same on every machine and under every hash seed: nothing iterates over a set.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from ..expressions import NAMESPACE
from .names import Names, pick
from .schema import SPLITS, Relation, Schema, schema

SEED = "a world of our own 1"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
DIGITS = "0123456789bcdfghjklmnpqrstvwxyz_"


@dataclass(slots=True)
class World:
    names: dict[str, str] = field(default_factory=dict)
    """Entity to name."""
    kinds: dict[str, list[str]] = field(default_factory=dict)
    """Type to entities."""
    kind: dict[str, str] = field(default_factory=dict)
    """Entity to type."""
    out: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Relation to what each entity is related to by it."""
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    """Attribute to the number of each entity."""

    def triples(self) -> Iterator[str]:
        """The world as N-Triples, a line each."""
        ns, names = NAMESPACE, self.names
        for kind, members in self.kinds.items():
            for e in members:
                yield f"<{ns}{e}> <{ns}type.object.type> <{ns}{kind}> ."
                yield f'<{ns}{e}> <{ns}type.object.name> "{names[e]}" .'
        for relation, by_source in self.out.items():
            for source, targets in by_source.items():
                head = f"<{ns}{source}> <{ns}{relation}> <{ns}"
                yield from (f"{head}{t}> ." for t in targets)
        for attribute, values in self.numbers.items():
            for e, value in values.items():
                yield f'<{ns}{e}> <{ns}{attribute}> "{value}"^^<{INTEGER}> .'


def build() -> World:
    world, random = World(), Random(SEED)
    ids, names = _ids(random), Names(random)
    for split in SPLITS:
        _populate(world, schema(split), random, ids, names)
    return world


def _populate(world: World, plan: Schema, random: Random, ids: Iterator[str], names: Names) -> None:
    for kind in plan.types.values():
        members = world.kinds[kind.id] = [next(ids) for _ in range(kind.count)]
        for e in members:
            world.names[e], world.kind[e] = names.fresh(kind.names), kind.id
    for relation in plan.relations.values():
        world.out.setdefault(relation.id, {})
        if relation.each[1]:
            _relate(world, relation, random)
    for attribute in plan.attributes.values():
        low, high = attribute.range
        world.numbers[attribute.id] = {
            e: low + int(random.random() ** 2 * (high + 1 - low)) for e in world.kinds[attribute.domain]
        }


def _relate(world: World, relation: Relation, random: Random) -> None:
    """Both directions. Some of the range are popular: the chance falls with the place in its list."""
    forth, back = world.out[relation.id], world.out.setdefault(relation.reverse, {})
    ends, (least, most) = world.kinds[relation.range], relation.each
    for source in world.kinds[relation.domain]:
        wanted = least + int(random.random() * (most + 1 - least))
        chosen: list[str] = []
        while len(chosen) < wanted:
            target = ends[int(random.random() ** 1.6 * len(ends))]
            if target not in chosen:
                chosen.append(target)
                back.setdefault(target, []).append(source)
        if chosen:
            forth[source] = chosen


def _ids(random: Random) -> Iterator[str]:
    """Ids in the form of Freebase's, which say nothing of what they stand for."""
    given = set[str]()
    while True:
        new = "m.0" + "".join(pick(DIGITS, random) for _ in range(5))
        if new not in given:
            given.add(new)
            yield new
