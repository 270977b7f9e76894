"""`replay/RUN`: the answers of an earlier run, bit for bit, from its journal.

    harness run --tasks db --model replay/runs/2026-11-23-db --strategy react

Proves that a change of ours left a run as it was, and repeats a run without its model. Wherever an
episode asks something else than it did then, it ends as an error that says at which call.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness import (
    ContextLimit,
    Episode,
    Model,
    ModelCapabilities,
    ModelError,
    ModelOptions,
    Reply,
    Request,
    Response,
    ToolCall,
    Usage,
    UsageError,
    hookimpl,
)

from . import _calls, _settings

Calls = Mapping[int, Mapping[str, Any]]
"""Call number to its line of the journal."""


class Replay(Model):
    """Knows no episode yet; `bind` gives the one that does."""

    capabilities = ModelCapabilities(tools=True, several=True)

    def __init__(self, name: str, run: Path) -> None:
        self.name = name
        self.run = run
        self.calls: Mapping[str, Calls] = {}

    async def start(self) -> None:
        self.calls = journal(self.run / "events.jsonl")

    def bind(self, episode: Episode) -> Model:
        return _Player(self, episode)

    async def generate(self, request: Request) -> Response:
        raise ModelError(f"{self.name} was asked outside an episode: it repeats the calls of episodes")

    def describe(self) -> dict[str, str]:
        return {"run": str(self.run), "episodes": str(len(self.calls))}


class _Player(Replay):
    def __init__(self, model: Replay, episode: Episode) -> None:
        super().__init__(model.name, model.run)
        self.calls = model.calls
        self.episode = episode

    async def generate(self, request: Request) -> Response:
        key, call = self.episode.key, _calls.number(request, self.episode)
        if key not in self.calls:
            raise ModelError(f"{self.run} has no calls of the episode {key}")
        if (line := self.calls[key].get(call)) is None:
            raise ModelError(f"{key} made no call {call} in {self.run}: the run diverged before it")
        if line["key"] != request.key:
            raise ModelError(
                f"{key} diverged from {self.run} at call {call}: it asks (to {request.purpose}) "
                f"something else than then (to {line['purpose']})"
            )
        if not line["replies"]:
            raise ContextLimit(f"as at call {call} of {key} in {self.run}")
        return _response(line)


def journal(file: Path) -> Mapping[str, Calls]:
    """The calls of each episode, in its latest attempt."""
    attempts: dict[str, int] = {}
    calls: dict[str, dict[int, Mapping[str, Any]]] = {}
    for line in _lines(file):
        key, attempt = line["episode"], line["attempt"]
        if attempt < attempts.get(key, 0):
            continue
        if attempt > attempts.get(key, 0):
            calls.pop(key, None)
        attempts[key] = attempt
        if line["event"] == "call":
            kept = ("key", "purpose", "replies", "usage")
            calls.setdefault(key, {})[line["seq"]] = {k: line[k] for k in kept}
    return calls


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if not file.exists():
        return
    with file.open(encoding="utf-8", errors="surrogatepass") as opened:
        for number, line in enumerate(opened, 1):
            if not line.endswith("\n"):
                return  # torn by a kill
            try:
                yield json.loads(line)
            except ValueError as e:
                raise ModelError(f"{file}:{number} is not JSON: {e}") from e


def _response(line: Mapping[str, Any]) -> Response:
    replies = (
        Reply(r["text"], tuple(ToolCall(**c) for c in r["tool_calls"]), r["finish"]) for r in line["replies"]
    )
    return Response(tuple(replies), Usage(**line["usage"]))


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    provider, _, path = name.partition("/")
    if provider != "replay":
        return None
    _settings.read("replay", options.args, {})
    run = Path(path)
    if not path or not (run / "events.jsonl").is_file():
        raise UsageError(f"--model replay/RUN: {path or 'RUN'} is no run directory; it has no events.jsonl")
    return Replay(name, run)
