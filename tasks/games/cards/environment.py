"""The world of one game: the agent decides, the opponent's turns are played inside `step`."""

import json
from copy import deepcopy
from random import Random

from harness import Action, Capabilities, Environment, Observation, Score, Status

from .engine import AREA, FISH, HEALTH, Game, Side
from .opponents import play
from .samples import CardsSample

ATTEMPTS = 5
UNREADABLE = "unreadable"


class CardsEnvironment(Environment):
    capabilities = Capabilities(fork=True)

    def __init__(self, sample: CardsSample) -> None:
        self.sample = sample
        self.reset()

    def reset(self) -> Observation:
        sides = (Side(self.sample.own), Side(self.sample.enemy))
        self.game = Game(sides)
        self.random = Random(self.sample.seed)
        self.failed, self.guessing, self.forfeit = 0, True, False
        return self._next([] if self.sample.seat == 0 else [self._reply()])

    def _reply(self) -> str:
        return play(self.sample.opponent, self.game, 1, self.random)

    def step(self, action: Action) -> Observation:
        wrong = self.refusal(action)
        if wrong:
            self.failed += 1
            self.forfeit = self.failed >= ATTEMPTS
            return Observation(wrong, Status.INVALID_ACTION if self.forfeit else None)
        self.failed = 0
        target = int(action.arguments["target_position"])
        if action.name == "guess":
            self.guessing = False
            right = self.game.guess(0, action.arguments["guess_type"], target)
            return self._next([f"Your guess is {'right' if right else 'wrong'}."], turn=False)
        fish = self.game.sides[0].fish.index(action.arguments["pick_fish"])
        self.game.act(0, fish, action.arguments["action"] == "active", target)
        seen = [] if self.game.over else [self._reply()]
        return self._next(["Your action was carried out.", *seen])

    def refusal(self, action: Action) -> str:
        """Why the action cannot be carried out; empty if it can."""
        given, (own, enemy) = action.arguments, self.game.sides
        wanted = "guess" if self.guessing else "act"
        if action.name != wanted:
            return f"This decision takes {wanted}, as JSON."
        place = str(given.get("target_position"))
        if place not in ("0", "1", "2", "3"):
            return "target_position is 0, 1, 2 or 3."
        target = int(place)
        if self.guessing:
            if given.get("guess_type") not in FISH:
                return f"guess_type is one of {', '.join(FISH)}."
            hidden = enemy.health[target] > 0 and not enemy.known[target]
            return "" if hidden else f"Enemy fish {target} is dead or known already."
        name, how = given.get("pick_fish"), given.get("action")
        if name not in FISH or own.health[own.fish.index(name)] <= 0:
            return "pick_fish is one of your living fish."
        if how not in ("normal", "active"):
            return "action is normal or active."
        if how == "active" and name in AREA:
            return ""
        if how == "normal":
            return "" if enemy.health[target] > 0 else f"Enemy fish {target} is dead."
        mate = own.health[target] > 0 and own.fish[target] != name
        return "" if mate else "This skill needs a living teammate as its target."

    def _next(self, seen: list[str], turn: bool = True) -> Observation:
        enemy = self.game.sides[1]
        if self.game.over:
            return Observation(" ".join([*seen, "The game is over."]), Status.COMPLETED)
        if turn:
            self.guessing = any(not enemy.known[i] for i in enemy.living)
        asked = "Guess one enemy fish." if self.guessing else "Act with one of your fish."
        return Observation("\n".join([*seen, json.dumps(self._state()), asked]))

    def _state(self) -> dict[str, object]:
        own, enemy = self.game.sides
        return {
            "your_fish": [
                {"pos": i, "type": own.fish[i], "hp": own.health[i], "atk": own.attack[i]} for i in range(4)
            ],
            "enemy_fish": [
                {"pos": i, "type": enemy.fish[i] if enemy.known[i] else "unknown", "hp": enemy.health[i]}
                for i in range(4)
            ],
        }

    def score(self) -> Score:
        own, enemy = self.game.sides
        damage = 1 - sum(enemy.health) / (4 * HEALTH)
        won = float(self.game.over and not self.forfeit and len(own.living) > len(enemy.living))
        return Score(0.7 * won + 0.3 * damage, {"win": won, "damage_rate": damage}, damage)

    def fork(self) -> "CardsEnvironment":
        copy = CardsEnvironment.__new__(CardsEnvironment)
        copy.sample, copy.game, copy.random = self.sample, self.game.copy(), deepcopy(self.random)
        copy.failed, copy.guessing, copy.forfeit = self.failed, self.guessing, self.forfeit
        return copy
