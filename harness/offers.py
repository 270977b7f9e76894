"""What installed plug-ins say they offer, read from entry-point metadata: nothing is imported."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Final

KINDS: Final = ("tasks", "strategies", "models", "sandboxes", "executors", "exporters", "plugins")
OURS: Final = "agentbench-harness"


@dataclass(frozen=True, slots=True)
class Offer:
    """One name that a plug-in offers."""

    kind: str
    name: str
    origin: str
    """Distribution and version, or the file."""
    ours: bool
    module: str
    load: Callable[[], ModuleType]


@cache
def installed() -> tuple[Offer, ...]:
    """Every offer of every installed plug-in, the built-in ones first.

    `HARNESS_PLUGINS=a,b` lets only these foreign plug-ins in (by offered name or distribution);
    set to nothing, none.
    """
    offers = [_offer(kind, e) for kind in KINDS for e in entry_points(group=f"harness.{kind}")]
    allowed = os.environ.get("HARNESS_PLUGINS")
    if allowed is not None:
        names = {n.strip() for n in allowed.split(",") if n.strip()}
        offers = [o for o in offers if o.ours or o.name in names or o.origin.split()[0] in names]
    return tuple(sorted(offers, key=lambda o: (not o.ours, o.kind, o.name)))


def _offer(kind: str, entry: EntryPoint) -> Offer:
    dist = entry.dist.name if entry.dist else "unknown"
    origin = f"{dist} {entry.dist.version}" if entry.dist else entry.value
    return Offer(kind, entry.name, origin, dist == OURS, entry.value, entry.load)
