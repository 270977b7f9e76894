"""`scripted/FILE.jsonl`: says what is written in a file. For tests of tasks and strategies, and for demos.

Each line is the answer to one call, the first line to the first call of every episode:

    {"text": "Action: look"}
    {"tool_calls": [{"name": "look", "arguments": {"at": "sky"}}]}
    [{"text": "first candidate"}, {"text": "second candidate"}]

A call for more replies than its line has gets them again from the start of the line. A line of the form
{"episode": "db/0001#1", "replies": [...]} is the whole script of that episode, which then takes no other
line. A call after the end of the script is an error of the model, or with `-M end=repeat` gets the
last answer again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness import (
    Episode,
    Model,
    ModelError,
    ModelOptions,
    Reply,
    Request,
    Response,
    ToolCall,
    UsageError,
    hookimpl,
)

from . import _calls, _settings

Answer = tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """The answers of a file, by call."""

    common: tuple[Answer, ...]
    episodes: Mapping[str, tuple[Answer, ...]]


class Scripted(Model):
    """Knows no episode yet; `bind` gives the one that does."""

    def __init__(self, name: str, script: Script, repeat: bool) -> None:
        self.name = name
        self.script = script
        self.repeat = repeat

    def describe(self) -> dict[str, str]:
        return {"sha256": sha256(repr(self.script).encode("utf-8", "surrogatepass")).hexdigest()}

    def bind(self, episode: Episode) -> Model:
        return _Reader(self, episode)

    async def generate(self, request: Request) -> Response:
        raise ModelError(f"{self.name} was asked outside an episode: its answers are an episode's")


class _Reader(Scripted):
    def __init__(self, model: Scripted, episode: Episode) -> None:
        super().__init__(model.name, model.script, model.repeat)
        self.episode = episode

    async def generate(self, request: Request) -> Response:
        answers = self.script.episodes.get(self.episode.key, self.script.common)
        call = _calls.number(request, self.episode)
        if call >= len(answers) and not (self.repeat and answers):
            raise ModelError(
                f"{self.name} has {len(answers)} answers for {self.episode.key}, and was called once more"
            )
        answer = answers[min(call, len(answers) - 1)]
        return Response(tuple(answer[i % len(answer)] for i in range(request.n)))


def read(file: Path) -> Script:
    """The script. Raises `UsageError` naming file and line."""
    common: list[Answer] = []
    episodes: dict[str, tuple[Answer, ...]] = {}
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise UsageError(f"--model scripted/{file}: the script cannot be read: {e}") from e
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            if isinstance(said, dict) and "episode" in said:
                _known(said, {"episode", "replies"})
                episodes[str(said["episode"])] = tuple(map(_answer, said["replies"]))
            else:
                common.append(_answer(said))
        except (ValueError, TypeError, KeyError, RecursionError) as e:
            wanted = (
                '{"text": ...}, {"tool_calls": [...]}, a list of these, or {"episode": ..., "replies": [...]}'
            )
            raise UsageError(f"{file}:{number}: {_why(e)}; expected {wanted}") from e
    return Script(tuple(common), episodes)


def _answer(said: Any) -> Answer:
    if isinstance(said, list):
        if not said:
            raise ValueError("an empty list of replies")
        return tuple(map(_reply, said))
    return (_reply(said),)


def _reply(said: Any) -> Reply:
    if isinstance(said, str):
        return Reply(said)
    if not isinstance(said, dict) or not said.keys() & {"text", "tool_calls"}:
        raise ValueError(f"{json.dumps(said)[:80]} is no reply")
    _known(said, {"text", "tool_calls", "finish"})
    calls = tuple(_call(i, c) for i, c in enumerate(said.get("tool_calls", ())))
    text = said.get("text", "")
    if not isinstance(text, str):
        raise ValueError(f"the text {json.dumps(text)[:80]} is no string")
    return Reply(text, calls, str(said.get("finish", "tool_calls" if calls else "stop")))


def _call(place: int, said: Any) -> ToolCall:
    arguments = _known(said, {"id", "name", "arguments"}).get("arguments", {})
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(str(said.get("id", f"call_{place}")), str(said["name"]), raw)


def _known(said: Any, fields: set[str]) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise ValueError(f"{json.dumps(said)[:80]} is no object")
    if unknown := said.keys() - fields:
        raise ValueError(f"unknown field {min(unknown)!r}")
    return said


def _why(error: Exception) -> str:
    return f"the field {error} is missing" if isinstance(error, KeyError) else str(error)


@hookimpl
def harness_model(name: str, options: ModelOptions) -> Model | None:
    provider, _, path = name.partition("/")
    if provider != "scripted":
        return None
    if not path:
        raise UsageError("--model scripted/FILE.jsonl: the file is missing")
    given = _settings.read("scripted", options.args, {"end": _end})
    return Scripted(name, read(Path(path)), given.get("end", False))


def _end(text: str) -> bool:
    """repeat or error."""
    return {"repeat": True, "error": False}[text]
