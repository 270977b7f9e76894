"""What a game of the house is: rooms of receptacles and items, and a goal. Frozen; `engine.py` plays it.

The fields are the predicates of ALFWorld's PDDL domain that its actions and texts use. Names such as
"cabinet 2" are what the agent reads and types; `uid` is what lists are sorted by.
"""

from dataclasses import dataclass

TASK_TYPES = (
    "pick_and_place_simple",
    "look_at_obj_in_light",
    "pick_clean_then_place_in_recep",
    "pick_heat_then_place_in_recep",
    "pick_cool_then_place_in_recep",
    "pick_two_obj_and_place",
)


@dataclass(frozen=True, slots=True)
class Thing:
    """An item or a receptacle."""

    name: str
    """As shown: "apple 1", "sinkbasin 1"; unique in a game."""
    kind: str
    """Its type in lower case, without ALFWorld's suffix Type: "apple", "sinkbasin"."""
    uid: str
    """The PDDL name in lower case, or our own. Lists of things are in the order of their uids."""


@dataclass(frozen=True, slots=True)
class Receptacle(Thing):
    """What things stand in or on. It does not move."""

    location: str
    """receptacleAtLocation; several receptacles may share one. Empty: nobody can get there. Under the
    wording "put" it is shown on arrival, so it is the location's name ("loc 7") there."""
    openable: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Item(Thing):
    """What can be carried, or a lamp."""

    inside: tuple[str, ...] = ()
    """uids of receptacles (inReceptacle): one as a rule, none for what stands on the floor."""
    location: str = ""
    """objectAtLocation."""
    pickupable: bool = True
    heatable: bool = False
    coolable: bool = False
    cleanable: bool = False
    sliceable: bool = False
    toggleable: bool = False
    is_hot: bool = False
    is_cool: bool = False
    is_clean: bool = False
    is_sliced: bool = False
    is_toggled: bool = False
    is_vessel: bool = False
    """isReceptacleObject: looked at, it shows its contents. No action moves things into a vessel."""
    contents: tuple[str, ...] = ()
    """uids of the items in a vessel (inReceptacleObject); they do not change."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What has to be so at one moment. Without a light: `count` items of kind `item`, treated as said, in
    or on one receptacle of kind `receptacle`. With a light: an item of that kind is held, where a toggled
    item of kind `light` stands in or on a receptacle."""

    item: str
    receptacle: str = ""
    light: str = ""
    treatment: str = ""
    """clean, hot, cool or nothing. The item must be cleanable, heatable or coolable too."""
    count: int = 1
    sliced: bool = False
    """The item must be sliced too: in two of the games that AgentBench FC names."""


@dataclass(frozen=True, slots=True)
class Game:
    """All that the engine needs."""

    task_type: str
    """One of TASK_TYPES."""
    goal: Goal
    description: str
    """What stands after "Your task is to: ", with its full stop."""
    receptacles: tuple[Receptacle, ...]
    items: tuple[Item, ...]
    start: str
    """The agent's first location (atLocation)."""
    fits: tuple[tuple[str, tuple[str, ...]], ...]
    """Kind of receptacle to the kinds of item it takes (canContain); sorted, each kind once."""
    sinks: tuple[str, ...] = ("sinkbasin",)
    """Kinds of receptacle that clean."""
    heaters: tuple[str, ...] = ("microwave",)
    coolers: tuple[str, ...] = ("fridge",)
    knives: tuple[str, ...] = ("butterknife", "knife")
    """Kinds of item that slice."""
    wording: str = "move"
    """The grammar. "move": alfworld 0.4's (`move {item} to {receptacle}`, "You arrive at shelf 1.", `help`).
    "put": the earlier one, which official game files carry inside (`put {item} in/on {receptacle}`, "You
    arrive at loc 7.", no `help`)."""
