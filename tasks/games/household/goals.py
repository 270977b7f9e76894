"""When a game is won, and how far one has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .world import Item

if TYPE_CHECKING:
    from .engine import House


def reached(house: House) -> bool:
    """Whether the goal holds now."""
    goal = house.game.goal
    if goal.light:
        held = house.held
        return held is not None and _wanted(house, held) and lit(house)
    return any(
        sum(r.uid in house.inside[i.uid] for i in candidates(house) if treated(house, i)) >= goal.count
        for r in house.plan.receptacles
        if r.kind == goal.receptacle
    )


def candidates(house: House) -> Iterator[Item]:
    """Items of the goal's kind that can be treated as it wants."""
    return (i for i in house.plan.items if _wanted(house, i))


def _wanted(house: House, item: Item) -> bool:
    goal = house.game.goal
    able = {"": True, "clean": item.cleanable, "hot": item.heatable, "cool": item.coolable}
    return item.kind == goal.item and able[goal.treatment] and (item.sliceable or not goal.sliced)


def treated(house: House, item: Item) -> bool:
    """Whether the item is clean, hot, cool or sliced, as far as the goal wants that."""
    return all(item.uid in those for those in _states(house))


def _states(house: House) -> list[set[str]]:
    """The states the goal wants an item to be in, each as the items that are."""
    goal = house.game.goal
    states = {"clean": house.clean, "hot": house.hot, "cool": house.cool, "sliced": house.sliced}
    return [states[name] for name in (goal.treatment, "sliced" * goal.sliced) if name]


def lit(house: House) -> bool:
    """Whether a lamp of the goal's kind is on where the agent is."""
    here = {r.uid for r in house.plan.at.get(house.location, ())}
    return any(
        i.kind == house.game.goal.light
        and i.toggleable
        and i.uid in house.toggled
        and not here.isdisjoint(house.inside[i.uid])
        for i in house.plan.items
    )


def progress(house: House) -> float:
    """The share of the goal's conditions that hold: for each item that is wanted, that it was taken, is
    treated (if the goal says so) and is in its place; for a lamp, that the item is held, that a lamp is on,
    and both at once."""
    if reached(house):
        return 1.0
    goal = house.game.goal
    if goal.light:
        held = any(house.held is i for i in candidates(house))
        on = any(i.kind == goal.light and i.uid in house.toggled for i in house.plan.items)
        return (held + on) / 3
    targets = [r.uid for r in house.plan.receptacles if r.kind == goal.receptacle]
    best = max((_placed(house, uid) for uid in targets), default=0)
    return best / (goal.count * (2 + len(_states(house))))


def _placed(house: House, receptacle: str) -> int:
    """Conditions met by the items that are nearest to being in this receptacle."""
    taken = {item for item, _ in house.left}
    met = []
    for item in candidates(house):
        done = [item.uid in those for those in _states(house)]
        there = receptacle in house.inside[item.uid]
        moved = item is house.held or item.uid in taken or there
        met.append(moved + sum(done) + (there and all(done)))
    return sum(sorted(met)[-house.game.goal.count :])
