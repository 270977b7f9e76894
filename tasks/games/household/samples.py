"""What a problem of `household` consists of."""

from dataclasses import dataclass

from harness import Sample

from .world import Game


@dataclass(frozen=True, slots=True)
class HouseholdSample(Sample):
    game: Game
    file: str = ""
    """Where an official game lies in ALFWorld's folder (`json_2.1.1/.../game.tw-pddl`); empty for our own.
    Relative, so that the content hash of a split does not depend on where its files are."""
