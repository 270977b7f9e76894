"""The world of one episode. Plain synchronous methods; the host runs them in worker threads."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.types import Action, Message, Observation, Score

Ask = Callable[[Sequence[Message]], str]
"""Messages to the text of one reply. Blocks; equal messages get the same reply within an episode."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an environment can do beyond the minimum."""

    fork: bool = False
    """`fork` works; otherwise the host replays the actions in a fresh environment."""


class Environment(ABC):
    """One episode's world. An illegal action is an observation or a status, never an exception:
    an exception means that the environment broke, and the episode becomes an `error`."""

    capabilities = Capabilities()
    ask: Ask | None = None
    """Asks the run's judge model (`--judge-model`), for worlds that need a model themselves, such as
    the host of a puzzle. The harness sets it before `reset` and on every fork, counts its tokens under
    the purpose `host`, apart from the agent's, and journals it; None where the run has no judge model."""

    @abstractmethod
    def reset(self) -> Observation:
        """Put the world in its first state and return the problem. Two resets are identical."""

    @abstractmethod
    def step(self, action: Action) -> Observation:
        """Carry out one action."""

    @abstractmethod
    def score(self) -> Score:
        """Grade the present state, out of the agent's reach. May be called at any time, once."""

    def fork(self) -> "Environment":
        """An independent copy of the present state; see `Capabilities.fork`."""
        raise NotImplementedError(f"{type(self).__name__} cannot fork")

    def close(self) -> None:  # noqa: B027  (most worlds hold nothing)
        """Give back what the world holds. Called once, also after a failure."""
