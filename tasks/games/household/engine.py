"""Plays a `Game`: ALFWorld's text world in plain Python, without TextWorld, PDDL or a planner.

Source: the domain `alfred.pddl` and the grammar `alfred.twl2` of alfworld 0.4.2, whose actions and texts
this follows to the letter, their oddities included; README.md lists those. `pddl/` holds it to that.
"""

from collections.abc import Callable
from functools import lru_cache

from .goals import reached
from .phrases import listed, looks
from .world import Game, Item, Receptacle

NOTHING = "Nothing happens."
WELCOME = "-= Welcome to TextWorld, ALFRED! =-"
HELP = """\
Available commands:
  look:                             look around your current location
  inventory:                        check your current inventory
  go to (receptacle):               move to a receptacle
  open (receptacle):                open a receptacle
  close (receptacle):               close a receptacle
  take (object) from (receptacle):  take an object from a receptacle
  move (object) to (receptacle):  place an object in or on a receptacle
  examine (something):              examine a receptacle or an object
  use (object):                     use an object
  heat (object) with (receptacle):  heat an object using a receptacle
  clean (object) with (receptacle): clean an object using a receptacle
  cool (object) with (receptacle):  cool an object using a receptacle
  slice (object) with (object):     slice an object using a sharp object
"""
Deed = tuple[Callable[..., str], tuple[object, ...]]
"""What a command does: a method of `House` and its arguments."""


class Plan:
    """What of a game never changes, arranged for quick look-up; shared by all copies of a house."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.receptacles = sorted(game.receptacles, key=lambda r: r.uid)
        self.items = sorted(game.items, key=lambda i: i.uid)
        self.at: dict[str, list[Receptacle]] = {}
        for receptacle in self.receptacles:
            if receptacle.location:
                self.at.setdefault(receptacle.location, []).append(receptacle)
        self.reachable = [r for r in self.receptacles if r.location]
        self.item = {i.uid: i for i in game.items}
        self.fits = {(receptacle, item) for receptacle, items in game.fits for item in items}


def _room(names: list[str]) -> str:
    return f"You are in the middle of a room. Looking quickly around you, you see {listed(names)}."


@lru_cache(maxsize=64)
def planned(game: Game) -> Plan:
    return Plan(game)


class House:
    """The state of one game. `step` takes any text; what is not admissible does nothing."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.plan = planned(game)
        self._begin()

    def _begin(self) -> None:
        items = self.plan.items
        self.location = self.game.start
        self.held: Item | None = None
        self.opened = {r.uid for r in self.plan.receptacles if r.is_open}
        self.inside = {i.uid: frozenset(i.inside) for i in items}
        self.standing = {i.uid: i.location for i in items}
        """objectAtLocation; empty while carried."""
        self.left: frozenset[tuple[str, str]] = frozenset()
        """(item, receptacle) where it was taken from and not put back: `look` tells of them."""
        self.hot = {i.uid for i in items if i.is_hot}
        self.cool = {i.uid for i in items if i.is_cool}
        self.clean = {i.uid for i in items if i.is_clean}
        self.sliced = {i.uid for i in items if i.is_sliced}
        self.toggled = {i.uid for i in items if i.is_toggled}
        self._deeds: dict[str, Deed] | None = None

    def reset(self) -> str:
        """Back to the start; the opening text, with the task as its last line."""
        self._begin()
        here = self.plan.at.get(self.location)
        seen = self._look() if here else _room([f"a {r.name}" for r in self.plan.reachable])
        return f"{WELCOME}\n\n{seen}\n\nYour task is to: {self.game.description}"

    def step(self, command: str) -> str:
        """Carry out a command, exactly as `admissible` spells it. Microseconds."""
        deed = self.deeds().get(command.strip())
        if deed is None:
            return NOTHING
        self._deeds = None
        method, arguments = deed
        return method(self, *arguments)

    def admissible(self) -> list[str]:
        """The commands that do something now, in alphabetical order."""
        return sorted(self.deeds())

    @property
    def won(self) -> bool:
        """Whether the goal is reached at this moment."""
        return reached(self)

    def copy(self) -> "House":
        """An independent house in the same state."""
        other = House.__new__(House)
        other.__dict__.update(self.__dict__)
        for name in ("opened", "inside", "standing", "hot", "cool", "clean", "sliced", "toggled"):
            setattr(other, name, getattr(self, name).copy())
        return other

    # What can be done now

    def deeds(self) -> dict[str, Deed]:
        """Command to what it does; found once a state."""
        if self._deeds is None:
            self._deeds = self._find()
        return self._deeds

    def _find(self) -> dict[str, Deed]:
        found: dict[str, Deed] = {"look": (House._look, ()), "inventory": (House._inventory, ())}
        if self.game.wording == "move":
            found["help"] = (House._help, ())
        for receptacle in self.plan.reachable:
            if receptacle.location != self.location:
                found[f"go to {receptacle.name}"] = (House._go, (receptacle,))
        for receptacle in self.plan.at.get(self.location, ()):
            self._find_at(receptacle, found)
        if self.held is not None:
            found[f"examine {self.held.name}"] = (House._inspect, (self.held,))
            if self.held.kind in self.game.knives:
                self._find_slices(self.held, found)
        return found

    def _find_at(self, receptacle: Receptacle, found: dict[str, Deed]) -> None:
        name, held = receptacle.name, self.held
        found[f"examine {name}"] = (House._examine, (receptacle,))
        if receptacle.openable:
            if receptacle.uid not in self.opened:
                found[f"open {name}"] = (House._open, (receptacle,))
            else:
                found[f"close {name}"] = (House._close, (receptacle,))
        accessible = self.accessible(receptacle)
        for item in self.plan.items:
            if receptacle.uid in self.inside[item.uid]:
                if accessible and held is None and item.pickupable:
                    found[f"take {item.name} from {name}"] = (House._take, (item, receptacle))
                if item.toggleable:
                    found[f"use {item.name}"] = (House._use, (item,))
        if held is None:
            return
        if accessible and (receptacle.kind, held.kind) in self.plan.fits:
            put, to = ("move", "to") if self.game.wording == "move" else ("put", "in/on")
            found[f"{put} {held.name} {to} {name}"] = (House._put, (held, receptacle))
        if held.cleanable and receptacle.kind in self.game.sinks:
            found[f"clean {held.name} with {name}"] = (House._wash, (held, receptacle))
        if held.heatable and receptacle.kind in self.game.heaters:
            found[f"heat {held.name} with {name}"] = (House._heat, (held, receptacle))
        if held.coolable and receptacle.kind in self.game.coolers:
            found[f"cool {held.name} with {name}"] = (House._chill, (held, receptacle))

    def _find_slices(self, knife: Item, found: dict[str, Deed]) -> None:
        for item in self.plan.items:
            if item.sliceable and self.standing[item.uid] == self.location and self.location:
                found[f"slice {item.name} with {knife.name}"] = (House._slice, (item, knife))

    def accessible(self, receptacle: Receptacle) -> bool:
        """Whether one can see and reach into it."""
        return not receptacle.openable or receptacle.uid in self.opened

    # What is done, and the text that tells of it

    def _look(self) -> str:
        here = self.plan.at.get(self.location, [])
        if not here:  # only the opening tells of the room: the command asks for what is at this place
            return _room([])
        beside = [
            f"a {item.name}"
            for item in self.plan.items
            if self.standing[item.uid] == self.location
            for receptacle in here
            if (item.uid, receptacle.uid) in self.left
        ]
        return f"You are facing the {listed([r.name for r in here])}. Next to it, you see {listed(beside)}."

    def _inventory(self) -> str:
        if self.held is None:
            return "You are not carrying anything."
        return f"You are carrying: a {self.held.name}."

    def _help(self) -> str:
        return HELP

    def _examine(self, receptacle: Receptacle) -> str:
        name = receptacle.name
        if receptacle.openable and receptacle.uid not in self.opened:
            return f"The {name} is closed."
        seen = listed([f"a {i.name}" for i in self.plan.items if receptacle.uid in self.inside[i.uid]])
        if receptacle.openable:
            return f"The {name} is open. In it, you see {seen}."
        return f"On the {name}, you see {seen}."

    def _inspect(self, item: Item) -> str:
        if item.is_vessel:
            inner = [f"a {self.plan.item[uid].name}" for uid in sorted(item.contents)]
            return f"This is a normal {item.name}. In it, you see {listed(inner)}."
        uid = item.uid
        return looks(
            item,
            hot=uid in self.hot,
            cool=uid in self.cool,
            clean=uid in self.clean,
            sliced=uid in self.sliced,
            toggled=uid in self.toggled,
        )

    def _go(self, receptacle: Receptacle) -> str:
        self.location = receptacle.location
        at = receptacle.name if self.game.wording == "move" else receptacle.location
        return f"You arrive at {at}. {self._examine(receptacle)}"

    def _open(self, receptacle: Receptacle) -> str:
        self.opened.add(receptacle.uid)
        return f"You open the {receptacle.name}. {self._examine(receptacle)}"

    def _close(self, receptacle: Receptacle) -> str:
        self.opened.discard(receptacle.uid)
        return f"You close the {receptacle.name}."

    def _take(self, item: Item, receptacle: Receptacle) -> str:
        self.inside[item.uid] -= {receptacle.uid}
        self.left |= {(item.uid, receptacle.uid)}
        self.standing[item.uid] = ""
        self.held = item
        return f"You pick up the {item.name} from the {receptacle.name}."

    def _put(self, item: Item, receptacle: Receptacle) -> str:
        self.inside[item.uid] |= {receptacle.uid}
        self.left -= {(item.uid, receptacle.uid)}
        self.standing[item.uid] = self.location
        self.held = None
        if self.game.wording == "move":
            return f"You move the {item.name} to the {receptacle.name}."
        return f"You put the {item.name} in/on the {receptacle.name}."

    def _wash(self, item: Item, receptacle: Receptacle) -> str:
        self.clean.add(item.uid)
        return f"You clean the {item.name} using the {receptacle.name}."

    def _heat(self, item: Item, receptacle: Receptacle) -> str:
        self.hot.add(item.uid)
        self.cool.discard(item.uid)
        return f"You heat the {item.name} using the {receptacle.name}."

    def _chill(self, item: Item, receptacle: Receptacle) -> str:
        self.cool.add(item.uid)
        self.hot.discard(item.uid)
        return f"You cool the {item.name} using the {receptacle.name}."

    def _use(self, item: Item) -> str:
        self.toggled.add(item.uid)
        return f"You turn on the {item.name}."

    def _slice(self, item: Item, knife: Item) -> str:
        self.sliced.add(item.uid)
        return f"You sliced the {item.name} with the {knife.name}."
