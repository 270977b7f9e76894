"""Aquawar: the state of a game and its rules (spec, section 5). Plain lists, so that a copy is cheap."""

from dataclasses import dataclass, field

FISH = ("spray", "flame", "eel", "sunfish")
HEALTH = 400
ATTACK = 200
STATES = 128
AREA = frozenset({"spray", "eel"})
"""Their active skill hits every enemy with 35 % of their attack; the others' is Infight."""
DEFLECT = frozenset({"eel", "sunfish"})
"""They pass 70 % of what hits them on to their team; the others strike back (Counter)."""


@dataclass(slots=True)
class Side:
    """One player's four fish by position. `known` says whose identity the other player has found."""

    fish: tuple[str, ...]
    health: list[int] = field(default_factory=lambda: [HEALTH] * 4)
    attack: list[int] = field(default_factory=lambda: [ATTACK] * 4)
    taken: list[int] = field(default_factory=lambda: [0] * 4)
    known: list[bool] = field(default_factory=lambda: [False] * 4)

    def copy(self) -> "Side":
        return Side(self.fish, self.health[:], self.attack[:], self.taken[:], self.known[:])

    @property
    def living(self) -> list[int]:
        return [i for i in range(4) if self.health[i] > 0]

    def hurt(self, position: int, amount: int) -> None:
        """Take damage; Deflect's owners gain 40 attack for each full 200 that they have taken."""
        lost = min(self.health[position], amount)
        before = self.taken[position] // 200
        self.health[position] -= lost
        self.taken[position] += lost
        if self.fish[position] in DEFLECT:
            self.attack[position] += 40 * (self.taken[position] // 200 - before)


@dataclass(slots=True)
class Game:
    """Two sides; `states` counts the turns that were played."""

    sides: tuple[Side, Side]
    states: int = 0

    def copy(self) -> "Game":
        return Game((self.sides[0].copy(), self.sides[1].copy()), self.states)

    @property
    def over(self) -> bool:
        return self.states >= STATES or any(not side.living for side in self.sides)

    def guess(self, player: int, name: str, position: int) -> bool:
        """Guess an enemy's identity; a right guess reveals it and costs every enemy fish 50."""
        enemy = self.sides[1 - player]
        if enemy.fish[position] != name:
            return False
        enemy.known[position] = True
        for each in enemy.living:
            enemy.hurt(each, 50)
        return True

    def act(self, player: int, position: int, active: bool, target: int) -> None:
        """One fish attacks or uses its skill; the turn ends. Legality is the caller's business."""
        own, enemy = self.sides[player], self.sides[1 - player]
        self.states += 1
        if not active:
            self._strike(player, position, target, own.attack[position] // 2)
        elif own.fish[position] in AREA:
            amount = own.attack[position] * 35 // 100
            for each in enemy.living:
                self._strike(player, position, each, amount)
        else:
            own.hurt(target, 75)
            own.attack[position] += 140

    def _strike(self, player: int, position: int, target: int, amount: int) -> None:
        own, enemy = self.sides[player], self.sides[1 - player]
        others = [i for i in enemy.living if i != target]
        if enemy.fish[target] in DEFLECT and others:
            for each in others:
                enemy.hurt(each, amount * 70 // 100 // len(others))
            enemy.hurt(target, amount - amount * 70 // 100)
            return
        enemy.hurt(target, amount)
        if enemy.fish[target] not in DEFLECT and 0 < enemy.health[target] < HEALTH * 30 // 100:
            own.hurt(position, 30)
