"""A model under test: messages in, replies out. Providers are plug-ins, one file each."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.types import Message, Reply, Sample, Settings, Usage, digest

if TYPE_CHECKING:
    from harness.rules import Rules, Tool
    from harness.task import Task


@dataclass(frozen=True, slots=True)
class Generation:
    """Sampling parameters of one request."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 512
    stop: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One model call."""

    messages: tuple[Message, ...]
    n: int = 1
    """Replies wanted for the same prompt."""
    generation: Generation = Generation()
    tools: "tuple[Tool, ...]" = ()
    purpose: str = "act"
    """act, judge, plan, reflect, or host for the environment's own: what the call is counted under."""
    turn: int = 0
    """Turns already taken on the path that asks; an expert model finds its place by it."""
    candidates: int = 0
    """With purpose judge: how many candidates there are to choose from."""

    @property
    def key(self) -> str:
        """What the journal knows the request by: a digest of messages, n and purpose."""
        return digest([m.to_json() for m in self.messages], self.n, self.purpose)


@dataclass(frozen=True, slots=True)
class Response:
    """`n` replies, and what they cost together."""

    replies: tuple[Reply, ...]
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Episode:
    """What a model may know of the episode it is asked in; only fakes look at it."""

    key: str
    task: "Task"
    sample: Sample
    rules: "Rules"
    settings: Settings
    seed: int


@dataclass(frozen=True, slots=True)
class ModelCapabilities:
    """What a provider can do; the planner says what is missing before the run starts."""

    tools: bool = True
    """Function calling."""
    several: bool = False
    """`n` replies in one request; otherwise the provider asks n times itself."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What the command line says about reaching a model."""

    base_url: str | None = None
    api_key: str | None = None
    max_connections: int = 16
    timeout: float = 600.0
    """Seconds for one request."""
    max_retries: int = 6
    seed: int = 0
    args: dict[str, str] = field(default_factory=dict)
    """`-M key=value`, as typed."""


class Model(ABC):
    """Made once a run and shared by all its episodes."""

    name: str
    """`provider/name`, as tables show it."""
    capabilities = ModelCapabilities()

    async def start(self) -> None:  # noqa: B027
        """Load weights, start a server. Called once, before the first request."""

    async def close(self) -> None:  # noqa: B027
        """Stop what `start` started."""

    def bind(self, episode: Episode) -> "Model":
        """The model as one episode sees it: itself, unless it is a fake with a script."""
        return self

    @abstractmethod
    async def generate(self, request: Request) -> Response:
        """Answer. Raises `ContextLimit` when the prompt does not fit, `ModelError` when the server fails."""

    def describe(self) -> dict[str, str]:
        """What the run's record says about the model: file hash, dtype, server version. Asked after `start`.

        Facts whose names end in `sha256` or `revision` tell weights apart: where one differs, a run does
        not go on, and a leaderboard has a row of its own.
        """
        return {}

    def checkpoint(self) -> str | None:
        """A folder or id that transformers loads its weights from; None where there is none to train."""
        return None


def only(replies: Sequence[Reply]) -> Reply:
    """The single reply of a request for one."""
    (reply,) = replies
    return reply


def checkpoint_of(name: str) -> str:
    """What transformers loads for the model that `--model hf/NAME` plays, so that it can be trained.

    `name` may say hf/ itself. Raises `UsageError` where packages or weights are missing, or where the
    provider has no weights.
    """
    from harness.host import Plugins

    known = name.partition("/")[0] == "hf"
    found = Plugins().model(name if known else f"hf/{name}", ModelOptions()).checkpoint()
    if found is None:
        raise UsageError(f"{name} has no weights that can be trained; give a folder, an id, or SmolLM2")
    return found
