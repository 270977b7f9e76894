"""Which rooms, furniture and items our houses have: `rooms.txt` and `items.txt`, read once."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Furniture:
    kind: str
    least: int
    most: int
    door: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of item."""

    name: str
    most: int
    abilities: str
    """Letters: h heat, k cool, c clean, s slice, l lamp."""
    rooms: tuple[str, ...]
    goes: tuple[str, ...]
    """Kinds of receptacle."""


@lru_cache(maxsize=1)
def rooms() -> dict[str, tuple[Furniture, ...]]:
    found: dict[str, tuple[Furniture, ...]] = {}
    room = ""
    for line in _lines("rooms.txt"):
        if line.startswith("["):
            room = line.strip("[]")
            found[room] = ()
            continue
        kind, least, most, *door = line.split()
        found[room] += (Furniture(kind, int(least), int(most), bool(door)),)
    return found


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    found = []
    for line in _lines("items.txt"):
        before, _, goes = line.partition(":")
        name, most, abilities, *where = before.split()
        found.append(Kind(name, int(most), abilities.strip("-"), tuple(where), tuple(goes.split())))
    return tuple(sorted(found, key=lambda k: k.name))


@lru_cache(maxsize=1)
def fits() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Kind of receptacle to the kinds of item that go in or on it."""
    places = sorted({f.kind for furniture in rooms().values() for f in furniture})
    return tuple((p, tuple(k.name for k in kinds() if p in k.goes)) for p in places)


def _lines(file: str) -> list[str]:
    text = Path(__file__).with_name(file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
