"""Preference pairs from episodes, and the exporter `dpo` that writes them.

    harness export runs/ --format dpo -o data/pairs.jsonl
    harness train dpo RECIPE --set data.agent=data/pairs.jsonl

Two kinds, as far as the episodes give them:

branch      the same prompt, several replies (multi-branch strategies): the one that was followed against each
            that was put aside. Only of episodes that reached the full score: a judge's choice in an episode
            that failed shows nothing.
trajectory  the same sample, several episodes: a best one against each that scored less (ETO, Song et al.
            2024, arXiv 2403.02502). As there, what failed is cut to five turns more than what succeeded. Of
            it, replies that could not be read count too: they become less likely, and never likelier. Advice
            that a strategy gave at later turns is left out of both, so that each is one conversation.

A file is JSONL, one pair a line: {"id", "problem", "kind", "chosen": {...}, "rejected": {...}}, both
sides conversations as in `conversation.py`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness import Exporter, Message, Picked, ToolCall, UsageError, hookimpl
from harness.whole import whole

from .conversation import Conversation, Turn, from_json, to_json
from .episodes import Sent, calls, joined, of_episode
from .sources import items, speakable

FULL = 1.0
SCATTERED = "whose prompts show a part of the history only, or that hold no reply"
MORE_TURNS = 5
"""Turns that a failed trajectory may have more than the one it is compared with."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two conversations that begin alike; the agent's turns of the first are to become likelier."""

    id: str
    problem: str
    kind: str
    """branch or trajectory."""
    chosen: Conversation
    rejected: Conversation


def pairs(picked: Sequence[Picked], left: Counter[str]) -> Iterator[Pair]:
    """Those of all runs; trajectories are compared across runs of one task and profile.

    `left` counts the episodes that could not be compared, by reason.
    """
    for one in picked:
        yield from branches(one)
    yield from trajectories(picked, left)


def branches(picked: Picked) -> Iterator[Pair]:
    """What was followed against what was put aside, turn by turn."""
    asked = calls(picked)
    for episode in picked.episodes:
        if episode.score is None or episode.score.value < FULL:
            continue
        path = episode.path()
        for turn in range(1, len(path)):
            taken = path[turn].messages[0]
            call = asked[episode.key].of(path[turn], turn - 1) if episode.key in asked else None
            others = _others(call, taken) if call else []
            for number, other in enumerate(others):
                prompt = [Turn(m) for m in call["prompt"]] if call else []
                chosen, rejected = (
                    of_episode(picked, episode, [*prompt, Turn(m, True)], f"/{turn}-{number}")
                    for m in (taken, other)
                )
                yield Pair(chosen.id, chosen.problem, "branch", chosen, rejected)


def _others(call: Mapping[str, Any], taken: Message) -> list[Message]:
    """The other replies, each once."""
    found: list[Message] = []
    for said in call["replies"]:
        wanted = tuple(
            ToolCall(f"call_{n}", c["name"], c["arguments"]) for n, c in enumerate(said["tool_calls"])
        )
        message = Message("assistant", said["text"], wanted)
        alike = [taken, *found]
        if any(_words(message) == _words(m) for m in alike) or not (said["text"].strip() or wanted):
            continue
        found.append(message)
    return found


def _words(message: Message) -> tuple[str, tuple[tuple[str, str], ...]]:
    text = " ".join(message.content.split())
    return text, tuple((c.name, c.arguments) for c in message.tool_calls)


@dataclass(frozen=True, slots=True)
class _Path:
    """An episode that is one conversation."""

    row: Conversation
    """All the agent's replies count."""
    read: Conversation
    """Only those that could be read do."""
    score: float


def trajectories(picked: Sequence[Picked], left: Counter[str]) -> Iterator[Pair]:
    """A best episode of each sample against each that scored less."""
    for paths in _by_sample(picked, left):
        best = max(paths, key=lambda p: (p.score, p.read.trained > 0))
        for number, worse in enumerate(p for p in paths if p.score < best.score):
            rejected = _cut(worse.row, best.row.trained + MORE_TURNS)
            if not best.read.trained:
                left["worse than an episode of which no reply could be read"] += 1
            elif _prompt(best.row) != _prompt(rejected):
                left["that do not begin with the prompt of the best of their sample"] += 1
            else:
                yield Pair(f"{best.row.id}/{number}", best.row.problem, "trajectory", best.read, rejected)


def _by_sample(picked: Sequence[Picked], left: Counter[str]) -> Iterable[list[_Path]]:
    """The scored episodes that are one conversation, those of one task, profile and sample together."""
    found: dict[tuple[str, str, str], list[_Path]] = {}
    for one in picked:
        said = calls(one)
        for episode in one.episodes:
            if episode.score is None:
                continue
            turns = joined(said.get(episode.key, Sent()), episode.path())
            if not turns:
                left[SCATTERED] += 1
                continue
            row = of_episode(one, episode, turns)
            readable = [node.mistake is None for node in episode.path()[1:]]
            key = (episode.task, str(one.run.record.task(episode.task).profile), episode.sample)
            found.setdefault(key, []).append(_Path(row, _only(row, readable), episode.score.value))
    return found.values()


def _only(row: Conversation, wanted: Iterable[bool]) -> Conversation:
    """Of the replies that count, only those count on that are wanted."""
    asked = iter(wanted)
    return replace(row, turns=tuple(replace(t, train=next(asked)) if t.train else t for t in row.turns))


def _prompt(row: Conversation) -> list[Message]:
    """What stands before the agent's first turn."""
    first = next((n for n, t in enumerate(row.turns) if t.train), len(row.turns))
    return [t.message for t in row.turns[:first]]


def _cut(row: Conversation, turns: int) -> Conversation:
    """At most so many trained turns, and nothing after the last."""
    trained = [n for n, t in enumerate(row.turns) if t.train][:turns]
    return replace(row, turns=row.turns[: trained[-1] + 1]) if trained else row


# The file


def write(found: Iterable[Pair], file: Path) -> dict[str, int]:
    """Write a JSONL file, whole or not at all. Returns how many pairs there are of each kind."""
    counts: dict[str, int] = {}
    with whole(file) as lines:
        for pair in found:
            counts[pair.kind] = counts.get(pair.kind, 0) + 1
            said = {"id": pair.id, "problem": pair.problem, "kind": pair.kind}
            sides = {"chosen": to_json(pair.chosen), "rejected": to_json(pair.rejected)}
            lines.write(json.dumps(said | sides, ensure_ascii=False) + "\n")
    return counts


def read(file: Path) -> Iterator[Pair]:
    """The pairs of a file. Raises `UsageError` with file and line for anything else."""
    for where, said in items(file):
        try:
            yield _pair(said)
        except (ValueError, KeyError, TypeError, AttributeError) as e:
            raise UsageError(
                f"{where}: not a preference pair ({type(e).__name__}: {e}); expected one JSON object a line "
                "with id, problem, chosen and rejected, as `harness export --format dpo` writes them"
            ) from None


def _pair(said: Mapping[str, Any]) -> Pair:
    chosen, rejected = (speakable(from_json(said[side])) for side in ("chosen", "rejected"))
    if not chosen.trained or not rejected.trained:
        raise ValueError("a side without a turn of the agent")
    return Pair(str(said["id"]), str(said["problem"]), str(said.get("kind", "")), chosen, rejected)


class Dpo(Exporter):
    """See the module."""

    def write(self, runs: Sequence[Picked], target: Path) -> str:
        left: Counter[str] = Counter()
        found = list(pairs(runs, left))
        without = "".join(f"\nleft out: {n} episodes {why}" for why, n in left.items())
        if not found:
            raise UsageError(
                "these episodes hold no pair: neither several replies to one prompt in an episode of full "
                "score, nor episodes of one sample that scored differently and are one conversation each; "
                f"use --strategy multibranch, or --epochs with a --temperature{without}"
            )
        counts = write(found, target)
        said = ", ".join(f"{n} of kind {kind}" for kind, n in sorted(counts.items()))
        return f"{target}: {sum(counts.values())} pairs, {said}{without}"


@hookimpl
def harness_exporter(format: str) -> Exporter | None:
    return Dpo() if format == "dpo" else None
