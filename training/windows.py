"""Conversations that are too long: shown in windows, or dropped; never silently cut.

A window has the first messages (instructions, example, problem) and a run of later ones; a notice says how
many are left out between. Every trained turn is trained on in exactly one window, behind what the agent saw
right before it and as much of what came earlier as the window's newest half has no need of. A turn that does
not fit into a window with what it answers is lost, and counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .conversation import Conversation, Turn
from .masks import Changed, Coder, Encoded


@dataclass(frozen=True, slots=True)
class Fitted:
    """What became of one conversation."""

    rows: tuple[Encoded, ...]
    tokens: int
    """Of the whole conversation."""
    lost: int = 0
    """Trained turns that fit into no window."""
    split: bool = False
    """The template rewrites earlier turns, so each trained turn became a row of its own."""


def fit(coder: Coder, row: Conversation, max_length: int, window: bool) -> Fitted:
    """The rows of one conversation, none longer than `max_length` tokens.

    With `window` false, a conversation that is too long has no rows.
    """
    turns = [n for n, t in enumerate(row.turns) if t.train]
    try:
        whole = coder.encode(row)
    except Changed:
        return _singly(coder, row, turns, max_length, window)
    size = len(whole.input_ids)
    if size <= max_length:
        return Fitted((whole,), size)
    if not window:
        return Fitted((), size)
    rows, lost = _windows(coder, row, turns[0], turns, max_length)
    return Fitted(tuple(rows), size, lost)


def _singly(coder: Coder, row: Conversation, turns: Sequence[int], most: int, window: bool) -> Fitted:
    """A row for each trained turn, which stands last in it: what came before is as the model sees it."""
    rows: list[Encoded] = []
    lost = longest = 0
    for n in turns:
        part = _until(row, n + 1)
        made = coder.encode(part, [n])
        longest = max(longest, len(made.input_ids))
        if len(made.input_ids) > most and window:
            found, missed = _windows(coder, part, turns[0], [n], most)
            rows, lost = [*rows, *found], lost + missed
        elif len(made.input_ids) <= most:
            rows.append(made)
    if not window and longest > most:
        return Fitted((), longest, split=True)
    return Fitted(tuple(rows), longest, lost, True)


def _until(row: Conversation, end: int) -> Conversation:
    return replace(row, turns=row.turns[:end])


def _windows(
    coder: Coder, row: Conversation, head: int, turns: Sequence[int], most: int
) -> tuple[list[Encoded], int]:
    """Windows over the trained turns, in order, and how many turns fit into none.

    `head` is how many messages every window starts with.
    """
    sizes = _sizes(coder, row, head)
    rows: list[Encoded] = []
    lost, at = 0, 0
    while at < len(turns):
        for start, end in _attempts(row, sizes, turns[at:], head, most):
            told = [n for n in turns[at:] if n < end]
            made = coder.encode(*_window(row, head, start, end, told))
            if len(made.input_ids) <= most:
                rows.append(made)
                at += len(told)
                break
        else:
            lost, at = lost + 1, at + 1
    return rows, lost


def _sizes(coder: Coder, row: Conversation, head: int) -> list[int]:
    """Tokens up to each message, as if it ended there; what a template adds or drops at ends is left to
    the trial of the window itself."""
    ends = range(head, len(row.turns) + 1)
    return [0] * head + [coder.length(row, n) for n in ends]


def _attempts(
    row: Conversation, sizes: Sequence[int], turns: Sequence[int], head: int, most: int
) -> Iterator[tuple[int, int]]:
    """Windows [start, end) of messages to try for the next trained turns, the widest first.

    Up to half of the room after the head is for what came before the first turn to be trained; all of
    it, where that is the only one. What the agent saw right before that turn is always shown.
    """
    first, room = turns[0], most - sizes[head]
    agent = [n for n in range(head, first) if row.turns[n].message.role == "assistant"] or [first]
    before = room // 2 if len(turns) > 1 else room
    for start in (n for n in agent if sizes[first] - sizes[n] <= before):
        ends = [n + 1 for n in turns if sizes[n + 1] - sizes[start] <= room]
        yield from ((start, end) for end in reversed(ends))
    yield agent[-1], first + 1
    if agent[-1] == first - 2 and row.turns[first - 1].message.role == "user":
        yield first - 1, first + 1


def _window(
    row: Conversation, head: int, start: int, end: int, told: Sequence[int]
) -> tuple[Conversation, list[int]]:
    """The head, a notice of what is left out, and messages [start, end); trained are those `told`.

    Where they start with an observation it stands behind the notice: templates want turns to alternate.
    """
    top = list(row.turns[:head])
    if start > head and top:
        top[-1] = _noticed(top[-1], start - head)
        if (seen := row.turns[start].message).role == "user":
            top[-1] = Turn(replace(top[-1].message, content=f"{top[-1].message.content}\n\n{seen.content}"))
            start += 1
    shift = start - head
    part = replace(row, id=f"{row.id}[{told[0]}:{end}]", turns=(*top, *row.turns[start:end]))
    return part, [n - shift for n in told]


def _noticed(turn: Turn, gone: int) -> Turn:
    """AgentBench's words for a history that was cut."""
    said = f"{turn.message.content}\n\n[NOTICE] {gone} messages are omitted."
    return Turn(replace(turn.message, content=said), turn.train)
