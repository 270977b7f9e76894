"""Questions to a judge: bounded prompts, tolerant reading of verdicts, a record of every answer.

Whatever a judge says, or if the question does not fit into its context, the answer here is a verdict
or None, never an exception. Budgets are the exception to that: they end the episode, as anywhere.

Every answer is kept at the node it was asked about, in `node.notes["verdicts"]`: a list of plain
dictionaries with `by` (the strategy), `asked` (the options in the order shown, or the question),
`said` (the judge's words, shortened) and `verdict`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from harness import ContextLimit, Message, Node, Tree

TASK_ROOM = 1500
STEP_ROOM = 300
HISTORY_ROOM = 2000
OPTION_ROOM = 400
SAID_ROOM = 300


def shorten(text: str, room: int) -> str:
    """At most about `room` characters of `text`, its beginning and its end, with a note of the gap."""
    text = text.strip()
    if len(text) <= room:
        return text
    head, tail = room * 2 // 3, room // 3
    return f"{text[:head]} [... {len(text) - head - tail} characters left out ...] {text[len(text) - tail :]}"


def task(tree: Tree) -> str:
    """The problem as the environment put it, without the task's instructions."""
    return f"Task:\n{shorten(tree.root.observation.text, TASK_ROOM)}"


def history(node: Node, room: int = HISTORY_ROOM) -> str:
    """The newest steps of the path to `node` that fit into `room` characters."""
    steps = node.path()[1:]
    shown: list[str] = []
    for step in reversed(steps):
        text = f"Action: {shorten(str(step.candidate), STEP_ROOM)}\nResult: {outcome(step)}"
        if shown and len(text) > room:
            break
        room -= len(text)
        shown.insert(0, text)
    if gone := len(steps) - len(shown):
        shown.insert(0, f"({gone} earlier steps left out)")
    return "Steps so far:\n" + ("\n".join(shown) or "none")


def outcome(node: Node, room: int = STEP_ROOM) -> str:
    """What was seen at `node`, and whether the path ends there."""
    seen = shorten(node.observation.text, room) or "(no output)"
    return seen if node.open else f"{seen} (the attempt ends here: {node.status})"


_NUMBER = r"(?<![\w.])([0-9]{1,4})(?!\w|\.[0-9])"
_OPTION = r"(?:(?:is|one|number|option|candidate|attempt|action|answer)\b\W*)*"
_ALONE = re.compile(rf"\W*{_OPTION}{_NUMBER}\W*(?:\n|\Z)", re.IGNORECASE)
_DECIDED = re.compile(
    rf"(?<!not )(?<!n't )\b(?:best|choose|chosen|choice|answer|pick|prefer|select)\b\W*{_OPTION}{_NUMBER}",
    re.IGNORECASE,
)


def number(text: str, count: int) -> int | None:
    """The option from 1 to `count` that a verdict names, as an index from 0; None where it is unclear.

    A number that is all of the first line counts, else the last one said to be best, chosen or the
    answer, else the only one there is.

    >>> number("Answer: 2", 2), number("[1]", 2), number("Candidate 7, or rather 2", 3), number("?", 2)
    (1, 0, 1, None)
    >>> number("Not 1; the best is 2", 2), number("Of the 2 candidates, 1 wins", 2)
    (1, None)
    """

    def valid(found: Iterable[str]) -> list[int]:
        return [int(n) - 1 for n in found if 1 <= int(n) <= count]

    if alone := _ALONE.match(text):
        return next(iter(valid(alone.groups())), None)
    if decided := valid(_DECIDED.findall(text)):
        return decided[-1]
    named = set(valid(re.findall(_NUMBER, text)))
    return named.pop() if len(named) == 1 else None


def yes_no(text: str) -> bool | None:
    """Whether a verdict says yes or no first; None if neither.

    >>> yes_no("**Yes**, it is."), yes_no("No. Yes would be wrong."), yes_no("perhaps")
    (True, False, None)
    """
    found = re.search(r"\b(yes|no)\b", text, re.IGNORECASE)
    return None if found is None else found[1].lower() == "yes"


async def choose(
    by: str, tree: Tree, node: Node, question: str, options: Sequence[str], tokens: int = 32
) -> int | None:
    """The index of the option that the judge prefers, or None if it named none."""
    shown = [shorten(o, OPTION_ROOM) for o in options]
    listed = "\n".join(f"{i}. {_quoted(o)}" for i, o in enumerate(shown, 1))
    said = await ask(
        tree, node, f"{question}\n\n{listed}\n\nReply with its number only.", len(options), tokens
    )
    index = number(said, len(options))
    _note(node, by, shown, said, index)
    return index


def _quoted(option: str) -> str:
    """An option of several lines, so that none of them looks like an option or the judge's orders."""
    return "\n   | ".join(option.splitlines())


async def agrees(by: str, tree: Tree, node: Node, question: str, tokens: int = 32) -> bool | None:
    """Whether the judge says yes, or None if it said neither yes nor no."""
    said = await ask(tree, node, f"{question}\nReply with Yes or No only.", 0, tokens)
    answer = yes_no(said)
    _note(node, by, shorten(question.splitlines()[-1], OPTION_ROOM), said, answer)
    return answer


async def ask(tree: Tree, node: Node, question: str, candidates: int, tokens: int) -> str:
    """The judge's words; none where the question does not fit into its context."""
    try:
        return await tree.ask(
            "judge",
            [Message("user", question)],
            temperature=0.0,
            max_tokens=tokens or None,
            turn=node.depth,
            candidates=candidates,
        )
    except ContextLimit:
        return ""


def _note(node: Node, by: str, asked: Any, said: str, verdict: Any) -> None:
    verdicts = node.notes.setdefault("verdicts", [])
    verdicts.append({"by": by, "asked": asked, "said": shorten(said, SAID_ROOM), "verdict": verdict})
