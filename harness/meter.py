"""An episode's model calls: counted by purpose, held to the budgets, written to the journal."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from harness.errors import BudgetSpent, ContextLimit, HarnessError, ModelError
from harness.model import Generation, Model, Request, Response
from harness.rules import Tool
from harness.types import HOST, Limits, Message, Observation, Reply, Status, Usage, of_agent


class Journal(Protocol):
    """Where calls and observations of one episode are written, and what an earlier try wrote."""

    def past(self, seq: int, request: Request, key: str) -> Response | None:
        """The recorded answer to call `seq`. Raises `Diverged` if it was another request."""

    def call(self, seq: int, request: Request, key: str, response: Response) -> None:
        """No replies say that the request did not fit into the model's context."""

    def step(
        self, node: int, parent: int, actions: str, seen: Observation, status: Status | None
    ) -> None: ...


class Diverged(HarnessError):
    """A resumed episode asked something else than it did before it was interrupted."""


class Unwritten:
    """A journal that keeps nothing, for tests and audits."""

    def past(self, seq: int, request: Request, key: str) -> Response | None:
        return None

    def call(self, seq: int, request: Request, key: str, response: Response) -> None: ...

    def step(
        self, node: int, parent: int, actions: str, seen: Observation, status: Status | None
    ) -> None: ...


@dataclass(slots=True)
class Meter:
    """The one way from a strategy to a model."""

    models: dict[str, Model]
    """By purpose; `act` answers for purposes that have no model of their own."""
    generation: Generation = Generation()
    limits: Limits = Limits()
    seed: int = 0
    journal: Journal = field(default_factory=Unwritten)
    told: Callable[[str, Usage], None] = lambda purpose, usage: None
    usage: dict[str, Usage] = field(default_factory=dict)
    clock: float = field(default_factory=time.monotonic)
    elapsed_before: float = 0.0
    """Model seconds of answers taken from the journal: an interrupted try counts."""
    calls: int = 0

    @property
    def total(self) -> Usage:
        return sum(self.usage.values(), Usage())

    async def generate(
        self,
        messages: Sequence[Message],
        *,
        purpose: str = "act",
        n: int = 1,
        temperature: float | None = None,
        max_tokens: int | None = None,
        stop: tuple[str, ...] = (),
        tools: tuple[Tool, ...] = (),
        turn: int = 0,
        candidates: int = 0,
    ) -> list[Reply]:
        """`n` replies. Raises `BudgetSpent` before a call that no budget is left for.

        Calls of the environment itself (purpose `host`) are made in any case: they are not the agent's.
        """
        if purpose != HOST:
            self.check()
        generation = replace(
            self.generation,
            stop=stop,
            seed=(self.seed + self.calls) % 2**31,
            temperature=self.generation.temperature if temperature is None else temperature,
            max_tokens=max_tokens or self.generation.max_tokens,
        )
        request = Request(tuple(messages), n, generation, tools, purpose, turn, candidates)
        response = await self._answer(request)
        self.usage[purpose] = self.usage.get(purpose, Usage()) + response.usage
        self.told(purpose, response.usage)
        return list(response.replies[:n])

    async def _answer(self, request: Request) -> Response:
        seq, self.calls = self.calls, self.calls + 1
        key = request.key
        past = self.journal.past(seq, request, key)
        if past is not None:
            if not past.replies:
                raise ContextLimit(f"call {seq} did not fit into the model's context before either")
            self.elapsed_before += past.usage.seconds
            return past
        model = self.models.get(request.purpose, self.models["act"])
        began = time.monotonic()
        left = self.limits.seconds - self.seconds if self.limits.seconds else None
        try:
            async with asyncio.timeout(left):
                response = await model.generate(request)
            if not response.replies:
                raise ModelError(f"the model gave no reply to a request for {request.n}")
        except ContextLimit:
            self.journal.call(seq, request, key, Response(()))
            raise
        except TimeoutError as e:
            if left is None or self.seconds < self.limits.seconds:
                raise
            raise self._out_of_time(seq, e) from None
        usage = replace(response.usage, calls=1, seconds=time.monotonic() - began)
        response = replace(response, usage=usage)
        self.journal.call(seq, request, key, response)
        return response

    def _out_of_time(self, seq: int, e: TimeoutError) -> Exception:
        """A slow agent has spent its budget; a server that fails, or that never answered, says nothing of it.

        Providers note failures on the cancellation that ends a call between two tries.
        """
        limit = f"{self.limits.seconds:g} s"
        if notes := getattr(e.__cause__, "__notes__", ()):
            return ModelError(f"the episode's {limit} passed while the model failed; {'; '.join(notes)}")
        if seq == 0:
            return ModelError(f"the model did not answer once in the {limit} that an episode may take")
        return BudgetSpent(limit)

    def check(self) -> None:
        """Raise `BudgetSpent` if a budget is used up. Tokens of the environment's own calls are not
        the agent's; their money and time are spent all the same."""
        limits = self.limits
        if 0 < limits.tokens <= of_agent(self.usage).tokens:
            raise BudgetSpent(f"{limits.tokens} tokens")
        if 0 < limits.cost <= self.total.cost:
            raise BudgetSpent(f"${limits.cost}")
        if 0 < limits.seconds <= self.seconds:
            raise BudgetSpent(f"{limits.seconds:g} s")

    @property
    def seconds(self) -> float:
        """Time the episode has taken, an interrupted try's model calls included."""
        return time.monotonic() - self.clock + self.elapsed_before

    def saw(self, node: int, parent: int, candidate: Any, seen: Observation, status: Status | None) -> None:
        """Write what a step showed."""
        self.journal.step(node, parent, str(candidate), seen, status)
