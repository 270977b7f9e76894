"""What a player sees: the state, and what happened since the last decision."""

import json

from .engine import Deed, Game, Passive
from .opponents import Turn

SKILLS = {"normal": "a normal attack", "aoe": "an area attack", "infight": "Infight"}


def state(game: Game, player: int, as_json: bool) -> str:
    """Both sides; of the enemy only health, and the identities that were found out."""
    own, other = game.sides[player], game.sides[1 - player]
    names = [f if k else "unknown" for f, k in zip(other.fish, other.known, strict=True)]
    if as_json:
        you = [{"pos": i, "id": own.fish[i], "hp": own.health[i], "atk": own.attack[i]} for i in range(4)]
        enemy = [{"pos": i, "id": names[i], "hp": other.health[i]} for i in range(4)]
        return json.dumps({"you": you, "enemy": enemy})
    mine = [f"{own.fish[i]} hp {own.health[i]} atk {own.attack[i]}" for i in range(4)]
    theirs = [f"{names[i]} hp {other.health[i]}" for i in range(4)]
    return f"You:   {_row(mine, own.alive)}\nEnemy: {_row(theirs, other.alive)}"


def _row(fish: list[str], alive: list[bool]) -> str:
    return " | ".join(f"{i} {each if alive[i] else each.split()[0] + ' dead'}" for i, each in enumerate(fish))


def turn(played: Turn) -> str:
    """The enemy's turn in words."""
    said = []
    if (guess := played.guess) is not None:
        right = "right, your fish lose 50 each" if guess.right else "wrong"
        said.append(f"The enemy guessed that your fish {guess.position} is {guess.name}: {right}.")
    if played.deed is not None:
        said.append(deed(played.deed, own=False))
    return " ".join(said)


def deed(done: Deed, own: bool) -> str:
    """An action in words, with the passives that it triggered."""
    who, of = ("Your fish", "enemy fish") if own else ("Enemy fish", "your fish")
    if done.kind == "infight":
        of = "its teammate"
    targets = "all of the other side" if done.kind == "aoe" else f"{of} {done.targets[0]}"
    said = f"{who} {done.position} used {SKILLS[done.kind]} on {targets} ({done.amount})."
    return " ".join([said, *(_passive(each, done.player == each.player, own) for each in done.passives)])


def _passive(seen: Passive, of_actor: bool, own: bool) -> str:
    whose = "Your" if of_actor == own else "Enemy"
    if seen.kind == "deflect":
        return f"{whose} fish {seen.position} deflected."
    return f"{whose} fish {seen.position} was avenged (counter, 30)."
