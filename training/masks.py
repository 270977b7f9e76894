"""Which tokens are trained on: exactly those that the model would write in its trained turns.

A conversation is rendered by the chat template, and so are its beginnings: up to where the model is to
speak, and up to the end of what it said. Where the shorter text begins the longer one, the part between
them is the turn: reply, tool calls and the token that ends it, but neither the header before nor the line
break after. The text is tokenised once, as the model is prompted when it plays.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness import Message, UsageError

from .chat_templates import OWN, install, render, shows_tools
from .conversation import Conversation

IGNORED: Final = -100
"""The label of a token that is not trained on, as torch's cross entropy wants it."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One row as a trainer takes it."""

    input_ids: list[int]
    labels: list[int]
    """As many: the token itself where it is trained on, else `IGNORED`."""
    problem: str
    kind: str
    id: str = ""

    @property
    def trained(self) -> int:
        """How many tokens are trained on."""
        return sum(label != IGNORED for label in self.labels)


@dataclass(frozen=True, slots=True)
class Span:
    """One trained turn in the rendered text: characters [start, end)."""

    message: int
    start: int
    end: int


@dataclass(slots=True)
class Coder:
    """A tokenizer with its template, ready to encode conversations."""

    tokenizer: Any
    template: str = OWN
    tools: bool = field(init=False)
    """Whether the template can show tools."""
    ends: set[str] = field(init=False, default_factory=set)
    """The tokens that were seen to end a trained turn."""
    unsaid: int = field(init=False, default=0)
    """Turns with a tool call whose text the template leaves out."""
    blurred: int = field(init=False, default=0)
    """Turns whose first token also holds the end of the header, and is not trained on."""
    marked: int = field(init=False, default=0)
    """Rows whose text itself holds special tokens, which become tokens as the template's own do."""
    _special: frozenset[int] = field(init=False)
    _marks: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not getattr(self.tokenizer, "is_fast", False):
            raise UsageError("the tokenizer has no fast version, which says where each token stands")
        install(self.tokenizer, self.template)
        self.tools = shows_tools(self.tokenizer)
        added = self.tokenizer.added_tokens_decoder
        self._special = frozenset(i for i, t in added.items() if t.special) or frozenset(added)
        self._marks = tuple(added[i].content for i in self._special)

    def encode(self, row: Conversation, only: Sequence[int] | None = None) -> Encoded:
        """The row's tokens; trained on are its trained turns, or those of the messages `only`.

        Raises `UsageError` naming the row where the template cannot express it.
        """
        turns = [n for n, t in enumerate(row.turns) if t.train] if only is None else list(only)
        text, spans = self.spans(row, turns)
        ids, places = self._tokens(text, [s.start for s in spans])
        labels = [IGNORED] * len(ids)
        for span in spans:
            first, last = self._bounds(ids, places, span, row)
            labels[first:last] = ids[first:last]
        return Encoded(ids, labels, row.problem, str(row.source.get("kind", "agent")), row.id)

    def spans(self, row: Conversation, turns: Sequence[int]) -> tuple[str, list[Span]]:
        """The rendered text, and where these messages stand in it."""
        if (row.tools or any(t.message.tool_calls for t in row.turns)) and not self.tools:
            raise UsageError(
                f"{row.id} has tools, which the chat template {self.template!r} does not show; export runs "
                "that were played with --protocol text, or say template: chatml"
            )
        said = wire([t.message for t in row.turns])
        self.marked += any(mark in t.message.content for t in row.turns for mark in self._marks)
        text = self._render(row, said, False)
        return text, [self._span(row, said, text, n) for n in turns]

    def length(self, row: Conversation, messages: int) -> int:
        """Tokens of the conversation's first `messages` messages."""
        text = self._render(row, wire([t.message for t in row.turns[:messages]]), False)
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _span(self, row: Conversation, said: Sequence[Mapping[str, Any]], text: str, n: int) -> Span:
        before, after = self._render(row, said[:n], True), self._render(row, said[: n + 1], False)
        if not after.startswith(before):
            raise UsageError(
                f"{row.id}: the chat template {self.template!r} does not begin turn {n} as it prompts for it "
                f"({before[-30:]!r}), so what is learnt would not be what is asked for; use another template"
            )
        if not text.startswith(after):
            raise Changed(
                f"{row.id}: the chat template {self.template!r} writes turn {n} otherwise when the "
                "conversation goes on; it cannot be trained on there"
            )
        reply = row.turns[n].message
        part = after[len(before) :]
        for call in reply.tool_calls:
            if call.name not in part:
                raise UsageError(f"{row.id}: the chat template loses the call of {call.name} in turn {n}")
        if reply.content.strip() not in part:
            if not reply.tool_calls:
                raise UsageError(f"{row.id}: the chat template loses the text of turn {n}")
            self.unsaid += 1
        return Span(n, len(before), len(after))

    def _render(self, row: Conversation, said: Sequence[Mapping[str, Any]], reply: bool) -> str:
        try:
            return render(self.tokenizer, said, row.tools, reply)
        except Exception as e:  # templates raise what they like: jinja2's errors and their own
            raise UsageError(
                f"{row.id}: the chat template {self.template!r} refuses the conversation: {e}"
            ) from None

    def _tokens(self, text: str, starts: Sequence[int]) -> tuple[list[int], list[tuple[int, int]]]:
        """Tokens and their places in the text. Where a token holds the end of a header and the start of
        a reply, the text is tokenised in two parts, as it is when the model is prompted and goes on."""
        ids, places = self._whole(text, 0)
        for start in starts:
            if not self._straddled(ids, places, text, start):
                continue
            head, head_places = self._whole(text[:start], 0)
            tail, tail_places = self._whole(text[start:], start)
            if self.tokenizer.decode(tail, clean_up_tokenization_spaces=False) == text[start:]:
                ids, places = [*head, *tail], [*head_places, *tail_places]
            else:  # tokenizers that put a space before every text cannot be split so
                self.blurred += 1
        return ids, places

    def _whole(self, text: str, offset: int) -> tuple[list[int], list[tuple[int, int]]]:
        made = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return list(made["input_ids"]), [(a + offset, b + offset) for a, b in made["offset_mapping"]]

    def _straddled(
        self, ids: Sequence[int], places: Sequence[tuple[int, int]], text: str, start: int
    ) -> bool:
        at = next((n for n, (_, end) in enumerate(places) if end > start), len(ids))
        if at == len(ids):
            return False
        if places[at][0] < start:
            return True
        # byte-level tokenizers may leave the space out of a token's place, though it is part of it
        token = self.tokenizer.convert_ids_to_tokens(ids[at])
        return token.startswith("Ġ") and not text[start].isspace()

    def _bounds(
        self, ids: Sequence[int], places: Sequence[tuple[int, int]], span: Span, row: Conversation
    ) -> tuple[int, int]:
        """The tokens [first, last) of a turn, the last of which ends it."""
        inside = [n for n, (a, b) in enumerate(places) if span.start <= a and span.start < b <= span.end]
        ending = next((n for n in reversed(inside) if ids[n] in self._special), None)
        if ending is None:
            raise UsageError(
                f"{row.id}: the chat template {self.template!r} ends turn {span.message} by no special "
                "token, so a model would never learn to stop; use another template"
            )
        self.ends.add(self.tokenizer.convert_ids_to_tokens(ids[ending]))
        return inside[0], ending + 1


class Changed(UsageError):
    """The template rewrites earlier turns when a conversation goes on."""


def wire(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages as chat templates want them, the same as a model is prompted with by `hf/`."""
    return [_wire(m) for m in messages]


def _wire(said: Message) -> dict[str, Any]:
    made: dict[str, Any] = {"role": said.role, "content": said.content}
    if said.tool_call_id is not None:
        made["tool_call_id"] = said.tool_call_id
    if said.tool_calls:
        made["tool_calls"] = [
            {
                "id": c.id,
                "type": "function",
                "function": {"name": c.name, "arguments": _arguments(c.arguments)},
            }
            for c in said.tool_calls
        ]
    return made


def _arguments(text: str) -> dict[str, Any]:
    """The arguments as an object; a model's slip is kept visible, as the harness does when it plays."""
    try:
        if isinstance(read := json.loads(text or "{}"), dict):
            return read
    except (ValueError, RecursionError):
        pass
    return {"invalid_arguments": text}
