"""What a problem of `household` consists of."""

from dataclasses import dataclass

from harness import Sample

from .world import Game


@dataclass(frozen=True, slots=True)
class HouseholdSample(Sample):
    game: Game
    file: str = ""
    """Where an official game lies (`game.tw-pddl`); empty for our own."""
