"""The world of one game: the agent decides, the opponent's turns are played inside `step`."""

from harness import Action, Capabilities, Environment, Observation, Score, Status

from . import show
from .engine import HEALTH, Deed, Game, Side
from .moves import ACT, EITHER, GUESS, UNREADABLE, due, move, place, refusal
from .opponents import play
from .samples import CardsSample

ATTEMPTS = 5
ASKED = {GUESS: "Guess one enemy fish.", ACT: "Act with one of your fish."}


class CardsEnvironment(Environment):
    """`exact` is AgentBench v0.2's way: see `moves.refusal`; failures are not explained."""

    capabilities = Capabilities(fork=True)

    def __init__(self, sample: CardsSample, exact: bool = False) -> None:
        self.sample = sample
        self.exact = exact
        self.me, self.enemy = sample.seat, 1 - sample.seat
        self._begin()

    def _begin(self) -> None:
        own, other = Side(self.sample.own), Side(self.sample.enemy)
        self.game = Game((own, other) if self.me == 0 else (other, own))
        self.wanted = GUESS
        self.failed = 0
        self.readable = False
        """Whether one of the failed attempts at this decision could be read."""
        self.forfeit = False
        self.last: Deed | None = None

    def reset(self) -> Observation:
        self._begin()
        return self._decision("" if self.me == 0 else self._reply())

    def step(self, action: Action) -> Observation:
        tried = [move(text) for text in action.arguments["moves"]] if action.name == EITHER else [action]
        tried = [due(each, self.wanted) for each in tried]
        reasons = [self.refusal(each) for each in tried]
        if "" not in reasons:
            return self._fail(reasons[0], action.name != UNREADABLE)
        chosen = tried[reasons.index("")]
        self.failed, self.readable = 0, False
        return self._guess(chosen) if self.wanted == GUESS else self._act(chosen)

    def refusal(self, action: Action) -> str:
        """Why the action cannot be carried out now; empty if it can."""
        return refusal(self.game, self.me, self.wanted, action, self.exact)

    def _guess(self, action: Action) -> Observation:
        target = place(action.arguments)
        assert target is not None
        self.wanted = ACT
        if self.game.sides[self.enemy].known[target]:
            self.game.skip(self.me)
            return self._decision("That fish is known already.")
        right = self.game.guess(self.me, action.arguments["guess_type"], target)
        return self._decision("Right. Every enemy fish lost 50." if right else "Wrong guess.")

    def _act(self, action: Action) -> Observation:
        given, own = action.arguments, self.game.sides[self.me]
        position, target = own.fish.index(given["pick_fish"]), place(given) or 0
        self.last = self.game.act(self.me, position, given["action"] == "active", target)
        said = show.deed(self.last, own=True)
        return self._decision(said if self.game.over else f"{said}\n{self._reply()}")

    def _reply(self) -> str:
        """The opponent's turn; then it is the agent's, which begins with a guess if one can be made."""
        played = play(self.sample.opponent, self.game, self.enemy, self.last, self.sample.seed)
        self.wanted = GUESS
        if not self.game.over and not self.game.sides[self.enemy].hidden:
            self._pass()
        return show.turn(played)

    def _pass(self) -> None:
        self.game.skip(self.me)
        self.wanted = ACT

    def _fail(self, reason: str, readable: bool) -> Observation:
        """Five failures: a guess is skipped, and an action that never came loses the game."""
        self.failed += 1
        self.readable = self.readable or readable
        if self.failed < ATTEMPTS:
            left = f"{reason} {ATTEMPTS - self.failed} attempts are left."
            return self._decision("") if self.exact else Observation(left)
        if self.wanted == GUESS:
            self.failed, self.readable = 0, False
            self._pass()
            return self._decision("No guess was made.")
        self.forfeit = True
        status = Status.INVALID_ACTION if self.readable else Status.INVALID_FORMAT
        return Observation("Five attempts failed: the game is lost.", status)

    def _decision(self, seen: str) -> Observation:
        lines = [seen, show.state(self.game, self.me, self.exact)]
        if self.game.over:
            won = "won" if self.game.winner == self.me else "lost"
            return Observation("\n".join(filter(None, [*lines, f"You have {won}."])), Status.COMPLETED)
        return Observation("\n".join(filter(None, [*lines, ASKED[self.wanted]])))

    def score(self) -> Score:
        """AgentBench's formula: 0.7 for a win, and 0.3 times the share of the enemy's health lost."""
        damage = 4 * HEALTH - sum(self.game.sides[self.enemy].health)
        won = float(self.game.winner == self.me and not self.forfeit)
        share = damage / (4 * HEALTH)
        return Score(0.7 * won + min(0.3, 0.3 * share), {"win_rate": won, "damage_rate": share}, share)

    def fork(self) -> "CardsEnvironment":
        copy = CardsEnvironment.__new__(CardsEnvironment)
        copy.__dict__.update(self.__dict__)
        copy.game = self.game.copy()
        return copy
