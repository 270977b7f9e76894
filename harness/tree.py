"""The states of one episode. A ReAct episode is a tree with one branch."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, cast

from harness.environment import Environment
from harness.errors import BudgetSpent, EnvironmentFailure, FormatError, blame
from harness.meter import Meter
from harness.rules import Rules
from harness.types import Action, Limits, Message, Observation, Reply, Score, Status

Work = Callable[..., Awaitable[Any]]
"""Runs a blocking call in a worker thread: `await work(function, *arguments)`."""

SPARE = 4
"""Worlds of states put aside that an episode holds on to; coming back to others replays them."""


class Unrepeatable(EnvironmentFailure):
    """A state that was given back cannot be come back to: played again, its actions showed something else.

    Where the environment forks this is no failure of it: a clock may have been asked for the time.
    """


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reply that may be executed: its actions, or why it holds none."""

    reply: Reply
    actions: tuple[Action, ...] = ()
    error: FormatError | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """Equal for candidates that do the same; an unreadable reply stands for itself."""
        return "; ".join(a.key for a in self.actions) if self.actions else self.reply.text.strip()

    def __str__(self) -> str:
        return "; ".join(map(str, self.actions)) if self.actions else self.reply.text.strip()


@dataclass(slots=True, eq=False)
class Node:
    """One state: the reply that led here, what was then seen, the world as it is now."""

    id: int
    parent: "Node | None"
    candidate: Candidate | None
    observation: Observation
    messages: tuple[Message, ...]
    """What this node adds to the conversation; of the root, the whole prompt."""
    depth: int = 0
    status: Status | None = None
    """Set once the path ends here."""
    environment: Environment | None = field(default=None, repr=False)
    """None once it was moved on to a child, or never needed."""
    children: "list[Node]" = field(default_factory=list, repr=False)
    value: float | None = None
    """What a strategy thinks of this state; never the true score."""
    aside: bool = False
    """A strategy follows a sibling instead: not selected or submitted by default."""
    notes: dict[str, Any] = field(default_factory=dict, repr=False)
    """A strategy's own remarks on this state."""

    @property
    def open(self) -> bool:
        return self.status is None

    def path(self) -> "list[Node]":
        """From the root to here."""
        nodes, node = [self], self
        while node.parent is not None:
            nodes.append(node := node.parent)
        return nodes[::-1]


@dataclass(slots=True, eq=False)
class Tree:
    """An episode's states and everything a strategy may ask for."""

    root: Node
    rules: Rules
    model: Meter
    random: Random
    """Seeded by the episode: the same run draws the same numbers."""
    limits: Limits
    fresh: Callable[[], Environment]
    work: Work
    keep: bool
    nodes: list[Node] = field(default_factory=list)
    steps: int = 0
    spent: str | None = None
    """Which budget ended the episode, if one did."""

    def messages(self, node: Node, advice: Sequence[str | Message] = ()) -> list[Message]:
        """The prompt of a turn at `node`: the history as the rules show it, then the advice."""
        shown = self.rules.view([m for n in node.path() for m in n.messages])
        texts = [a for a in advice if isinstance(a, str)]
        shown += [a for a in advice if isinstance(a, Message)]
        if texts:
            added = "\n\n".join(texts)
            if shown and shown[-1].role == "user":
                shown[-1] = Message("user", f"{shown[-1].content}\n\n{added}")
            else:
                shown.append(Message("user", added))
        return shown

    async def propose(
        self,
        node: Node,
        advice: Sequence[str | Message] = (),
        n: int = 1,
        temperature: float | None = None,
    ) -> list[Candidate]:
        """`n` replies of the acting model at `node`, read by the rules."""
        replies = await self.model.generate(
            self.messages(node, advice),
            n=n,
            temperature=temperature,
            stop=self.rules.stop,
            tools=self.rules.tools,
            turn=node.depth,
        )
        last = 0 < self.rules.turns <= node.depth + 1
        return [self.read(r, last) for r in replies]

    def read(self, reply: Reply, last: bool = False) -> Candidate:
        """A reply, the last of its path or not, as the rules read it; none is too strange to be read."""
        try:
            with blame(type(self.rules).__name__, "parse", kind="rules"):
                actions = self.rules.parse_last(reply) if last else self.rules.parse(reply)
            if not actions:
                raise FormatError("The reply holds no action.")
        except FormatError as error:
            return Candidate(reply, error=error)
        return Candidate(reply, tuple(replace(a, arguments=_sendable(a.arguments)) for a in actions))

    async def ask(self, purpose: str, messages: Sequence[Message], **how: Any) -> str:
        """The text of one reply to a question that is no turn: to a planner or a judge."""
        (reply,) = await self.model.generate(list(messages), purpose=purpose, **how)
        return reply.text

    async def expand(self, node: Node, candidate: Candidate) -> Node:
        """Execute `candidate` at `node`: fork if a strategy may come back, step, record."""
        if not node.open:
            raise ValueError(f"node {node.id} has ended ({node.status}); it cannot be expanded")
        if 0 < self.limits.steps <= self.steps:
            raise BudgetSpent(f"{self.limits.steps} steps")
        world = await self._world(node)
        self.steps += 1
        seen: list[tuple[Action | None, Observation]] = []
        try:
            with blame(type(world).__name__, "step", EnvironmentFailure, "environment"):
                seen += await self._steps(world, candidate)
            with blame(type(self.rules).__name__, "feedback", kind="rules"):
                if candidate.error is not None:
                    seen.append((None, self.rules.mistake(candidate.error)))
                shown = self.rules.feedback(candidate.reply, seen)
        except BaseException:
            await self.work(world.close)
            raise
        return self._add(node, candidate, [o for _, o in seen], shown, world)

    async def _steps(self, world: Environment, candidate: Candidate) -> list[tuple[Action, Observation]]:
        """Its actions one after another, until one ends the path."""
        seen: list[tuple[Action, Observation]] = []
        for action in candidate.actions:
            seen.append((action, await self.work(world.step, action)))
            if seen[-1][1].done:
                break
        return seen

    def _add(
        self,
        node: Node,
        candidate: Candidate,
        seen: list[Observation],
        shown: Sequence[Message],
        world: Environment,
    ) -> Node:
        last = seen[-1]
        together = Observation("\n".join(o.text for o in seen), last.status)
        messages = (candidate.reply.message, *shown)
        child = Node(len(self.nodes), node, candidate, together, messages, node.depth + 1, last.status, world)
        if child.open and 0 < self.rules.turns <= child.depth:
            child.status = Status.TASK_LIMIT
        node.children.append(child)
        self.nodes.append(child)
        self.model.saw(child.id, node.id, candidate, together, child.status)
        return child

    async def _world(self, node: Node) -> Environment:
        """The world at `node`, free to be stepped: moved on, forked, or played again."""
        world = await self._replay(node) if node.environment is None else node.environment
        stays = self.keep and world.capabilities.fork
        node.environment = world if stays else None
        if not stays:
            return world
        with blame(type(world).__name__, "fork", EnvironmentFailure, "environment"):
            forked = cast(Environment, await self.work(world.fork))
            forked.ask = world.ask
            return forked

    async def _replay(self, node: Node) -> Environment:
        """A fresh world in the state of `node`, by the same actions; it must show the same."""
        with blame("the task", "open", EnvironmentFailure, "environment of"):
            world = cast(Environment, await self.work(self.fresh))
        try:
            with blame(type(world).__name__, "replay", EnvironmentFailure, "environment"):
                self._same(await self.work(world.reset), self.root, EnvironmentFailure)
                differs = Unrepeatable if world.capabilities.fork else EnvironmentFailure
                for past in node.path()[1:]:
                    assert past.candidate is not None
                    seen = [o for _, o in await self._steps(world, past.candidate)]
                    if seen:
                        shown = Observation("\n".join(o.text for o in seen), seen[-1].status)
                        self._same(shown, past, differs)
        except BaseException:
            await self.work(world.close)
            raise
        return world

    def _same(self, seen: Observation, node: Node, failure: type[EnvironmentFailure]) -> None:
        if seen != node.observation:
            raise failure(
                "the environment is not deterministic: played again, the same actions showed "
                f"{seen.text[:200]!r} ({seen.status}) where they had shown "
                f"{node.observation.text[:200]!r} ({node.observation.status})"
            )

    def end(self, node: Node, status: Status) -> None:
        """Close the path at `node`."""
        node.status = status

    async def grade(self, leaf: Node) -> Score:
        """The true score of a leaf. For the host, after `submit`; strategies do not call it."""
        world = leaf.environment or await self._replay(leaf)
        leaf.environment = world
        with blame(type(world).__name__, "score", EnvironmentFailure, "environment"):
            score: Score = await self.work(world.score)
        if score.fault:
            raise EnvironmentFailure(f"{type(world).__name__} scored {score.fault}")
        return score

    async def spare(self) -> None:
        """Give back the worlds of states put aside, but for the newest that may be gone on from by a fork."""
        aside = [n for n in self.nodes if n.aside and n.environment is not None]
        usable = [n for n in aside if n.open and n.environment and n.environment.capabilities.fork]
        for node in [n for n in aside if n not in usable[-SPARE:]]:
            await self.release(node)

    async def release(self, node: Node) -> None:
        """Give back the world of a state that is not followed; coming back to it replays it."""
        if (world := node.environment) is not None:
            node.environment = None
            await self.work(world.close)

    async def close(self) -> None:
        """Give back every world that is still held, also after one of them failed to close."""
        async with AsyncExitStack() as held:
            for node in self.nodes:
                if (world := node.environment) is not None:
                    node.environment = None
                    held.push_async_callback(self.work, world.close)


def _sendable(thing: Any) -> Any:
    """Without lone surrogates: JSON can spell them, but no environment or server can be sent them."""
    if isinstance(thing, str):
        return thing.encode("utf-8", "replace").decode("utf-8")
    if isinstance(thing, Mapping):
        return {_sendable(k): _sendable(v) for k, v in thing.items()}
    return type(thing)(map(_sendable, thing)) if isinstance(thing, (list, tuple)) else thing
