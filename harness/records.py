"""What a run directory says of episodes and runs: frozen data, and their JSON.

`run.json` is one `RunRecord`; each line of `episodes.jsonl` one `EpisodeRecord`. `FORMAT` grows when
a reader of the old form would misunderstand the new one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from harness.types import Message, Score, Status, Usage

FORMAT = 1


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """One state of an episode's tree."""

    id: int
    parent: int | None
    messages: tuple[Message, ...]
    """What it added to the conversation; of the root, the prompt."""
    actions: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """(name, arguments) of what was executed; empty for an unreadable reply."""
    mistake: str | None = None
    """The kind of format error, if the reply could not be read."""
    observation: str = ""
    status: Status | None = None
    value: float | None = None
    aside: bool = False
    """A sibling was preferred; strategies did not follow it."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What strategies remarked, as far as it is plain data: plans, votes, judges' verdicts."""


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """One finished episode."""

    task: str
    sample: str
    epoch: int
    status: Status
    score: Score | None
    """None exactly for errors."""
    usage: Mapping[str, Usage] = field(default_factory=dict)
    """By purpose: act, judge, plan, reflect; `host` is what the environment asked, not the agent."""
    turns: int = 0
    """Replies on the submitted path; of an error, on the path that broke."""
    steps: int = 0
    """Replies executed over all branches."""
    seconds: float = 0.0
    started: float = 0.0
    """Unix time."""
    nodes: tuple[NodeRecord, ...] = ()
    leaf: int = 0
    """The node whose path was submitted; of an error, the newest."""
    spent: str | None = None
    """Which budget ended it, if one did."""
    error: Mapping[str, str] | None = None
    """side, who and what of a harness error."""
    attempt: int = 0

    @property
    def key(self) -> str:
        return episode_key(self.task, self.sample, self.epoch)

    def path(self) -> list[NodeRecord]:
        """From the root to the submitted leaf: the trajectory."""
        by_id = {n.id: n for n in self.nodes}
        node = by_id.get(self.leaf)
        nodes = []
        while node is not None:
            nodes.append(node)
            node = by_id[node.parent] if node.parent is not None else None
        return nodes[::-1]

    def to_json(self) -> dict[str, Any]:
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        said["score"] = None if self.score is None else asdict(self.score)
        said["usage"] = {k: asdict(u) for k, u in self.usage.items()}
        said["nodes"] = [_node_to_json(n) for n in self.nodes]
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        read = dict(said)
        read["status"] = Status(said["status"])
        read["score"] = None if said["score"] is None else Score(**said["score"])
        if read["score"] is not None and not isinstance(read["score"].value, int | float):
            raise ValueError(f"score {read['score'].value!r} is no number")
        read["usage"] = {k: Usage(**u) for k, u in said["usage"].items()}
        read["nodes"] = tuple(_node_from_json(n) for n in said["nodes"])
        return cls(**read)


def _node_to_json(node: NodeRecord) -> dict[str, Any]:
    said = {f.name: getattr(node, f.name) for f in fields(node)}
    said["messages"] = [m.to_json() for m in node.messages]
    for silent in ("notes", "aside"):
        if not said[silent]:
            del said[silent]
    return said


def _node_from_json(said: Mapping[str, Any]) -> NodeRecord:
    read = dict(said)
    read["messages"] = tuple(Message.from_json(m) for m in said["messages"])
    read["actions"] = tuple((name, given) for name, given in said["actions"])
    read["status"] = None if said["status"] is None else Status(said["status"])
    return NodeRecord(**read)


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One task of a run, with the content hash of everything its scores depend on."""

    name: str
    profile: str
    protocol: str
    split: str
    samples: tuple[str, ...]
    """Ids, in order; times `epochs` they are the planned episodes."""
    fingerprint: Mapping[str, str]
    """Content hash by part: prompts, protocol, limits, data, grader, engine."""
    engine: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Samples that cannot be played here: id to reason."""
    macro: bool = False
    """The score is the mean of category means."""
    tools: tuple[Mapping[str, Any], ...] = ()
    """What the agent could call, as OpenAI function schemas; empty under the text protocol."""

    def differing(self, other: "TaskRecord") -> list[str]:
        """The parts of the content hash in which two records of a task disagree."""
        mine, its = self.fingerprint, other.fingerprint
        return [part for part in dict.fromkeys((*mine, *its)) if mine.get(part) != its.get(part)]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Where the results of a run directory come from."""

    model: str
    strategy: str
    """As typed, with its options: `multibranch(branches=3)`."""
    oracle: bool
    tasks: tuple[TaskRecord, ...]
    epochs: int
    seed: int
    plan: str
    """Digest of everything that decides the episodes; equal plans resume one another."""
    command: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    """The options of the command line that decide the run."""
    plugins: Mapping[str, str] = field(default_factory=dict)
    """Name to origin and version. Here and below, `A, then B` where a resumed run went on with another."""
    machine: Mapping[str, str] = field(default_factory=dict)
    model_facts: Mapping[str, str] = field(default_factory=dict)
    """`Model.describe` of the acting model, and of the judge model as `judge ...`."""
    created: str = ""
    format: int = FORMAT

    def task(self, name: str) -> TaskRecord:
        return next(t for t in self.tasks if t.name == name)

    def keys(self) -> list[str]:
        """The planned episodes, in order."""
        epochs = range(1, self.epochs + 1)
        return [episode_key(t.name, s, e) for t in self.tasks for e in epochs for s in t.samples]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        tasks = tuple(TaskRecord(**{**t, "samples": tuple(t["samples"])}) for t in said["tasks"])
        if not isinstance(said["epochs"], int):
            raise ValueError(f"epochs {said['epochs']!r} is no whole number")
        return cls(**{**said, "tasks": tasks})


def episode_key(task: str, sample: str, epoch: int) -> str:
    """The name of an episode within its run."""
    return f"{task}/{sample}#{epoch}"
