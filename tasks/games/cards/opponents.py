"""The two scripted opponents of AgentBench v0.2 (`src/server/tasks/card_game/AI/action1.py`, `action2.py`,
and `auto_valid_action` of `AI/sdk/ai_client.hpp`).

There, part of the dice is unseeded (the clock, `random_device`); here all of it comes from the sample's seed.
"""

from random import Random
from typing import Final, NamedTuple

from .engine import AREA, FISH, Deed, Game

OPPONENTS: Final = ("random", "greedy")
"""AgentBench's baseline1 and baseline2."""
STRANGERS: Final = 5
"""Fish that do not play, but that the greedy opponent's guesses may name."""


class Guess(NamedTuple):
    position: int
    name: str
    right: bool


class Turn(NamedTuple):
    """What one turn was; the action is None where the guess ended the game."""

    guess: Guess | None
    deed: Deed | None


def play(kind: str, game: Game, player: int, last: Deed | None, seed: int) -> Turn:
    """Play one turn. `last` is the other player's last action; equal states and seeds play alike."""
    dice = Random(seed * 1000 + game.phases)
    guess = _guess(kind, game, player, dice)
    if game.over:
        return Turn(guess, None)
    position, active, target = (_greedy if kind == "greedy" else _random)(game, player, last, dice)
    return Turn(guess, game.act(player, position, active, target))


def _guess(kind: str, game: Game, player: int, dice: Random) -> Guess | None:
    """One position and one name by chance, a sure one never: neither keeps what it has seen."""
    other = game.sides[1 - player]
    if kind == "greedy":
        names = [f for i, f in enumerate(other.fish) if not other.known[i]] + [""] * STRANGERS
        places = other.hidden
    else:
        names, places = list(FISH), other.living
    position = dice.choice(places) if places else None
    if position is None or other.known[position]:
        game.skip(player)
        return None
    name = dice.choice(names)
    return Guess(position, name or "another fish", game.guess(player, name, position))


def _random(game: Game, player: int, last: Deed | None, dice: Random) -> tuple[int, bool, int]:
    """Any fish; its active skill in 7 of 10 turns, where it has a target."""
    own, other = game.sides[player], game.sides[1 - player]
    position = dice.choice(own.living)
    if dice.random() >= 0.3:
        mates = [i for i in own.living if i != position]
        if own.fish[position] in AREA:
            return position, True, 0
        if mates:
            return position, True, dice.choice(mates)
    return position, False, dice.choice(other.living)


def _greedy(game: Game, player: int, last: Deed | None, dice: Random) -> tuple[int, bool, int]:
    """Kill the weakest if one attack can; else an area attack; else hit back at who acted last."""
    own, other = game.sides[player], game.sides[1 - player]
    strongest = max(dice.sample(own.living, len(own.living)), key=lambda i: own.attack[i])
    weakest = min(other.living, key=lambda i: other.health[i])
    if own.attack[strongest] * 0.5 >= other.health[weakest]:
        return strongest, False, weakest
    area = sorted((i for i in own.living if own.fish[i] in AREA), key=lambda i: FISH.index(own.fish[i]))
    if area and len(other.living) >= 2:
        return area[0], True, 0
    back = last.position if last is not None and other.alive[last.position] else dice.choice(other.living)
    return strongest, False, back
