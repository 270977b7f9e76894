"""The two scripted opponents: one plays at random, one prefers area attacks and weak targets."""

from random import Random

from .engine import AREA, FISH, Game

OPPONENTS = ("random", "greedy")


def play(kind: str, game: Game, player: int, random: Random) -> str:
    """Play one turn and say in words what the other player saw of it."""
    own, enemy = game.sides[player], game.sides[1 - player]
    hidden = [i for i in enemy.living if not enemy.known[i]]
    seen = ""
    if hidden:
        known = {enemy.fish[i] for i in range(4) if enemy.known[i]}
        target = random.choice(hidden)
        name = random.choice([f for f in FISH if f not in known])
        right = game.guess(player, name, target)
        seen = f"The enemy guessed that your fish {target} is {name}: {'right' if right else 'wrong'}. "
    if game.over:
        return seen.strip()
    position, active, target = (_greedy if kind == "greedy" else _random)(game, player, random)
    game.act(player, position, active, target)
    how = "its active skill" if active else f"a normal attack on your fish {target}"
    skilled = active and own.fish[position] not in AREA
    return f"{seen}Enemy fish {position} used {how}{' on its own side' if skilled else ''}."


def _random(game: Game, player: int, random: Random) -> tuple[int, bool, int]:
    own, enemy = game.sides[player], game.sides[1 - player]
    position, active = random.choice(own.living), random.random() < 0.5
    mates = [i for i in own.living if i != position]
    if active and own.fish[position] not in AREA:
        return (position, True, random.choice(mates)) if mates else (position, False, enemy.living[0])
    return position, active, random.choice(enemy.living)


def _greedy(game: Game, player: int, random: Random) -> tuple[int, bool, int]:
    own, enemy = game.sides[player], game.sides[1 - player]
    area = [i for i in own.living if own.fish[i] in AREA]
    if area and len(enemy.living) > 1:
        return random.choice(area), True, enemy.living[0]
    position = max(own.living, key=lambda i: own.attack[i])
    return position, False, min(enemy.living, key=lambda i: enemy.health[i])
