"""AgentBench's published scores, as percentages, with where they were read (`published.json`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """What AgentBench says of one model. Its scores are percentages, rounded to one decimal."""

    model: str
    profile: str
    split: str
    scores: Mapping[str, float]
    overall: float
    """As printed: v0.2's weighted mean, or the plain mean of fc in per cent."""
    source: str
    other_source: tuple[str, ...] = ()
    """Tasks whose figure AgentBench took from elsewhere: the asterisks of its table."""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One leaderboard of AgentBench."""

    profile: str
    source: str
    split: str
    caveats: Mapping[str, str]
    """By task; under the empty name what holds for all."""
    rows: tuple[PublishedRow, ...]


@cache
def published(profile: str) -> PublishedTable | None:
    """The published leaderboard of a profile, or None where there is none."""
    said = json.loads((files("harness.report") / "published.json").read_text(encoding="utf-8")).get(profile)
    if said is None:
        return None
    rows = tuple(
        PublishedRow(
            row["model"],
            profile,
            said["split"],
            dict(zip(said["tasks"], row["scores"], strict=True)),
            row["overall"],
            said["source"],
            tuple(row.get("other_source", ())),
        )
        for row in said["rows"]
    )
    return PublishedTable(profile, said["source"], said["split"], said["caveats"], rows)
