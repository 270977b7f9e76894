"""ALFWorld's `game.tw-pddl`, a JSON object with a PDDL domain, a grammar and a problem, becomes a `Game`.

The problem gives rooms, items and goal; the domain tells which receptacles clean, heat and cool; the
grammar gives the description of the task and the wording. Predicates that no action or text of ALFWorld
looks at (checked, isOn, wasInReceptacle ...), distances and things that are in no fact are passed over.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness import UsageError

from ..world import Game, Item, Receptacle
from .expressions import Tree, facts, lists, parse, section, within
from .goals import bare, read_goal, task_type
from .names import names
from .write import FLAGS

EXPECTED = (
    "expected one of ALFWorld's game.tw-pddl files: a JSON object with pddl_domain, grammar and pddl_problem"
)
_TASK = re.compile(r"Your task is to: (.*?)(?:\\n|\"|\n|$)")
ROLES = {"sinks": "cleanobject", "heaters": "heatobject", "coolers": "coolobject", "knives": "sliceobject"}
"""Field of a game to the action whose preconditions name its kinds."""
Facts = Mapping[str, list[tuple[str, ...]]]
"""Predicate to the arguments of its facts."""


def read_file(path: Path) -> Game:
    """Raises `UsageError` naming the file and what was expected."""
    try:
        return read_document(load_document(path))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as e:
        told = f"it has no {e}" if isinstance(e, KeyError) else str(e)
        raise UsageError(f"{path}: {told}; {EXPECTED}") from None


def load_document(path: Path) -> dict[str, Any]:
    """The JSON of a game, whatever it is worth. Raises `UsageError`."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise UsageError(f"{path} cannot be read: {e.strerror}; {EXPECTED}") from None
    except (ValueError, RecursionError) as e:
        raise UsageError(f"{path} is not JSON ({e}); {EXPECTED}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{path} holds a {type(document).__name__}; {EXPECTED}")
    return document


def read_document(document: Mapping[str, Any]) -> Game:
    """Raises `ValueError`, `KeyError` or `TypeError` for what is none of ALFWorld's games."""
    domain, grammar, problem = (document[k] for k in ("pddl_domain", "grammar", "pddl_problem"))
    described = _TASK.search(grammar)
    if described is None:
        raise ValueError("its grammar has no 'Your task is to: '")
    return read_problem(problem, described.group(1), domain, "move" if "move {o} to" in grammar else "put")


def read_problem(problem: str, description: str, domain: str = "", wording: str = "move") -> Game:
    """A game from the text of a PDDL problem. The places that clean, heat and cool are those of ALFWorld's
    domain unless one is given."""
    tree = parse(problem)
    known: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for predicate, arguments in facts(section(tree, ":init")):
        known[predicate].append(arguments)
    start = [at[1] for at in known["atlocation"]]
    if len(start) != 1:
        raise ValueError(f"the agent is at {len(start)} places (atLocation in :init)")
    goal = read_goal(section(tree, ":goal"))
    shown = names({word for told in known.values() for arguments in told for word in arguments})
    if wording == "put":  # which tells the names of locations
        for predicate in ("receptacleatlocation", "objectatlocation"):
            known[predicate] = [(thing, shown[at]) for thing, at in _pairs(known[predicate])]
        start = [shown[at] for at in start]
    return Game(
        task_type=task_type(goal),
        goal=goal,
        description=description,
        receptacles=tuple(_receptacles(known, shown)),
        items=tuple(_items(known, shown)),
        start=start[0],
        fits=_fits(known["cancontain"]),
        wording=wording,
        **_appliances(domain),
    )


def _receptacles(known: Facts, shown: Mapping[str, str]) -> Iterator[Receptacle]:
    place, openable = dict(_pairs(known["receptacleatlocation"])), _all(known["openable"])
    opened = _all(known["opened"])
    for uid, kind in sorted(_pairs(known["receptacletype"])):
        yield Receptacle(shown[uid], bare(kind), uid, place.get(uid, ""), uid in openable, uid in opened)


def _items(known: Facts, shown: Mapping[str, str]) -> Iterator[Item]:
    place = dict(_pairs(known["objectatlocation"]))
    inside, contents = defaultdict(list), defaultdict(list)
    for item, receptacle in _pairs(known["inreceptacle"]):
        inside[item].append(receptacle)
    for item, vessel in _pairs(known["inreceptacleobject"]):
        contents[vessel].append(item)
    flags = {field: _all(known[predicate.lower()]) for field, predicate in FLAGS.items()}
    for uid, kind in sorted(_pairs(known["objecttype"])):
        yield Item(
            shown[uid],
            bare(kind),
            uid,
            inside=tuple(sorted(inside[uid])),
            location=place.get(uid, ""),
            contents=tuple(sorted(contents[uid])),
            **{field: uid in those for field, those in flags.items()},
        )


def _fits(told: list[tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    taken: dict[str, set[str]] = defaultdict(set)
    for place, kind in _pairs(told):
        taken[bare(place)].add(bare(kind))
    return tuple((place, tuple(sorted(kinds))) for place, kinds in sorted(taken.items()))


def _pairs(told: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(first, second) for first, second in told]


def _all(told: list[tuple[str, ...]]) -> set[str]:
    return {first for (first,) in told}


@lru_cache(maxsize=8)
def _appliances(domain: str) -> dict[str, tuple[str, ...]]:
    """The kinds named in the preconditions of cleaning, heating, cooling and slicing."""
    if not domain:
        return {}
    actions = {p[1]: p for p in lists(parse(domain)) if p[:1] == [":action"]}
    return {
        role: tuple(sorted(set(_kinds(actions[name])))) for role, name in ROLES.items() if name in actions
    }


def _kinds(action: Tree) -> Iterator[str]:
    for part in within(action):
        if len(part) == 3 and part[0] in ("receptacletype", "objecttype"):
            yield bare(str(part[2]))
