"""The same commands given to ALFWorld's engine and to ours, and where they answer differently."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from harness.tasks.games.household.engine import House
from harness.tasks.games.household.pddl.original import Original
from harness.tasks.games.household.world import Game

NONSENSE = ("dance", "take apple", "go to the moon 1", "Look", "")
WEIGHTS = {"look": 1, "inventory": 1, "help": 1, "examine": 2, "close": 2, "go": 3, "slice": 20}
"""How likely a verb is in a random walk, beside 5 for the others: what changes the world comes first."""
STEPS = 15
"""Of a random walk."""


@dataclass
class Tally:
    """What was compared so far."""

    games: int = 0
    walks: int = 0
    steps: int = 0
    won: int = 0
    """Steps after which both say that the goal is reached."""
    verbs: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        verbs = ", ".join(f"{verb} {count}" for verb, count in sorted(self.verbs.items()))
        return (
            f"{self.games} games, {self.walks} walks, {self.steps} steps ({verbs}; won after {self.won}): "
            f"{len(self.differences)} differences"
        )


def random_walk(house: House, random: Random) -> Iterator[str]:
    """Commands for a house as it is when they are asked for, some nonsense among them."""
    for _ in range(STEPS):
        by_verb: dict[str, list[str]] = {}
        for command in house.admissible():
            by_verb.setdefault(command.partition(" ")[0], []).append(command)
        weights = [WEIGHTS.get(verb, 5) for verb in by_verb]
        (verb,) = random.choices(list(by_verb), weights)
        yield random.choice(NONSENSE if random.random() < 0.05 else by_verb[verb])


def walk(original: Original, opening: str, house: House, commands: Iterable[str], tally: Tally) -> None:
    """One walk, both at their start; differences of observation, commands and outcome go to the tally."""
    tally.walks += 1
    _compare("the opening", (opening, original), (house.reset(), house), tally)
    for command in commands:
        tally.steps += 1
        theirs, ours = original.step(command), house.step(command)
        verb = command.partition(" ")[0] if ours != "Nothing happens." else "nothing"
        tally.verbs[verb] = tally.verbs.get(verb, 0) + 1
        _compare(repr(command), (theirs, original), (ours, house), tally)
        tally.won += original.won and house.won


def _compare(at: str, theirs: tuple[str, Original], ours: tuple[str, House], tally: Tally) -> None:
    for what, one, other in (
        ("observation", theirs[0], ours[0]),
        ("commands", theirs[1].admissible(), ours[1].admissible()),
        ("won", theirs[1].won, ours[1].won),
    ):
        if one != other:
            where = f"game {tally.games}, walk {tally.walks}, step {tally.steps}, after {at}"
            tally.differences.append(
                f"{where}: {what}\n  theirs: {_told(one, other)}\n  ours:   {_told(other, one)}"
            )


def _told(one: Any, other: Any) -> str:
    return repr(sorted(set(one) - set(other))) if isinstance(one, list) else repr(one)


def compare(
    original: Original,
    document: Mapping[str, Any],
    game: Game,
    plans: Iterable[Iterable[str] | Random],
    tally: Tally,
) -> None:
    """A game walked once for each plan: commands, or a `Random` for a random walk."""
    tally.games += 1
    house, opening = House(game), original.load(document)
    for plan in plans:
        commands = random_walk(house, plan) if isinstance(plan, Random) else plan
        walk(original, opening, house, commands, tally)
        opening = original.reset()
