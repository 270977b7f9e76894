"""The world of one `household` episode: a house, the commands the agent gives, and the goal."""

from hashlib import sha256
from typing import Protocol

from harness import Action, Capabilities, Environment, Observation, Score, Status

from . import shown
from .engine import House
from .goals import progress
from .repair import closest, respelt
from .samples import HouseholdSample

ACT = "take_action"
REPEATS = 3
REPEATS_FROM = 4
"""v0.2: from this step on, so many equal replies in a row end the episode."""


def fingerprint(reply: str) -> str:
    """A short mark of a whole reply, so that equal ones are known (v0.2); it travels as the action's
    `call_id`, which is no part of what the action is."""
    return sha256(reply.encode("utf-8", "replace")).hexdigest()[:16]


class World(Protocol):
    """What an episode is played in: `House`, or the alfworld package behind the same methods, which is
    what `pddl.original.open_original` returns. A method `close()`, if any, is called."""

    def reset(self) -> str:
        """The opening text, with ALFWorld's greeting and the task."""

    def step(self, command: str) -> str:
        """What happens, "Nothing happens." for a command that is not admissible."""

    def admissible(self) -> list[str]:
        """The commands that do something now, sorted."""

    @property
    def won(self) -> bool:
        """Whether the goal holds."""


class HouseholdEnvironment(Environment):
    def __init__(self, sample: HouseholdSample, profile: str, world: World) -> None:
        self.sample = sample
        self.profile = profile
        self.world = world
        self.capabilities = Capabilities(fork=isinstance(world, House))
        self.replies: tuple[str | None, ...] = ()

    def reset(self) -> Observation:
        self.replies = ()
        text = self.world.reset().partition("\n\n")[2]  # without the greeting
        if self.profile != "native":
            text = text.replace("\n\n", "\n")
        return Observation(self._with_commands(text))

    def step(self, action: Action) -> Observation:
        if action.name != ACT:
            return Observation(f"There is no action {action.name!r}; use {ACT}.")
        said = str(action.arguments.get("action", ""))
        seen = self.world.step(self._command(said))
        if self.profile == "v0.2":
            if seen.startswith("You arrive at loc "):
                seen = seen.partition(". ")[2]
            self.replies += (action.call_id,)
            if self._repeats():
                return Observation(seen, Status.INVALID_ACTION)
        if self.world.won:
            return Observation(seen, Status.COMPLETED)
        return Observation(self._with_commands(seen))

    def _command(self, said: str) -> str:
        """The admissible command that is meant, as far as the profile repairs what was said."""
        repair = respelt if self.profile == "native" else closest
        return repair(said, self.world.admissible())

    def _repeats(self) -> bool:
        last = self.replies[-REPEATS:]
        return len(self.replies) >= REPEATS_FROM and len(set(last)) == 1 and last[0] is not None

    def _with_commands(self, text: str) -> str:
        show = shown.native if self.profile == "native" else shown.v02
        return show(text, self.world.admissible())

    def score(self) -> Score:
        won = self.world.won and not (self.profile == "v0.2" and self._repeats())
        reached = progress(self.world) if isinstance(self.world, House) else None
        return Score(float(won), {}, reached, self.sample.game.task_type)

    def fork(self) -> "HouseholdEnvironment":
        if not isinstance(self.world, House):
            raise NotImplementedError("the alfworld package's engine cannot fork")
        other = HouseholdEnvironment(self.sample, self.profile, self.world.copy())
        other.replies = self.replies
        return other

    def close(self) -> None:
        if (close := getattr(self.world, "close", None)) is not None:
            close()
