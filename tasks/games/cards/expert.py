"""The expert: knows every identity, and takes the action that is best after the opponent's reply."""

from functools import cache

from harness import Action

from .engine import FISH
from .environment import CardsEnvironment
from .moves import ACT, GUESS
from .samples import CardsSample

WEIGHTS = (1.5, 0.5, 1.0, 3.0, 0.2, 8.0)
"""What enemy health counts against one's own; tried in turn until a line scores 1."""


@cache
def solve(sample: CardsSample, exact: bool) -> tuple[Action, ...]:
    """A line that kills all four enemy fish; empty where no weight finds one."""
    return next(filter(None, (_line(sample, exact, weight) for weight in WEIGHTS)), ())


def _line(sample: CardsSample, exact: bool, weight: float) -> tuple[Action, ...]:
    world = CardsEnvironment(sample, exact)
    world.reset()
    line: list[Action] = []
    while not world.game.over:
        enemy = world.game.sides[world.enemy]
        if world.wanted == GUESS:
            spot = enemy.hidden[0]
            action = Action(GUESS, {"guess_type": enemy.fish[spot], "target_position": str(spot)})
        else:
            action = max(legal(world), key=lambda each: _worth(world, each, weight))
        world.step(action)
        line.append(action)
    return tuple(line) if world.score().value > 1 - 1e-9 else ()


def legal(world: CardsEnvironment) -> list[Action]:
    """Every action that may be taken now."""
    every = [
        Action(ACT, {"pick_fish": fish, "action": how, "target_position": str(target)})
        for fish in FISH
        for how in ("active", "normal")
        for target in range(4)
    ]
    return [action for action in every if not world.refusal(action)]


def _worth(world: CardsEnvironment, action: Action, weight: float) -> float:
    after = world.fork()
    after.step(action)
    own, enemy = after.game.sides[after.me], after.game.sides[after.enemy]
    return sum(own.health) - weight * sum(enemy.health) - 100 * len(enemy.living)
