"""The toy world of the strategy tests: a walk on a line, on the real contracts."""

import asyncio
import copy
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from harness import (
    Action,
    Capabilities,
    ContextLimit,
    Environment,
    Generation,
    Model,
    Node,
    Observation,
    Reply,
    Request,
    Response,
    Score,
    Status,
    Strategy,
    TextRules,
    Tree,
    Usage,
)
from harness.loop import play
from harness.meter import Meter
from harness.types import Limits

NO_LIMITS = Limits()


class Line(Environment):
    """From 0 to +goal by `right` and `left`; -goal ends the walk too, but scores nothing."""

    capabilities = Capabilities(fork=True)
    opened = closed = 0

    def __init__(self, goal: int = 3) -> None:
        self.goal = goal
        self.x = 0
        type(self).opened += 1

    def reset(self) -> Observation:
        self.x = 0
        return Observation(f"Walk to {self.goal}. You are at 0.")

    def step(self, action: Action) -> Observation:
        way = action.arguments["input"]
        if way not in ("right", "left"):
            return Observation(f"Nothing happens. You are at {self.x}.")
        self.x += 1 if way == "right" else -1
        ended = Status.COMPLETED if abs(self.x) == self.goal else None
        return Observation(f"You are at {self.x}.", ended)

    def fork(self) -> Environment:
        type(self).opened += 1
        return copy.copy(self)

    def score(self) -> Score:
        return Score(float(self.x == self.goal))

    def close(self) -> None:
        type(self).closed += 1


class Unforkable(Line):
    capabilities = Capabilities(fork=False)

    def fork(self) -> Environment:
        raise AssertionError("the host forked what cannot be forked")


class Moody(Unforkable):
    """Not deterministic: no two of it say the same."""

    count = 0

    def reset(self) -> Observation:
        Moody.count += 1
        return super().reset()

    def step(self, action: Action) -> Observation:
        seen = super().step(action)
        return Observation(f"{seen.text} (mood {Moody.count})", seen.status)


Answer = str | Callable[[Request], str]


class Scripted(Model):
    """Answers each purpose from its own list, by turns; the last answer stays."""

    name = "test/scripted"

    def __init__(self, act: Sequence[Answer] = ("right",), **others: Sequence[Answer]) -> None:
        self.answers = {"act": list(act), **{k: list(v) for k, v in others.items()}}
        self.requests: list[Request] = []

    async def generate(self, request: Request) -> Response:
        self.requests.append(request)
        replies = [self._reply(request) for _ in range(request.n)]
        return Response(tuple(replies), Usage(prompt_tokens=10, completion_tokens=5))

    def _reply(self, request: Request) -> Reply:
        queue = self.answers.get(request.purpose, ["no idea"])
        said = queue.pop(0) if len(queue) > 1 else queue[0]
        text = said(request) if callable(said) else said
        if text == "TOO LONG":
            raise ContextLimit("the prompt does not fit")
        return Reply(f"Action: {text}" if text in ("right", "left", "stay") else text)

    def asked(self, purpose: str) -> list[str]:
        """The last message of each request for `purpose`."""
        return [r.messages[-1].content for r in self.requests if r.purpose == purpose]


class Walker(Scripted):
    """Walks right with a chance of `p`; as a judge it likes `right`, +goal, and nothing else."""

    def __init__(self, p: float, seed: int) -> None:
        draw = Random(seed)
        super().__init__(
            [lambda r: "right" if draw.random() < p else "left"],
            judge=[best],
            plan=["1. reach 1\n2. reach 2\n3. reach 3"],
        )


def best(request: Request) -> str:
    """What a judge says that knows the way."""
    text = request.messages[-1].content
    if not request.candidates:
        return "Yes" if re.search(r"You are at 3\.", text) else "No"
    listed = re.split(r"Candidates:|Attempts:", text)[-1]
    values = [_value(b) for b in re.split(r"^\d+\. ", listed, flags=re.MULTILINE)[1:]]
    return f"Candidate {values.index(max(values)) + 1}"


def _value(text: str) -> float:
    at = re.findall(r"You are at (-?\d+)", text)
    return float(at[-1]) if at else float("right" in text)


class Diary:
    """A journal in memory, and the answers of an earlier one."""

    def __init__(self, earlier: "Diary | None" = None) -> None:
        self.lines: list[tuple[Any, ...]] = []
        self.answers: dict[int, tuple[str, Response]] = dict(earlier.answers) if earlier else {}

    def past(self, seq: int, request: Request, key: str) -> Response | None:
        asked, response = self.answers.get(seq, (key, None))
        assert asked == key, f"call {seq} asks something else than the first time"
        return response

    def call(self, seq: int, request: Request, key: str, response: Response) -> None:
        self.answers[seq] = (key, response)
        said = tuple(r.text for r in response.replies)
        self.lines.append((seq, request.purpose, request.n, request.generation, key, said))

    def step(self, node: int, parent: int, actions: str, seen: Observation, status: Status | None) -> None:
        self.lines.append((node, parent, actions, seen, status))


class Played(NamedTuple):
    tree: Tree
    leaf: Node
    score: float
    diary: Diary

    @property
    def journal(self) -> list[tuple[Any, ...]]:
        return self.diary.lines

    @property
    def ways(self) -> list[str]:
        """What was done on the submitted path."""
        return [str(n.candidate.actions[0].arguments["input"]) for n in self.leaf.path()[1:] if n.candidate]


async def _inline(function: Callable[..., Any], *given: Any) -> Any:
    return function(*given)


async def episode(
    strategies: Sequence[Strategy],
    model: Model,
    world: Callable[[], Environment] = Line,
    rules: TextRules | None = None,
    limits: Limits = NO_LIMITS,
    seed: int = 0,
    earlier: Diary | None = None,
) -> Played:
    """One episode, set up as the runner does it."""
    rules = rules or TextRules("Write 'Action: right' or 'Action: left'.", turns=8)
    first = world()
    problem = first.reset()
    root = Node(0, None, None, problem, tuple(rules.prompt(problem)), environment=first)
    diary = Diary(earlier)
    meter = Meter({"act": model}, Generation(temperature=1.0), limits=limits, seed=seed, journal=diary)
    keep = any(s.returns for s in strategies)
    tree = Tree(root, rules, meter, Random(seed), limits, world, _inline, keep, nodes=[root])
    try:
        leaf = await play(tree, strategies)
        return Played(tree, leaf, (await tree.grade(leaf)).value, diary)
    finally:
        await tree.close()


def run(strategies: Sequence[Strategy], model: Model, **how: Any) -> Played:
    return asyncio.run(episode(strategies, model, **how))


def rate(make: Callable[[], Sequence[Strategy]], p: float, n: int = 120, **how: Any) -> float:
    """The mean score of `n` seeded episodes."""
    return sum(run(make(), Walker(p, seed), seed=seed, **how).score for seed in range(n)) / n
