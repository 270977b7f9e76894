"""Aquawar: the state of a game and its rules.

Facts from AgentBench v0.2, `src/server/tasks/card_game/logic/src/`: `fish.cpp` (skills, Deflect),
`fishset.cpp` (Counter, guesses), `aqua_sdk.cpp` (phases, who wins), `game.h` (the limit). Where its
prompt says otherwise (`AI/prompt/en.py`), the engine is right; see README.md.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

FISH: Final = ("spray", "flame", "eel", "sunfish")
HEALTH: Final = 400
ATTACK: Final = 200
PHASES: Final = 126
"""Guesses and actions of both players: 128 states, of which the two picks before the game take two."""
AREA: Final = frozenset({"spray", "eel"})
"""Their active skill hits every enemy; flame's and sunfish's is Infight."""
DEFLECT: Final = frozenset({"eel", "sunfish"})
"""They pass part of a hit on to their team; spray and flame strike back for a teammate (Counter)."""
WEAK: Final = 120
"""A teammate hit below this, 30 % of its health, is avenged."""


class Passive(NamedTuple):
    """A passive skill that was triggered. Counter is told at the place of the fish that was hit."""

    player: int
    position: int
    kind: str
    """deflect or counter."""


class Deed(NamedTuple):
    """What both players see of an action."""

    player: int
    position: int
    kind: str
    """normal, aoe or infight."""
    amount: int
    """What each target would take if no passive changed it."""
    targets: tuple[int, ...]
    passives: tuple[Passive, ...]


@dataclass(slots=True)
class Side:
    """One player's fish by position. `known` says whose identity the other player has found out."""

    fish: tuple[str, ...]
    health: list[int] = field(default_factory=lambda: [HEALTH] * 4)
    attack: list[int] = field(default_factory=lambda: [ATTACK] * 4)
    wound: list[int] = field(default_factory=lambda: [0] * 4)
    """Damage taken since the last rise of attack; guesses do not count."""
    alive: list[bool] = field(default_factory=lambda: [True] * 4)
    """Fish die at the end of a phase: until then one without health still counts as living."""
    known: list[bool] = field(default_factory=lambda: [False] * 4)

    def copy(self) -> "Side":
        numbers = self.health[:], self.attack[:], self.wound[:]
        return Side(self.fish, *numbers, self.alive[:], self.known[:])

    @property
    def living(self) -> list[int]:
        return [i for i in range(4) if self.alive[i]]

    @property
    def hidden(self) -> list[int]:
        """Living fish whose identity the other player does not know."""
        return [i for i in range(4) if self.alive[i] and not self.known[i]]

    def harm(self, position: int, amount: int) -> None:
        """Damage without an attacker. Eel and sunfish gain 40 attack for every 200 they have taken."""
        self.health[position] -= amount
        self.wound[position] += amount
        if self.fish[position] in DEFLECT:
            self.attack[position] += 40 * (self.wound[position] // 200)
            self.wound[position] %= 200

    def bury(self) -> None:
        for i in range(4):
            if self.health[i] <= 0:
                self.alive[i], self.health[i] = False, 0


@dataclass(slots=True)
class Game:
    """Player 0 moves first. A turn is a guess, which may be skipped, then an action."""

    sides: tuple[Side, Side]
    phases: int = 0
    winner: int | None = None

    def copy(self) -> "Game":
        return Game((self.sides[0].copy(), self.sides[1].copy()), self.phases, self.winner)

    @property
    def over(self) -> bool:
        return self.winner is not None

    def guess(self, player: int, name: str, position: int) -> bool:
        """A right guess reveals the fish and takes 50 from all of them; a wrong one costs nothing."""
        other = self.sides[1 - player]
        right = other.fish[position] == name
        if right:
            other.known[position] = True
            other.health = [max(0, each - 50) for each in other.health]
        self._end(player)
        return right

    def skip(self, player: int) -> None:
        """No guess this turn."""
        self._end(player)

    def act(self, player: int, position: int, active: bool, target: int) -> Deed:
        """One fish attacks or uses its skill. Legality is the caller's business."""
        own, other = self.sides[player], self.sides[1 - player]
        name, attack = own.fish[position], own.attack[position]
        seen: list[Passive] = []
        if not active:
            kind, amount, targets = "normal", attack // 2, [target]
        elif name in AREA:
            kind, amount, targets = "aoe", 70 if name == "spray" else int(attack * 0.35), other.living
        else:
            kind, amount, targets = "infight", 75, [target]
            own.harm(target, amount)
            own.attack[position] += 140
        if kind != "infight":
            for each in targets:
                self._strike(player, position, each, amount, seen)
        self._end(player)
        return Deed(player, position, kind, amount, tuple(targets), tuple(seen))

    def _strike(self, player: int, position: int, target: int, amount: int, seen: list[Passive]) -> None:
        own, other = self.sides[player], self.sides[1 - player]
        mates = [i for i in other.living if i != target]
        if other.fish[target] in DEFLECT and mates:
            seen.append(Passive(1 - player, target, "deflect"))
            for each in mates:
                other.harm(each, int(amount * 0.3) // len(mates))
            amount = int(amount * 0.7)
        other.harm(target, amount)
        if other.health[target] < WEAK:
            for each in mates:
                if other.fish[each] not in DEFLECT:
                    seen.append(Passive(1 - player, target, "counter"))
                    own.harm(position, 30)

    def _end(self, player: int) -> None:
        """End a phase: the dead are counted, and the game may be over."""
        self.phases += 1
        for side in self.sides:
            side.bury()
        dead = [not any(side.alive) for side in self.sides]
        if self.phases >= PHASES:
            first, second = map(_standing, self.sides)
            self.winner = int(second >= first)  # the player who moved second wins a draw
        elif any(dead):
            self.winner = player if all(dead) else dead.index(False)


def _standing(side: Side) -> tuple[int, int, int]:
    """What decides at the limit: living fish, then health together, then the healthiest fish."""
    return len(side.living), sum(side.health), max(side.health)
