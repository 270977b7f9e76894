"""A judge's opinion of finished episodes, for `harness export --filter judge=1 --judge-model NAME`.

The judge reads the problem and the submitted path and says yes or no; it never sees the score. Where the
episodes have scores, how often it agrees with them is told, since a judge is worth what that says.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.errors import ContextLimit, ModelError
from harness.model import Generation, Model, Request
from harness.records import EpisodeRecord
from harness.task import Tell
from harness.types import Message, Usage

ROOM = 1500
"""Characters of one message that the judge is shown."""
STEPS = 30
"""Newest messages of the path that it is shown."""
AT_ONCE = 16

QUESTION = """An agent worked on a problem. Read what it was asked, what it did, and what it saw.

{problem}

{path}

Is this a good example to learn from: does every action follow from what was seen, without guessing or \
going in circles, and does the end solve the problem? Reply with Yes or No only."""


@dataclass(slots=True)
class Opinions:
    """What a judge said of episodes, by their place in the list; None where it said neither yes nor no."""

    said: dict[int, bool | None] = field(default_factory=dict)
    usage: Usage = Usage()
    agreed: int = 0
    """With a score of 1 for yes, and a lower one for no."""
    compared: int = 0

    def value(self, place: int) -> float | None:
        found = self.said.get(place)
        return None if found is None else float(found)

    def line(self, judge: str) -> str:
        yes = sum(v is True for v in self.said.values())
        unread = sum(v is None for v in self.said.values())
        share = f", agrees with the score in {self.agreed} of {self.compared}" if self.compared else ""
        silent = f", {unread} without a verdict" if unread else ""
        return f"judge {judge}: {yes} yes of {len(self.said)}{silent}{share}; {self.usage.tokens} tokens"


async def opinions(model: Model, episodes: Sequence[tuple[int, EpisodeRecord]], tell: Tell) -> Opinions:
    """Ask about each (place, episode), several at once. A `ModelError` ends it."""
    found, gate = Opinions(), asyncio.Semaphore(AT_ONCE)

    async def one(place: int, episode: EpisodeRecord) -> None:
        async with gate:
            verdict = await _ask(model, episode, found)
        found.said[place] = verdict
        if verdict is not None and episode.score is not None:
            found.compared += 1
            found.agreed += verdict is (episode.score.value == 1)
        tell("asking the judge", len(found.said), len(episodes))

    await model.start()
    try:
        async with asyncio.TaskGroup() as group:
            for place, episode in episodes:
                group.create_task(one(place, episode))
    except* ModelError as several:
        raise several.exceptions[0] from None
    finally:
        await model.close()
    return found


async def _ask(model: Model, episode: EpisodeRecord, found: Opinions) -> bool | None:
    prompt = Message("user", question(episode))
    try:
        answer = await model.generate(Request((prompt,), 1, Generation(max_tokens=16), purpose="judge"))
    except ContextLimit:
        return None
    found.usage += answer.usage
    word = re.search(r"\b(yes|no)\b", answer.replies[0].text if answer.replies else "", re.IGNORECASE)
    return None if word is None else word[1].lower() == "yes"


def question(episode: EpisodeRecord) -> str:
    """What the judge is asked: the problem, and the newest messages of the submitted path."""
    path = episode.path()
    problem = "\n".join(_short(m.content) for m in path[0].messages[-1:]) if path else ""
    said = [m for node in path[1:] for m in node.messages]
    gone = f"({len(said) - STEPS} earlier messages left out)\n" if len(said) > STEPS else ""
    shown = "\n".join(f"{_voice(m)}: {_short(_words(m))}" for m in said[-STEPS:])
    return QUESTION.format(problem=problem, path=f"{gone}{shown}\n(The attempt ended: {episode.status}.)")


def _voice(message: Message) -> str:
    return "Agent" if message.role == "assistant" else "Seen"


def _words(message: Message) -> str:
    calls = [f"{c.name}({c.arguments})" for c in message.tool_calls]
    return "\n".join([message.content, *calls] if message.content else calls)


def _short(text: str) -> str:
    return text if len(text) <= ROOM else f"{text[: ROOM // 2]} [...] {text[-ROOM // 2 :]}"
