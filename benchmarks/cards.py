"""How long a game of `cards` takes without a model, next to a bare loop over its engine.

    python benchmarks/cards.py [--rounds 20]

The expert's moves of all `test` games are played, first through the environment (rules checked, opponent's
turns, texts), then as the calls of the engine alone that they lead to. Games by chance are longer: their
moves are timed too, illegal ones included. Milliseconds a game are medians of CPU time.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from harness.tasks.games.cards import engine, opponents
from harness.tasks.games.cards.environment import CardsEnvironment
from harness.tasks.games.cards.expert import solve
from harness.tasks.games.cards.moves import GUESS, by_chance
from harness.tasks.games.cards.samples import CardsSample, games

from harness import Action


class Took(NamedTuple):
    milliseconds: float
    value: object


def timed(work: Callable[..., object], *given: object) -> Took:
    began = time.process_time()
    value = work(*given)
    return Took(1000 * (time.process_time() - began), value)


def through_environment(sample: CardsSample, line: tuple[Action, ...]) -> float:
    world = CardsEnvironment(sample)
    world.reset()
    for action in line:
        world.step(action)
    value: float = world.score().value
    return value


def bare(sample: CardsSample, line: tuple[Action, ...]) -> bool:
    """The same game: the engine and the opponent's choices, without checks and texts."""
    own, other = engine.Side(sample.own), engine.Side(sample.enemy)
    game = engine.Game((own, other) if sample.seat == 0 else (other, own))
    last = None
    if sample.seat == 1:
        opponents.play(sample.opponent, game, 0, None, sample.seed)
    for action, after in zip(line, (*line[1:], None), strict=True):
        given, target = action.arguments, int(action.arguments["target_position"])
        if action.name == GUESS:
            game.guess(sample.seat, given["guess_type"], target)
            continue
        fish = sample.own.index(given["pick_fish"])
        last = game.act(sample.seat, fish, given["action"] == "active", target)
        if not game.over:
            opponents.play(sample.opponent, game, 1 - sample.seat, last, sample.seed)
        if not game.over and after is not None and after.name != GUESS:
            game.skip(sample.seat)
    won: bool = game.winner == sample.seat
    return won


def at_random(sample: CardsSample, dice: Random) -> int:
    world, moves = CardsEnvironment(sample), 0
    world.reset()
    while not world.step(by_chance(dice)).done:
        moves += 1
    return moves + 1


def _most(took: list[float]) -> str:
    return f"99 of 100 within {statistics.quantiles(took, n=100)[-1]:.3f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    lines = [(sample, solve(sample, False)) for sample in games("test")]
    assert all(bare(*each) and through_environment(*each) == 1 for each in lines), "the two games differ"
    ours = [timed(through_environment, *each).milliseconds for _ in range(rounds) for each in lines]
    alone = [timed(bare, *each).milliseconds for _ in range(rounds) for each in lines]
    chance = [timed(at_random, sample, Random(n)).milliseconds for n in range(rounds) for sample, _ in lines]
    world = CardsEnvironment(lines[0][0])
    forks = [timed(world.fork).milliseconds for _ in range(1000)]
    first, second = statistics.median(ours), statistics.median(alone)
    moves = statistics.mean(len(line) for _, line in lines)
    print(f"expert's game   {first:7.3f} ms, {_most(ours)} ({moves:.1f} moves of the agent)")
    print(f"bare engine     {second:7.3f} ms, so the environment costs {first / second:.2f} times as much")
    print(f"game by chance  {statistics.median(chance):7.3f} ms, {_most(chance)}")
    print(f"fork            {statistics.median(forks):7.4f} ms")


if __name__ == "__main__":
    main()
