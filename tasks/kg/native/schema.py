"""The schema of the bundled graph (`schema-SPLIT.toml`) and the sentences about it (`frames-SPLIT.toml`)."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

SPLITS = ("test", "train")
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Type:
    id: str
    one: str
    many: str
    count: int
    names: tuple[str, ...]
    """Patterns of names; each {} becomes an invented word."""
    person: bool = False

    @property
    def that(self) -> str:
        return "who" if self.person else "that"


@dataclass(frozen=True, slots=True)
class Relation:
    id: str
    domain: str
    range: str
    verbs: tuple[str, ...]
    """Said of the things in the range; {} stands for what the relation starts from."""
    reverse: str
    each: tuple[int, int] = (0, 0)
    """Fewest and most things that one of the domain is related to; (0, 0) for the reverse of another."""


@dataclass(frozen=True, slots=True)
class Attribute:
    id: str
    domain: str
    range: tuple[int, int]
    most: str
    least: str


@dataclass(frozen=True, slots=True)
class Schema:
    types: dict[str, Type]
    relations: dict[str, Relation]
    """Both directions."""
    attributes: dict[str, Attribute]
    frames: dict[str, tuple[str, ...]]


@lru_cache(maxsize=2)
def schema(split: str) -> Schema:
    said: dict[str, Any] = tomllib.loads((HERE / f"schema-{split}.toml").read_text(encoding="utf-8"))
    frames = tomllib.loads((HERE / f"frames-{split}.toml").read_text(encoding="utf-8"))
    types = [Type(**{**t, "names": tuple(t["names"])}) for t in said["type"]]
    relations = [r for entry in said["relation"] for r in _both(entry)]
    attributes = [
        Attribute(a["id"], a["of"], (a["range"][0], a["range"][1]), a["most"], a["least"])
        for a in said["attribute"]
    ]
    return Schema(
        {t.id: t for t in types},
        {r.id: r for r in relations},
        {a.id: a for a in attributes},
        {kind: tuple(sentences) for kind, sentences in frames.items()},
    )


def _both(said: dict[str, Any]) -> tuple[Relation, Relation]:
    one, other = str(said["from"]), str(said["to"])
    least, most = said["each"]
    return (
        Relation(said["id"], one, other, tuple(said["verb"]), said["reverse"], (least, most)),
        Relation(said["reverse"], other, one, tuple(said["reverse_verb"]), said["id"]),
    )
