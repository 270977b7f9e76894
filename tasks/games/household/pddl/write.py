"""A game as a PDDL problem of ALFWorld's domain, so that ALFWorld's own engine can play it.

The inverse of `read.py`. The uids must be PDDL names in lower case, as those of files read are.
"""

from collections.abc import Iterator

from ..world import Game, Goal, Item

FLAGS = {
    "pickupable": "pickupable",
    "heatable": "heatable",
    "coolable": "coolable",
    "cleanable": "cleanable",
    "sliceable": "sliceable",
    "toggleable": "toggleable",
    "is_hot": "isHot",
    "is_cool": "isCool",
    "is_clean": "isClean",
    "is_sliced": "isSliced",
    "is_toggled": "isToggled",
    "is_vessel": "isReceptacleObject",
}
"""Field of an item to predicate."""
TREATED = {"clean": ("cleanable", "isClean"), "hot": ("heatable", "isHot"), "cool": ("coolable", "isCool")}
"""Treatment of a goal to what must be possible and what must be so."""


def problem(game: Game, name: str = "house") -> str:
    """The text of a PDDL problem. The metric comes last: the translator asserts it."""
    objects, facts = "\n        ".join(_objects(game)), "\n        ".join(_facts(game))
    return f"""(define (problem {name})
    (:domain alfred)
    (:objects
        {objects}
    )
    (:init
        (= (total-cost) 0)
        {facts}
    )
    (:goal
        (and {goal(game.goal)})
    )
    (:metric minimize (total-cost))
)
"""


def _objects(game: Game) -> Iterator[str]:
    yield "agent1 - agent"
    places = {game.start, *(r.location for r in game.receptacles), *(i.location for i in game.items)}
    yield from (f"{place} - location" for place in sorted(places - {""}))
    yield from (f"{r.uid} - receptacle" for r in game.receptacles)
    yield from (f"{i.uid} - object" for i in game.items)
    rtypes = {r.kind for r in game.receptacles} | {kind for kind, _ in game.fits}
    otypes = {i.kind for i in game.items} | {kind for _, kinds in game.fits for kind in kinds}
    yield from (f"{kind}Type - rtype" for kind in sorted(rtypes | {game.goal.receptacle} - {""}))
    wanted = {game.goal.item, game.goal.light} - {""}
    yield from (f"{kind}Type - otype" for kind in sorted(otypes | wanted))


def _facts(game: Game) -> Iterator[str]:
    yield f"(atLocation agent1 {game.start})"
    yield from (f"(canContain {place}Type {kind}Type)" for place, kinds in game.fits for kind in kinds)
    for receptacle in game.receptacles:
        yield f"(receptacleType {receptacle.uid} {receptacle.kind}Type)"
        if receptacle.location:
            yield f"(receptacleAtLocation {receptacle.uid} {receptacle.location})"
        if receptacle.openable:
            yield f"(openable {receptacle.uid})"
        if receptacle.is_open:
            yield f"(opened {receptacle.uid})"
    for item in game.items:
        yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    yield f"(objectType {item.uid} {item.kind}Type)"
    yield from (f"(inReceptacle {item.uid} {receptacle})" for receptacle in item.inside)
    if item.location:
        yield f"(objectAtLocation {item.uid} {item.location})"
    yield from (f"({predicate} {item.uid})" for field, predicate in FLAGS.items() if getattr(item, field))
    yield from (f"(inReceptacleObject {inner} {item.uid})" for inner in item.contents)


def goal(wanted: Goal) -> str:
    """The condition, in the nesting of exists that ALFWorld's own goals have."""
    if wanted.light:
        return (
            "(exists (?ot - object ?r - receptacle ?a - agent ?l - location) (and "
            f"(objectType ?ot {wanted.light}Type) (toggleable ?ot) (isToggled ?ot) "
            "(receptacleAtLocation ?r ?l) (atLocation ?a ?l) (inReceptacle ?ot ?r))) "
            "(exists (?o - object ?a - agent) (and "
            f"(objectType ?o {wanted.item}Type) (holds ?a ?o)))"
        )
    items = [f"?o{n}" for n in range(1, wanted.count + 1)]
    inner = ""
    for number in reversed(range(wanted.count)):
        distinct = [f"(not (= {other} {items[number]}))" for other in items[:number]]
        said = " ".join([*distinct, *_wanted(wanted, items[number])])
        inner = f"(exists ({items[number]} - object) (and {said} {inner}))"
    return f"(exists (?r - receptacle) {inner})"


def _wanted(wanted: Goal, item: str) -> Iterator[str]:
    yield from (f"({predicate} {item})" for predicate in TREATED.get(wanted.treatment, ()))
    yield from (f"({predicate} {item})" for predicate in ("sliceable", "isSliced") if wanted.sliced)
    yield f"(objectType {item} {wanted.item}Type)"
    yield f"(receptacleType ?r {wanted.receptacle}Type)"
    yield f"(inReceptacle {item} ?r)"
