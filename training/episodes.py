"""Episodes as conversations: what the agent read and wrote on the path it submitted.

The journal has each prompt as it was sent. Where the prompts of a path grow one out of the other, the path
is one conversation, and every reply of the agent is trained on, but one that could not be read: then only
the correction is learnt. Few-shot turns and observations never are.
Where the rules show only a part of the history (a cut, or a question at a time), each turn is a row of its
own: a model is trained on what it will see. Abandoned branches are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness import Message, Picked, UsageError

from .conversation import Conversation, Turn


@dataclass(frozen=True, slots=True)
class Asked:
    """One turn of the agent: what it was sent, and what it replied."""

    prompt: tuple[Message, ...]
    reply: Message
    readable: bool = True


def conversations(picked: Picked) -> Iterator[Conversation]:
    """The rows of one run's episodes, in order. Raises `UsageError` where the journal is not whole."""
    said = calls(picked)
    for episode in picked.episodes:
        sent = said.get(episode.key, Sent())
        asked = [_asked(sent, node, turn) for turn, node in enumerate(episode.path()[1:])]
        rows = list(_rows(asked))
        for number, turns in enumerate(rows):
            yield of_episode(picked, episode, turns, "" if len(rows) == 1 else f"/{number}")


def of_episode(picked: Picked, episode: Any, turns: Sequence[Turn], part: str = "") -> Conversation:
    """A row that says where it comes from, and what is known of the episode."""
    record = picked.run.record
    task = record.task(episode.task)
    source = {
        "kind": "agent",
        "run": picked.run.path.name,
        "model": record.model,
        "strategy": record.strategy,
        "task": episode.task,
        "profile": task.profile,
        "split": task.split,
        "reward": episode.score.value if episode.score else None,
        "status": str(episode.status),
    }
    name, problem = f"{picked.run.path.name}/{episode.key}{part}", f"{episode.task}/{episode.sample}"
    return Conversation(name, problem, tuple(turns), tuple(task.tools), source)


def _rows(asked: Sequence[Asked]) -> Iterator[tuple[Turn, ...]]:
    """Turns joined as long as each prompt begins with the conversation so far."""
    turns: list[Turn] = []
    for one in asked:
        said = [t.message for t in turns]
        if turns and list(one.prompt[: len(said)]) != said:
            yield tuple(turns)
            turns = []
        turns += [Turn(m) for m in one.prompt[len(turns) :]]
        turns.append(Turn(one.reply, train=one.readable))
    if turns:
        yield tuple(turns)


@dataclass(frozen=True, slots=True)
class Sent:
    """An episode's acting calls in the order in which they were made, and when each state came about."""

    calls: list[Mapping[str, Any]] = field(default_factory=list)
    messages: dict[int, Message] = field(default_factory=dict)
    before: dict[int, int] = field(default_factory=dict)
    """By state: how many of the calls were made before its actions were carried out."""

    def of(self, node: Any, turn: int) -> Mapping[str, Any] | None:
        """The call that the reply of `node` came from. Paths of one episode may hold equal replies at equal
        turns, so it is the last that was answered so before the state came about."""
        reply: Message = node.messages[0]
        made = reversed(self.calls[: self.before.get(node.id)])
        here = (call for call in made if call.get("turn", turn) == turn)
        return next((call for call in here if any(_same(r, reply) for r in call["replies"])), None)


def calls(picked: Picked) -> dict[str, Sent]:
    """The acting calls of each picked episode's last attempt, their messages filled in (`prompt`)."""
    attempts = {e.key: e.attempt for e in picked.episodes}
    found: dict[str, Sent] = {}
    for line in picked.run.events():
        key = line["episode"]
        if line["attempt"] != attempts.get(key):
            continue
        sent = found.setdefault(key, Sent())
        if line["event"] == "step":
            sent.before.setdefault(line["node"], len(sent.calls))
        elif line["event"] == "call":
            sent.messages.update({int(i): Message.from_json(m) for i, m in line["new"].items()})
            if line["purpose"] == "act":
                prompt = tuple(sent.messages[i] for i in line["messages"])
                sent.calls.append({**line, "prompt": prompt})
    return found


def joined(sent: Sent, path: Sequence[Any]) -> tuple[Turn, ...]:
    """A path as one conversation, all replies marked: the first prompt as it was sent, then what its states
    hold, without the advice that a strategy gave at later turns. Empty where other history was shown.
    """
    turns: list[Turn] = []
    history: list[Message] = []
    for turn, node in enumerate(path[1:]):
        history += path[turn].messages
        prompt = _asked(sent, node, turn).prompt
        if not _continued(prompt, history):
            return ()
        turns += [Turn(m) for m in (path[turn].messages[1:] if turn else prompt)]
        turns.append(Turn(node.messages[0], True))
    return tuple(turns)


def _continued(prompt: Sequence[Message], history: Sequence[Message]) -> bool:
    """Whether a prompt is this history; advice stands in its last message, or after it."""
    last = len(history) - 1
    if list(prompt[:last]) != list(history[:last]) or len(prompt) <= last:
        return False
    said = prompt[last]
    return said == replace(history[last], content=said.content) and said.content.startswith(
        history[last].content
    )


def _asked(sent: Sent, node: Any, turn: int) -> Asked:
    if (call := sent.of(node, turn)) is None:
        raise UsageError(f"the journal lacks the call that state {node.id} came from; is events.jsonl whole?")
    return Asked(call["prompt"], node.messages[0], node.mistake is None)


def _same(said: Mapping[str, Any], reply: Message) -> bool:
    """Whether a reply of the journal is this message."""
    calls = tuple((c["name"], c["arguments"]) for c in said["tool_calls"])
    return said["text"] == reply.content and calls == tuple((c.name, c.arguments) for c in reply.tool_calls)
