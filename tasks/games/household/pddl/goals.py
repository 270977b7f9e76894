"""The goal of a PDDL problem, as the six task types of ALFWorld write it, becomes a `Goal`."""

from ..world import Goal
from .expressions import Tree, within

TREATMENTS = {"isclean": "clean", "ishot": "hot", "iscool": "cool"}
KNOWN = {
    "and", "exists", "not", "=", "objecttype", "receptacletype", "inreceptacle", "receptacleatlocation",
    "atlocation", "holds", "toggleable", "istoggled", "cleanable", "heatable", "coolable", "sliceable",
    "issliced", *TREATMENTS,
}  # fmt: skip


def read_goal(condition: Tree) -> Goal:
    """Raises `ValueError` saying what in it no task type of ALFWorld has."""
    parts = [p for p in within(condition) if p and isinstance(p[0], str) and p[0][:1] != "?"]
    said = {str(p[0]) for p in parts}
    if said - KNOWN:
        raise ValueError(f"the goal says {sorted(said - KNOWN)}, which no task type of ALFWorld needs")
    light = _light(parts)
    items = {str(p[1]): bare(str(p[2])) for p in parts if p[0] == "objecttype" and p[1] != light}
    kinds = {bare(str(p[2])) for p in parts if p[0] == "receptacletype"}
    if len(set(items.values())) != 1 or len(kinds) != (0 if light else 1):
        named = sorted(set(items.values()))
        raise ValueError(f"the goal is about items {named} in {sorted(kinds)}, not one in one")
    treatments = [t for predicate, t in TREATMENTS.items() if predicate in said]
    sliced = "issliced" in said
    if len(treatments) > 1 or (light and sliced) or ("holds" if light else "inreceptacle") not in said:
        raise ValueError("the goal is none of ALFWorld's six task types")
    return Goal(
        item=items.popitem()[1],
        receptacle="" if light else kinds.pop(),
        light=_kind_of(parts, light) if light else "",
        treatment=treatments[0] if treatments else "",
        count=max(1, sum(p[0] == "objecttype" and p[1] != light for p in parts)),
        sliced=sliced,
    )


def task_type(goal: Goal) -> str:
    """The name ALFWorld gives to goals of this form."""
    if goal.light:
        return "look_at_obj_in_light"
    if goal.count > 1:
        return "pick_two_obj_and_place"
    verb = {"clean": "clean", "hot": "heat", "cool": "cool"}.get(goal.treatment)
    return f"pick_{verb}_then_place_in_recep" if verb else "pick_and_place_simple"


def bare(type_name: str) -> str:
    """`appletype` to `apple`."""
    return type_name.removesuffix("type")


def _light(parts: list[Tree]) -> str:
    """The variable of the lamp, if the goal has one."""
    return next((str(p[1]) for p in parts if p[0] == "istoggled"), "")


def _kind_of(parts: list[Tree], variable: str) -> str:
    return next((bare(str(p[2])) for p in parts if p[0] == "objecttype" and p[1] == variable), "")
