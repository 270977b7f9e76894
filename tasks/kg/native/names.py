"""Invented words and names, none of them twice."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")
ONSETS = (*"bdfghklmnprstvz", "br", "dr", "gr", "kr", "tr", "vr", "sk", "st", "sh", "th", "kl", "pl")
VOWELS = (*"aeiouaeo", "ia", "ei", "ou", "au")
CODAS = ("", "", "", *"lnrsm", "th", "nd", "rk", "lm", "sk")


class Names:
    """Draws names by patterns; what was given once is not given again, whatever its capitals."""

    def __init__(self, random: Random) -> None:
        self.random, self.taken = random, set[str]()

    def fresh(self, patterns: tuple[str, ...]) -> str:
        while True:
            pattern = pick(patterns, self.random)
            name = pattern.format(*(word(self.random) for _ in range(pattern.count("{}"))))
            if name.lower() not in self.taken:
                self.taken.add(name.lower())
                return name


def word(random: Random) -> str:
    syllables = 2 + (random.random() < 0.25)
    parts = [pick(ONSETS, random) + pick(VOWELS, random) for _ in range(syllables)]
    return f"{''.join(parts)}{pick(CODAS, random)}".capitalize()


def pick(choices: Sequence[T], random: Random) -> T:
    """By `random.random` alone, which gives the same numbers in every version of Python."""
    return choices[int(random.random() * len(choices))]
