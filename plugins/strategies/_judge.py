"""Questions to a judge: bounded prompts, tolerant reading of verdicts, a record of every answer.

Whatever a judge says, or if the question does not fit into its context, the answer here is a verdict
or None, never an exception. Budgets are the exception to that: they end the episode, as anywhere.

Every answer is kept at the node it was asked about, in `node.notes["verdicts"]`: a list of plain
dictionaries with `by` (the strategy), `asked` (the options in the order shown, or the question),
`said` (the judge's words, shortened) and `verdict`.
"""

import re
from collections.abc import Sequence
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


def number(text: str, count: int) -> int | None:
    """The first number from 1 to `count` in a verdict, as an index from 0.

    >>> number("Answer: 2", 2), number("[1]", 2), number("Candidate 7, or rather 2", 3), number("?", 2)
    (1, 0, 1, None)
    """
    found = (int(n) for n in re.findall(r"(?<![\w.])[0-9]{1,4}(?!\w|\.[0-9])", text))
    return next((n - 1 for n in found if 1 <= n <= count), None)


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
    listed = "\n".join(f"{i}. {shorten(o, OPTION_ROOM)}" for i, o in enumerate(options, 1))
    said = await ask(
        tree, node, f"{question}\n\n{listed}\n\nReply with its number only.", len(options), tokens
    )
    index = number(said, len(options))
    _note(node, by, [shorten(o, OPTION_ROOM) for o in options], said, index)
    return index


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
