"""New chores that a teacher invents for rooms of ours: the paper's question generator.

The room is drawn here, the teacher writes the task from what is in it, and the expert and the engine say
whether it can be done: the environment is the real one, so nothing about the house is imagined.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Any, Final

from harness import Message, Sample, Settings, Synthesis, Unfit, Wanted

from .engine import House
from .expert import solve
from .native import LEAST, game
from .native.chores import chores
from .samples import HouseholdSample
from .wording import prompt
from .world import TASK_TYPES, Game, Goal

_PLACE, _LIGHT, _CLEAN, _HEAT, _COOL, _TWO = TASK_TYPES
MAKES: Final[Mapping[str, tuple[str, str]]] = {
    "nothing": (_PLACE, ""),
    "clean": (_CLEAN, r"clean\w*|wash\w*|rins\w+|scrub\w*"),
    "hot": (_HEAT, r"hot|heat\w*|warm\w*"),
    "cool": (_COOL, r"cool\w*|cold|chill\w*"),
    "two": (_TWO, r"two|2|both|pair"),
    "light": (_LIGHT, r"look\w*|examin\w+|inspect\w*|light|under|with"),
}
"""What the teacher calls a kind of chore: the task type, and the words of which its sentence has one."""
ROOMS: Final = 1_000_000


class HouseholdSynthesis(Synthesis):
    """A problem: `room`, the number of a room of ours; `task`, `thing`, `place` and `make`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def ask(self, random: Random, count: int, show: Callable[[Sample], str]) -> Wanted:
        number = random.randrange(ROOMS)
        said = prompt(self.settings, "synthesis", count=str(count), room=_listed(room(number)))
        return Wanted((Message("user", said),), {"room": number})

    def sample(self, problem: Mapping[str, Any], id: str) -> HouseholdSample:
        number = self.field(problem, "room", int)
        thing, place, make, task = (
            self.field(problem, name, str, 200) for name in ("thing", "place", "make", "task")
        )
        if not 0 <= number < ROOMS or make not in MAKES:
            raise Unfit("a field is missing or wrong", f"make: expected one of {', '.join(MAKES)}")
        goal = _goal(room(number), thing.lower(), place.lower(), make)
        _check_words(task, goal, make)
        made = replace(
            room(number),
            task_type=MAKES[make][0],
            goal=goal,
            description=task.rstrip(".! ") + ".",
        )
        if House(made).won:
            raise Unfit("it is so from the start")
        commands = solve(made)
        if not commands:
            raise Unfit("there is no way to do it")
        if len(commands) < LEAST:
            raise Unfit(f"done in fewer than {LEAST} commands")
        return HouseholdSample(id, self.split, made)

    def key(self, sample: Sample) -> str:
        """The room, and what is to be done in it."""
        assert isinstance(sample, HouseholdSample)
        things = ",".join(f"{i.name}@{'/'.join(i.inside)}" for i in sample.game.items)
        return f"{sample.game.goal} {things}"


@lru_cache(maxsize=64)
def room(number: int) -> Game:
    """A room made for some chore of the training split, which is to be replaced."""
    random = Random(f"household room {number}")
    return game(random.choice(chores("train")[random.choice(TASK_TYPES)]), random)


def _listed(room: Game) -> str:
    lines = []
    for place in room.receptacles:
        inside = [i.name for i in room.items if place.uid in i.inside]
        state = " (closed)" if place.openable and not place.is_open else ""
        lines.append(f"{place.name}{state}: {', '.join(inside) or 'nothing'}")
    lamps = sorted({i.kind for i in room.items if i.toggleable})
    return "\n".join([*lines, f"lamps: {', '.join(lamps) or 'none'}"])


def _goal(room: Game, thing: str, place: str, make: str) -> Goal:
    if not any(i.kind == thing and i.pickupable for i in room.items):
        raise Unfit("the room has no such thing", thing)
    if make == "light":
        if not any(i.kind == place and i.toggleable for i in room.items):
            raise Unfit("the room has no such lamp", place)
        goal = Goal(thing, light=place)
    else:
        if not any(r.kind == place for r in room.receptacles):
            raise Unfit("the room has no such furniture", place)
        treatment = make if make in ("clean", "hot", "cool") else ""
        goal = Goal(thing, place, "", treatment, 2 if make == "two" else 1)
    if _pair(goal) in _kept():
        raise Unfit("the pair of thing and place belongs to the test split", f"{thing}, {place}")
    return goal


def _pair(goal: Goal) -> tuple[str, str, str]:
    return goal.item, goal.receptacle, goal.light


@lru_cache(maxsize=1)
def _kept() -> frozenset[tuple[str, str, str]]:
    every: Iterable[tuple[str, str, str]] = (_pair(c.goal) for some in chores("test").values() for c in some)
    return frozenset(every)


def _check_words(task: str, goal: Goal, make: str) -> None:
    """The sentence has to say the goal, and no other treatment."""
    said = task.lower()
    place = goal.light or goal.receptacle
    if "\n" in task or any(not re.search(rf"\b{re.escape(w)}(?:e?s)?\b", said) for w in (goal.item, place)):
        raise Unfit("the sentence does not name the thing and the place", task)
    rest = said.replace(place, " ").replace(goal.item, " ")
    for other, (_, words) in MAKES.items():
        says = bool(words) and re.search(rf"\b(?:{words})\b", rest) is not None
        if words and says is not (other == make) and (make == "light" or other != "light"):
            raise Unfit("the sentence says something else than the goal", f"{task} ({make})")
