"""One episode's lines of `events.jsonl`, and the answers an interrupted try left there.

Messages are written once an episode and referred to by number, so the journal grows with the
conversation and not with its square.
"""

import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from harness.meter import Diverged
from harness.model import Request, Response
from harness.store import RunStore
from harness.types import HOST, Message, Observation, Reply, Status, ToolCall, Usage

Past = dict[int, dict[str, Any]]
"""Call number to its line."""


class EpisodeJournal:
    """Writes what an episode asks and sees; answers what it asked before it was interrupted."""

    def __init__(self, store: RunStore, episode: str, attempt: int, past: Past | None = None) -> None:
        self.store = store
        self.episode = episode
        self.attempt = attempt
        self._past = past or {}
        self._known: dict[Message, int] = {}

    def past(self, seq: int, request: Request, key: str) -> Response | None:
        if (line := self._past.get(seq)) is None:
            return None
        if line["key"] != key:
            raise Diverged(
                f"{self.episode} asked something else at call {seq} than before it was interrupted"
            )
        self._number(request.messages)
        return response(line)

    def call(self, seq: int, request: Request, key: str, response: Response) -> None:
        new = self._number(request.messages)
        self.store.add_event(
            {
                "event": "call",
                "episode": self.episode,
                "attempt": self.attempt,
                "seq": seq,
                "key": key,
                "time": round(time.time(), 3),
                "purpose": request.purpose,
                "turn": request.turn,
                "n": request.n,
                "generation": asdict(request.generation),
                "new": {i: m.to_json() for i, m in new},
                "messages": [self._known[m] for m in request.messages],
                "replies": [asdict(r) for r in response.replies],
                "usage": asdict(response.usage),
            }
        )

    def step(self, node: int, parent: int, actions: str, seen: Observation, status: Status | None) -> None:
        self.store.add_event(
            {
                "event": "step",
                "episode": self.episode,
                "attempt": self.attempt,
                "node": node,
                "parent": parent,
                "actions": actions,
                "observation": seen.text,
                "status": status,
            }
        )

    def _number(self, messages: Iterable[Message]) -> list[tuple[int, Message]]:
        new = []
        for message in messages:
            if message not in self._known:
                self._known[message] = len(self._known)
                new.append((self._known[message], message))
        return new


def response(line: dict[str, Any]) -> Response:
    """The response that a journal line records."""
    replies = tuple(
        Reply(r["text"], tuple(ToolCall(**c) for c in r["tool_calls"]), r["finish"]) for r in line["replies"]
    )
    return Response(replies, Usage(**line["usage"]))


def host_answers(store: RunStore) -> dict[str, dict[str, str]]:
    """What environments were answered by their judge model: episode to question to reply."""
    found: dict[str, dict[str, str]] = {}
    for line in store.events():
        if line["event"] == "call" and line["purpose"] == HOST and line["replies"]:
            found.setdefault(line["episode"], {})[line["key"]] = line["replies"][0]["text"]
    return found


def tries(store: RunStore, failed: dict[str, int]) -> dict[str, tuple[int, Past]]:
    """Where each episode of the journal goes on: its attempt, and what that was answered so far.

    `failed` maps episodes that ended as an error to the attempt that did; those start anew.
    """
    past: dict[str, tuple[int, Past]] = {key: (attempt + 1, {}) for key, attempt in failed.items()}
    for line in store.events():
        key, attempt = line["episode"], line["attempt"]
        at, calls = past.get(key, (0, {}))
        if attempt > at or key not in past:
            past[key] = (attempt, calls := {}) if attempt >= at else (at, calls)
        if line["event"] == "call" and attempt == past[key][0]:
            calls[line["seq"]] = line
    return past
