"""Asks a teacher for problems, round by round, until enough of them hold.

Every reply is written to `asked.jsonl` as it arrives. What is drawn for a request follows from its number
alone, and replies are judged in the order of their numbers, so a later invocation goes on where this one
stopped and pays for nothing again.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from harness import ContextLimit, Generation, Model, Request, UsageError
from harness.runner import started
from harness.types import Usage

from .bench import Bench
from .money import Budget
from .screening import Screen

PURPOSE = "propose"


@dataclass(frozen=True, slots=True)
class Plan:
    """What decides which problems there will be."""

    count: int
    each: int
    """Problems that one request asks for."""
    most: int
    """Requests at most."""
    seed: int
    generation: Generation


@dataclass(frozen=True, slots=True)
class Reply:
    """A line of the journal."""

    request: int
    given: Mapping[str, Any]
    text: str
    finish: str
    usage: Usage
    messages: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class Journal:
    """`asked.jsonl`: one line a reply. A torn last line, left by a kill, is asked for again."""

    file: Path
    replies: dict[int, Reply] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.file.exists():
            return
        data = self.file.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            self.file.write_bytes(whole)
        for number, line in enumerate(whole.decode("utf-8", "surrogatepass").splitlines(), 1):
            try:
                said = json.loads(line)
                reply = Reply(**{**said, "usage": Usage(**said["usage"])})
            except (ValueError, TypeError, KeyError) as e:
                raise UsageError(
                    f"{self.file}:{number}: no reply of a teacher ({e}); give another --output"
                ) from e
            self.replies[reply.request] = reply

    @property
    def usage(self) -> Usage:
        return sum((r.usage for r in self.replies.values()), Usage())

    def add(self, reply: Reply) -> None:
        self.replies[reply.request] = reply
        with self.file.open("a", encoding="ascii") as lines:
            lines.write(json.dumps(asdict(reply)) + "\n")


Told = Callable[[Screen, Usage], None]


@dataclass(slots=True)
class Proposer:
    bench: Bench
    teacher: Model
    plan: Plan
    journal: Journal
    budget: Budget
    played: Usage
    """What earlier invocations paid for playing; the budget holds over that too."""
    at_once: int
    told: Told

    async def run(self, screen: Screen) -> str | None:
        """Ask and judge until enough problems are kept. Returns what ran out before that, if anything.

        The teacher is started only if it has to be asked.
        """
        number, running = 0, False
        async with AsyncExitStack() as stack:
            while len(screen.kept) < self.plan.count:
                if number >= self.plan.most:
                    return f"{self.plan.most} requests"
                wave = range(number, min(self.plan.most, number + self._width(screen)))
                missing = [n for n in wave if n not in self.journal.replies]
                if missing and (out := self.budget.spent(self.journal.usage + self.played)):
                    return out
                if missing and not running:
                    await stack.enter_async_context(started([self.teacher]))
                    running = True
                room = self.budget.room(self.journal.usage, len(self.journal.replies), self.played)
                await self._ask(missing[:room])
                while (
                    number in self.journal.replies and number in wave and len(screen.kept) < self.plan.count
                ):
                    self._judge(screen, number)
                    number += 1
        return None

    def _width(self, screen: Screen) -> int:
        """Requests of the next round: as many as would do if every problem held."""
        lacking = self.plan.count - len(screen.kept)
        return max(1, min(self.at_once, -(-lacking // self.plan.each)))

    async def _ask(self, numbers: list[int]) -> None:
        """At once; what has arrived when one fails, or when we are interrupted, is in the journal."""
        asking = [asyncio.ensure_future(self._one(number)) for number in numbers]
        try:
            await asyncio.gather(*asking)
        except BaseException:
            for one in asking:
                one.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
            raise

    async def _one(self, number: int) -> None:
        wanted = self.bench.wanted(self.plan.seed, number, self.plan.each)
        episode = self.bench.episode(self.plan.seed, number)
        generation = replace(self.plan.generation, seed=episode.seed)
        began = time.monotonic()
        messages = tuple(m.to_json() for m in wanted.messages)
        try:
            answer = await self.teacher.bind(episode).generate(
                Request(wanted.messages, 1, generation, purpose=PURPOSE)
            )
        except ContextLimit as e:
            raise UsageError(f"a request does not fit into the teacher's context: {e}") from e
        usage = replace(answer.usage, calls=1, seconds=round(time.monotonic() - began, 3))
        said = answer.replies[0]
        self.journal.add(Reply(number, wanted.given, said.text, said.finish, usage, messages))

    def _judge(self, screen: Screen, number: int) -> None:
        reply = self.journal.replies[number]
        screen.take(number, reply.given, reply.text, reply.finish, self.plan.count)
        self.told(screen, self.journal.usage)
