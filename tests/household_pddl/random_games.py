"""Random games for the comparison with ALFWorld's engine: varied on purpose, odd ones among them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from harness.tasks.games.household.world import TASK_TYPES, Game, Goal, Item, Receptacle

OPENABLE = {"fridge", "microwave", "cabinet", "drawer", "safe"}
PLACES = (
    "coffeemachine", "countertop", "desk", "diningtable", "dresser", "garbagecan", "shelf", "sidetable",
    "stoveburner",
)  # fmt: skip
ITEMS = {
    "apple": "hcls",
    "potato": "hcls",
    "tomato": "hcls",
    "bread": "hcs",
    "lettuce": "cls",
    "egg": "hcl",
    "mug": "hclv",
    "cup": "hclv",
    "plate": "hclv",
    "bowl": "clv",
    "pan": "clv",
    "knife": "l",
    "butterknife": "l",
    "fork": "l",
    "spoon": "l",
    "soapbar": "l",
    "cloth": "l",
    "saltshaker": "",
    "book": "",
    "pen": "",
    "cd": "",
    "alarmclock": "",
    "keychain": "",
}
"""Kind to what can be done with it: heat, cool, clean (l), slice; v: things may be in it."""
LAMPS = ("desklamp", "floorlamp")
FLAGS = {"h": "heatable", "c": "coolable", "l": "cleanable", "s": "sliceable"}
TREATMENTS = {"clean": "l", "heat": "h", "cool": "c"}
APPLIANCES = {"clean": "sinkbasin", "heat": "microwave", "cool": "fridge"}
WORDS = {"clean": "clean", "heat": "hot", "cool": "cool"}


def random_game(seed: int) -> Game:
    """The same game for the same seed; the six task types take turns."""
    random = Random(seed)
    task_type = TASK_TYPES[seed % len(TASK_TYPES)]
    places = _places(random)
    receptacles = _receptacles(random, places, APPLIANCES.get(task_type.split("_")[1], "shelf"))
    goal = _goal(random, task_type, [r.kind for r in receptacles if r.location])
    items = _items(random, receptacles, goal)
    kinds = {i.kind for i in items}
    fits = {r.kind: {k for k in sorted(kinds) if random.random() < 0.8} for r in receptacles}
    fits.get(goal.receptacle, set()).add(goal.item)
    start = random.choice([*places, "loc_bar_0_bar_0"] if random.random() < 0.3 else ["loc_bar_0_bar_0"])
    return Game(
        task_type=task_type,
        goal=goal,
        description=_description(goal),
        receptacles=receptacles,
        items=items,
        start=start,
        fits=tuple((k, tuple(sorted(fits[k]))) for k in sorted(fits) if fits[k]),
    )


def _places(random: Random) -> list[str]:
    return [f"loc_bar_{n}_bar_{_number(random)}" for n in range(1, random.randint(4, 14))]


def _number(random: Random) -> str:
    value = random.uniform(-3, 3)
    return f"_{'minus' if value < 0 else 'plus'}_0{abs(value):.2f}".replace(".", "_dot_")


def _uid(random: Random, kind: str) -> str:
    shown = f"{kind}_bar_" + "_bar_".join(_number(random) for _ in range(3))
    if kind.endswith("basin"):
        return f"{shown}_bar_{kind}".replace(f"{kind}_bar_", f"{kind.removesuffix('basin')}_bar_", 1)
    return shown


def named(uids: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """ALFWorld's numbers: of one kind, the uid that sorts last is number 1."""
    names: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for uid, kind in sorted(zip(uids, kinds, strict=True), reverse=True):
        seen[kind] += 1
        names[uid] = f"{kind} {seen[kind]}"
    return [names[uid] for uid in uids]


def _receptacles(random: Random, places: list[str], needed: str) -> tuple[Receptacle, ...]:
    kinds = ["fridge", "microwave", "sinkbasin"] if random.random() < 0.8 else ["safe", needed]
    kinds += random.sample(PLACES, random.randint(2, len(PLACES)))
    kinds += ["cabinet"] * random.randint(1, 8) + ["drawer"] * random.randint(0, 12)
    uids = sorted(_uid(random, k) for k in kinds)
    kinds = [_kind(u) for u in uids]
    made = []
    for uid, kind, name in zip(uids, kinds, named(uids, kinds), strict=True):
        openable = kind in OPENABLE and random.random() < 0.95
        place = random.choice(places) if kind == needed or random.random() < 0.98 else ""
        made.append(Receptacle(name, kind, uid, place, openable, is_open=openable and random.random() < 0.15))
    return tuple(made)


def _kind(uid: str) -> str:
    kind = uid.split("_bar_")[0]
    return f"{kind}basin" if "basin" in uid else kind


def _goal(random: Random, task_type: str, receptacles: Sequence[str]) -> Goal:
    verb = task_type.split("_")[1]
    able = [k for k, can in ITEMS.items() if TREATMENTS.get(verb, "") in can]
    item = random.choice(able)
    if task_type == "look_at_obj_in_light":
        return Goal(item=item, light=random.choice(LAMPS))
    return Goal(
        item=item,
        receptacle=random.choice(receptacles),
        treatment=WORDS.get(verb, ""),
        count=2 if verb == "two" else 1,
        sliced="s" in ITEMS[item] and random.random() < 0.3,
    )


def _items(random: Random, receptacles: Sequence[Receptacle], goal: Goal) -> tuple[Item, ...]:
    kinds = [goal.item] * (goal.count + random.randint(0, 2))
    kinds += random.choices(list(ITEMS), k=random.randint(5, 30)) + ["knife"] * goal.sliced
    kinds += [*LAMPS, goal.light or "desklamp"] if goal.light or random.random() < 0.3 else []
    uids = sorted(_uid(random, k) for k in kinds)
    kinds = [_kind(u) for u in uids]
    items = [
        _item(random, name, kind, uid, receptacles)
        for uid, kind, name in zip(uids, kinds, named(uids, kinds), strict=True)
    ]
    vessels = [n for n, i in enumerate(items) if i.is_vessel]
    for number in random.sample(vessels, min(len(vessels), 3)):
        others = [i.uid for i in items if not i.is_vessel]
        items[number] = replace(
            items[number], contents=tuple(sorted(random.sample(others, random.randint(0, 2))))
        )
    return tuple(items)


def _item(random: Random, name: str, kind: str, uid: str, receptacles: Sequence[Receptacle]) -> Item:
    can, lamp = ITEMS.get(kind, ""), kind in LAMPS
    home = random.choice([r for r in receptacles if r.location])
    inside: tuple[str, ...] = (home.uid,)
    if random.random() < 0.03:
        inside = () if random.random() < 0.5 else tuple(sorted({home.uid, random.choice(receptacles).uid}))
    return Item(
        name,
        kind,
        uid,
        inside=inside,
        location=home.location,
        pickupable=not lamp or random.random() < 0.1,
        heatable="h" in can,
        coolable="c" in can,
        cleanable="l" in can,
        sliceable="s" in can,
        toggleable=lamp,
        is_hot="h" in can and random.random() < 0.1,
        is_cool="c" in can and random.random() < 0.1,
        is_clean="l" in can and random.random() < 0.1,
        is_sliced="s" in can and random.random() < 0.1,
        is_toggled=lamp and random.random() < 0.1,
        is_vessel="v" in can and random.random() < 0.7,
    )


def _description(goal: Goal) -> str:
    if goal.light:
        return f"examine the {goal.item} with the {goal.light}."
    if goal.count == 2:
        return f"find two {goal.item} and put them in {goal.receptacle}."
    return " ".join(f"put a {goal.treatment} {goal.item} in {goal.receptacle}.".split())
