"""Product n of the bundled shop, a function of n alone: a larger catalogue only adds products."""

import tomllib
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from ..product import Choice, Product, Review

HERE = Path(__file__).parent
SMALLEST = 1000
"""Products in the usual catalogue; the instructions are about these."""
_STARTS = "Brel Quon Tarv Mosk Ilde Fenn Dorv Kesk Lumb Rav Sild Tham Urv Vask Yond Zemm Ost Pell Hald Garn"
_ENDS = "ara ick owen etti und aro ist omar ell ovia eth ingo ussa arth ine ox ember ulo"
BRANDS = tuple(start + end for start in _STARTS.split() for end in _ENDS.split())
_LINES = (
    "Aster Beacon Cinder Drift Ember Fable Grove Harbor Inlet Juniper Kite Lantern Meadow Nimbus Orbit "
    "Pebble Quarry Ripple Summit Thicket Umber Vista Willow Yarrow Zenith Bramble Compass Dune"
)
LINES = tuple(_LINES.split())
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STEP, _SPACE = 1_664_525_000_081, 36**8
"""Coprime, so that no two products share a name."""
_MAKERS = (
    "A family business since 1974.",
    "Every piece is looked at twice before it is sent.",
    "Spare parts are kept for ten years.",
    "Named after the street the workshop is in.",
    "The smallest of three models, and the one most people take.",
    "Designed by the people who use it.",
)
_PRAISE = (
    ("Does what it says", "Arrived in two days and does what it says."),
    ("Would order again", "Bought a second one for my brother."),
    ("Good value", "I compared a dozen and kept this."),
    ("As pictured", "Looks like the photo, no surprises."),
    ("Happy so far", "A month in and nothing to complain about."),
)
_DOUBT = (
    ("Not for me", "Fine, but I sent it back in the end."),
    ("Took a while", "Delivery took nine days."),
    ("It is all right", "Neither great nor bad."),
)


class Kind(NamedTuple):
    """One sort of product the shop sells."""

    name: str
    one: str
    """How one speaks of one: "a pair of"."""
    path: tuple[str, ...]
    use: str
    who: tuple[str, ...]
    price: tuple[int, int]
    attributes: tuple[str, ...]
    options: tuple[tuple[str, "Values"], ...]


@dataclass(frozen=True, slots=True)
class Values:
    """A list of option values."""

    values: tuple[str, ...]
    few: int
    many: int
    step: float


def read(name: str) -> dict[str, Any]:
    """One of the vocabulary files beside this module."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def kinds() -> tuple[Kind, ...]:
    lists = {
        name: Values(tuple(said["values"]), said["few"], said["many"], said["step"])
        for name, said in read("options").items()
    }
    return tuple(
        Kind(
            k["name"],
            k["one"],
            tuple(k["path"].split(" › ")),
            k["use"],
            tuple(k["who"]),
            (k["price"][0], k["price"][1]),
            tuple(k["attributes"]),
            tuple((name, lists[of]) for name, of in k["options"].items()),
        )
        for k in read("kinds")["kind"]
    )


@cache
def sentences() -> dict[str, str]:
    """Attribute to the bullet point that says so."""
    return {str(k): str(v) for k, v in read("attributes").items()}


def kind_of(number: int) -> Kind:
    return kinds()[number % len(kinds())]


def product(number: int) -> Product:
    kind, random = kind_of(number), Random(number)
    brand, line = random.choice(BRANDS), f"{random.choice(LINES)} {random.randrange(100, 1000)}"
    attributes = random.sample(kind.attributes, random.randint(3, 5))
    low, high = kind.price
    price = random.randint(low, high) + random.choice((-0.01, -0.05, 0.49))
    who = random.choice(kind.who)
    what = " ".join(filter(None, (kind.name.title(), who)))
    shown = ", ".join(a.title() for a in attributes[: random.randint(1, 2)])
    told = random.sample(attributes, len(attributes))
    return Product(
        asin=_asin(number),
        title=f"{brand} {line} {what}, {shown}",
        query=kind.name,
        path=kind.path,
        low=round(price, 2),
        high=round(price, 2),
        description=f"{brand} makes the {line} for {kind.use}. {random.choice(_MAKERS)}",
        bullets=(
            f"Made for {kind.use}.",
            *(sentences()[a] for a in told),
            f"One year of warranty from {brand}.",
        ),
        choices=tuple(_choice(name, values, price, random) for name, values in kind.options),
        attributes=tuple(attributes),
        rating=f"{random.uniform(2.6, 4.9):.1f}",
        reviews=_reviews(random),
    )


def _choice(name: str, among: Values, price: float, random: Random) -> Choice:
    """A run of the list where places cost more, so that sizes stay in order; else a sample of it."""
    count = random.randint(among.few, min(among.many, len(among.values)))
    first = random.randrange(len(among.values) - count + 1)
    values = among.values[first : first + count]
    if not among.step:
        drawn = set(random.sample(range(len(among.values)), count))
        return Choice(name, tuple(v for n, v in enumerate(among.values) if n in drawn))
    return Choice(name, values, tuple(float(round(price * among.step * n)) for n in range(count)))


def _reviews(random: Random) -> tuple[Review, ...]:
    reviews = []
    for _ in range(random.randrange(3)):
        title, text = random.choice(_PRAISE if random.random() < 0.7 else _DOUBT)
        stars = random.choice("45") if (title, text) in _PRAISE else random.choice("23")
        reviews.append(Review(title, stars, text))
    return tuple(reviews)


def _asin(number: int) -> str:
    """Ten characters: B0 and eight that look drawn."""
    rest, digits = (number * _STEP + 987_654_321_987) % _SPACE, ""
    for _ in range(8):
        rest, digit = divmod(rest, 36)
        digits += _DIGITS[digit]
    return "B0" + digits


def vocabulary_digest() -> str:
    """Changes with anything that products are made from."""
    files = sorted([*HERE.glob("*.toml"), *HERE.glob("*.py"), HERE.parent / "product.py"])
    return sha256(b"\0".join(f.read_bytes() for f in files)).hexdigest()[:16]
