"""Paths, repetitions and candidates left over: what strategies that compose agree on.

`node.notes["untried"]`  list of Candidate: proposed at this state and worth executing, but not executed.
                         `multibranch` and `self-consistency` leave them, `backtrack -S to=branch` takes them.
`node.aside`             executed, but a sibling was preferred (`multibranch -S execute=true`).
"""

from collections.abc import Sequence

from harness import Candidate, Node, Tree, UsageError


def tip(tree: Tree) -> Node:
    """The end of the path that is being followed."""
    return next((n for n in reversed(tree.nodes) if not n.aside), tree.root)


def looping(node: Node, repeats: int) -> bool:
    """The path ends with the same one to three steps, `repeats` times over, with the same results.

    Below 2 repeats nothing is called a loop.
    """
    if repeats < 2:
        return False
    steps = [(n.candidate.key, n.observation.text) for n in node.path()[1:] if n.candidate is not None]
    for period in (1, 2, 3):
        last = steps[-period * repeats :]
        if len(last) == period * repeats and last == last[:period] * repeats:
            return True
    return False


def distinct(node: Node, candidates: Sequence[Candidate]) -> list[Candidate]:
    """One of each action: readable ones if there are any, untried ones if there are any."""
    kept = [c for c in candidates if c.error is None] or list(candidates)
    kept = [c for c in kept if not _tried(node, c)] or kept
    first: dict[str, Candidate] = {}
    for candidate in kept:
        first.setdefault(candidate.key, candidate)
    return list(first.values())


def leave(node: Node, chosen: Candidate, candidates: Sequence[Candidate]) -> None:
    """Keep what is not executed now for a strategy that comes back."""
    known = [*node.notes.get("untried", ()), *(c for c in candidates if c.error is None)]
    node.notes["untried"] = [c for c in distinct(node, known) if c.key != chosen.key and not _tried(node, c)]


def _tried(node: Node, candidate: Candidate) -> bool:
    return any(n.candidate is not None and n.candidate.key == candidate.key for n in node.children)


def at_least(strategy: str, option: str, value: float, least: float) -> None:
    """Raise `UsageError` for an option that is too small."""
    if not value >= least:  # not a number is too small too
        raise UsageError(f"-S {option}={value}: strategy {strategy!r} expects {least} or more there")
