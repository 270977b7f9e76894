"""What is known of relations: where they lead, and which of them are relations or attributes at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "unknown type"


@dataclass(frozen=True, slots=True)
class Ontology:
    ranges: Mapping[str, str]
    """Relation to the type of what it leads to."""
    relations: frozenset[str] | None = None
    """Those that an agent is shown; None: all that lead to entities."""
    attributes: frozenset[str] | None = None
    """None: all that lead to literals."""
    label: str = "none"
    """Where it comes from, for the content hash."""

    def range(self, relation: str) -> str:
        return self.ranges.get(relation, UNKNOWN)

    def shown(self, found: Iterable[str], literal: bool) -> list[str]:
        """The names among `found` that an agent is shown, sorted: prompts do not depend on a hash seed."""
        allowed = self.attributes if literal else self.relations
        if allowed is not None:
            return sorted(set(found) & allowed)
        return sorted(n for n in set(found) if not n.startswith("type."))

    @property
    def literal_test(self) -> bool:
        """Whether queries must tell entities from literals, as no list of names does."""
        return self.relations is None or self.attributes is None


def roles(lines: Iterable[str]) -> dict[str, str]:
    """Of AgentBench's `fb_roles`: domain, relation, range on a line."""
    fields = (line.split() for line in lines)
    return {f[1]: f[2] for f in fields if len(f) == 3}


def vocabulary(said: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Relations and attributes of AgentBench's `vocab.json`. Raises KeyError or TypeError."""
    return frozenset(map(str, said["relations"])), frozenset(map(str, said["attributes"]))
