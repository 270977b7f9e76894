"""The same task behind other names: `--interface renamed`.

Agents tuned on trajectories may learn an interface instead of the task: rename its actions, and their scores
fall while untuned models keep theirs ("What do agents learn from trajectory-SFT: semantics or interfaces?",
arXiv:2602.01611). Here a task's action names and format words change places with others of the same
meaning, in everything the agent reads and in everything it writes; prompts in `prompts/renamed/` reword
the instructions. World, limits and grading stay as they are.

An exchange of words undoes itself, so a reply in the old words reads as nonsense, and is corrected.
What the agent looks at and works on must not change: `Renames.words` are exchanged everywhere, so they are
forms that no problem holds (`Action: Operation`); `Renames.names` only where tools are named.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.errors import FormatError, UsageError, blame
from harness.rules import Rules, Tool
from harness.types import Action, Message, Observation, Reply, Settings, ToolCall

if TYPE_CHECKING:
    from harness.task import Task

OPTION, PLAIN, RENAMED = "interface", "plain", "renamed"


def played_by(task: "Task", settings: Settings) -> Rules:
    """The task's rules under these settings, behind the interface that was asked for."""
    asked = settings.options.get(OPTION, PLAIN)
    if asked not in (PLAIN, RENAMED):
        raise UsageError(f"--interface {asked}: there are {PLAIN} and {RENAMED}")
    rules = task.rules(settings)
    if asked == PLAIN:
        return rules
    with blame(task.name, "renames"):
        names = task.renames(settings)
    if not (names.words or names.names):
        raise UsageError(f"task {task.name!r} has no renamed interface under {settings.profile}")
    return RenamedRules(rules, names)


@dataclass(frozen=True, slots=True)
class Renames:
    """What takes the place of what under `--interface renamed`."""

    words: Mapping[str, str] = field(default_factory=dict)
    """Exchanged in all text: marks of the text format, verbs of commands, names like no other word."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of tools and their parameters, for the tools protocol only: exchanged in schemas, calls, system
    messages and corrections."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Words that change places wherever they stand alone: the first letter's case is kept.

    >>> Exchange.of({"take": "grab", "Action:": "Step:"})("Step: grab it. Take care of the intake.")
    'Action: take it. Grab care of the intake.'
    """

    partner: Mapping[str, str]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, names: Mapping[str, str]) -> "Exchange":
        """Raises `ValueError` where a word stands in two pairs: the exchange would not undo itself."""
        both = [*names, *names.values()]
        if len({w.lower() for w in both}) < len(both):
            raise ValueError(f"a word stands in two pairs of {dict(names)}")
        partner = {a.lower(): b for a, b in (*names.items(), *((v, k) for k, v in names.items()))}
        if not both:
            return cls({}, re.compile(r"(?!)"))
        either = "|".join(map(_alone, sorted(both, key=len, reverse=True)))
        return cls(partner, re.compile(either, re.IGNORECASE))

    def __call__(self, text: str) -> str:
        return self.pattern.sub(self._other, text)

    def _other(self, found: re.Match[str]) -> str:
        said = self.partner[found[0].lower()]
        return (said[0].upper() if found[0][0].isupper() else said[0].lower()) + said[1:]


def _alone(word: str) -> str:
    """A pattern for the word where it is no part of a longer one; `click[` may be followed by anything."""
    before, after = (r"(?<!\w)" if word[0].isalnum() else ""), (r"(?!\w)" if word[-1].isalnum() else "")
    return f"{before}{re.escape(word)}{after}"


class RenamedRules(Rules):
    """Other rules, read and written through an exchange of words."""

    def __init__(self, inner: Rules, renames: Renames) -> None:
        self.inner = inner
        self.words = Exchange.of(renames.words)
        self.names = Exchange.of(renames.names)
        self.protocol, self.turns = inner.protocol, inner.turns
        self.stop = tuple(map(self.words, inner.stop))
        self.tools = tuple(self._tool(t) for t in inner.tools)

    def prompt(self, problem: Observation) -> list[Message]:
        return self._all(self.inner.prompt(problem))

    def parse(self, reply: Reply) -> tuple[Action, ...]:
        return self.inner.parse(self._reply(reply))

    def parse_last(self, reply: Reply) -> tuple[Action, ...]:
        return self.inner.parse_last(self._reply(reply))

    def write(self, action: Action, thought: str = "") -> Reply:
        return self._reply(self.inner.write(action, thought))

    def feedback(self, reply: Reply, seen: Sequence[tuple[Action | None, Observation]]) -> list[Message]:
        return self._all(self.inner.feedback(self._reply(reply), seen))

    def mistake(self, error: FormatError) -> Observation:
        seen = self.inner.mistake(error)
        if not self.tools:
            return seen
        # Its words are exchanged in `feedback`: once more here, and that undoes it.
        return replace(seen, text=self.words(self._name(seen.text)))

    def view(self, messages: Sequence[Message]) -> list[Message]:
        """What the inner view leaves alone stays as it was, to the letter."""
        inner = self._all(messages)
        same = {id(there): here for there, here in zip(inner, messages, strict=True)}
        return [same.get(id(m)) or self._one(m) for m in self.inner.view(inner)]

    def _all(self, messages: Sequence[Message]) -> list[Message]:
        return [self._one(m) for m in messages]

    def _one(self, message: Message) -> Message:
        return replace(message, content=self._text(message), tool_calls=self._calls(message.tool_calls))

    def _text(self, message: Message) -> str:
        said = self.words(message.content)
        return self.names(said) if self.tools and message.role == "system" else said

    def _reply(self, reply: Reply) -> Reply:
        return replace(reply, text=self.words(reply.text), tool_calls=self._calls(reply.tool_calls))

    def _calls(self, calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
        return tuple(ToolCall(c.id, self._name(c.name), self._arguments(c.arguments)) for c in calls)

    def _arguments(self, text: str) -> str:
        """Whatever is no JSON object is left as it is: the rules inside refuse it."""
        try:
            given = json.loads(text or "{}")
        except (ValueError, RecursionError):
            return text
        if not isinstance(given, dict):
            return text
        return json.dumps({self._name(k): _walk(v, self.words) for k, v in given.items()}, ensure_ascii=False)

    def _tool(self, tool: Tool) -> Tool:
        given: Mapping[str, Any] = tool.parameters.get("properties", {})
        properties = {self._name(k): _walk(v, self.words) for k, v in given.items()}
        needed = [self._name(n) for n in tool.parameters.get("required", ())]
        parameters = {**tool.parameters, "properties": properties} | ({"required": needed} if needed else {})
        return Tool(self._name(tool.name), self.words(tool.description), parameters)

    def _name(self, said: str) -> str:
        return self.names(self.words(said))


def _walk(said: Any, words: Exchange) -> Any:
    """Plain data with its texts exchanged; what a JSON schema calls its types is no text."""
    if isinstance(said, str):
        return words(said)
    if isinstance(said, list):
        return [_walk(s, words) for s in said]
    if isinstance(said, dict):
        return {k: v if k == "type" else _walk(v, words) for k, v in said.items()}
    return said
