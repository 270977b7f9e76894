"""Which tokens are trained on: exactly those that the model would write in its trained turns.

A conversation is rendered by the chat template, and so are its beginnings: up to where the model is to
speak, and up to the end of what it said. Where the shorter text begins the longer one, the part between
them is the turn: reply, tool calls and the token that ends it, but neither the header before nor the line
break after. The text is tokenised once, as the model is prompted when it plays.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from harness import Message, UsageError

from .chat_templates import OWN, install, render, shows_tools
from .conversation import Conversation

Place = tuple[int, int]
"""Where a token stands in the text: characters [start, end)."""
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
    """Turns before which the header is other tokens than in a prompt."""
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
        if only is None:
            self.marked += any(mark in t.message.content for t in row.turns for mark in self._marks)
        text, spans = self.spans(row, turns)
        ids, places = self._tokens(text, [s.start for s in spans])
        labels = [IGNORED] * len(ids)
        for span in spans:
            first, last = self._bounds(text, ids, places, span, row)
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
            raise Refused(
                f"{row.id}: the chat template {self.template!r} refuses the conversation: {e}"
            ) from None

    def _tokens(self, text: str, starts: Sequence[int]) -> tuple[list[int], list[Place]]:
        """Tokens and their places in the text. Where the header before a reply is other tokens when it is
        the end of a prompt, the text is tokenised in two parts, as it is when the model goes on from it."""
        ids, places = self._whole(text, 0)
        cuts = [s for s in starts if not self._prompted(ids, places, text, s)]
        if not cuts:
            return ids, places
        edges = [0, *cuts, len(text)]
        parts = [self._whole(text[a:b], a) for a, b in pairwise(edges)]
        said = [self.tokenizer.decode(part, clean_up_tokenization_spaces=False) for part, _ in parts]
        if "".join(said) != text:  # tokenizers that put a blank before every text cannot be split so
            self.blurred += len(cuts)
            return ids, places
        return [i for part, _ in parts for i in part], [p for _, places in parts for p in places]

    def _whole(self, text: str, offset: int) -> tuple[list[int], list[Place]]:
        made = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return list(made["input_ids"]), [(a + offset, b + offset) for a, b in made["offset_mapping"]]

    def _prompted(self, ids: Sequence[int], places: Sequence[Place], text: str, start: int) -> bool:
        """Whether the tokens before a reply are those that a prompt ends with.

        They are not where one token holds the end of a header and the start of the reply, nor where a
        tokenizer takes line breaks together only if nothing follows them. Special tokens stand for
        themselves, so it is enough to look back to the last of them.
        """
        after = bisect_right(places, start, key=lambda place: place[1])
        mark = next((n for n in range(after - 1, -1, -1) if ids[n] in self._special), 0)
        header, _ = self._whole(text[places[mark][0] : start], 0)
        return header == list(ids[mark:after])

    def _bounds(
        self, text: str, ids: Sequence[int], places: Sequence[Place], span: Span, row: Conversation
    ) -> tuple[int, int]:
        """The tokens [first, last) of a turn, the last of which ends it."""
        inside = [n for n, (a, b) in enumerate(places) if span.start <= a and span.start < b <= span.end]
        kinds = "".join(
            "s" if ids[n] in self._special else "b" if text[slice(*places[n])].isspace() else "x"
            for n in inside
        )
        # some end the whole text once more after a line break (Phi-3's EOS): the turn ends at the first
        found = re.fullmatch(r"(.*?s+)(?:b+s+)*[^s]*", kinds)
        if found is None:
            raise UsageError(
                f"{row.id}: the chat template {self.template!r} ends turn {span.message} by no special "
                "token, so a model would never learn to stop; use another template"
            )
        last = inside[found.end(1) - 1]
        self.ends.add(self.tokenizer.convert_ids_to_tokens(ids[last]))
        return inside[0], last + 1


class Refused(UsageError):
    """The template does not write such a conversation, as Llama-2's none that the assistant begins."""


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
