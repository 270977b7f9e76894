"""How an environment, in its worker thread, asks the judge model of the run: `Environment.ask`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.errors import ContextLimit, EnvironmentFailure, ModelError
from harness.meter import Meter
from harness.model import Request
from harness.types import HOST, Message


@dataclass(slots=True)
class Asker:
    """Asks through the episode's meter, greedily; the same question gets the same reply.

    So a world that is played again shows the same, and a question is paid for once.
    """

    meter: Meter
    loop: asyncio.AbstractEventLoop
    known: dict[str, str] = field(default_factory=dict)

    def __call__(self, messages: Sequence[Message]) -> str:
        key = question(messages)
        if key not in self.known:
            asking = self.meter.generate(list(messages), purpose=HOST, temperature=0.0)
            try:
                (reply,) = asyncio.run_coroutine_threadsafe(asking, self.loop).result()
            except ContextLimit as e:
                raise ModelError(
                    f"a question of the environment does not fit into the judge model: {e}"
                ) from e
            self.known[key] = reply.text
        return self.known[key]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Answers as a run's journal has them, for scoring it again without a model."""

    known: Mapping[str, str]

    def __call__(self, messages: Sequence[Message]) -> str:
        try:
            return self.known[question(messages)]
        except KeyError:
            raise EnvironmentFailure(
                "the environment asks its judge model something that it did not ask when the run was made; "
                "without the model it cannot be scored again"
            ) from None


def question(messages: Sequence[Message]) -> str:
    """What the journal knows the question by."""
    return Request(tuple(messages), purpose=HOST).key
