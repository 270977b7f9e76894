"""S-expressions: the brackets of PDDL as nested lists of lower-case words.

PDDL does not tell upper from lower case, and ALFWorld's translator lowers all.
"""

import re
from collections.abc import Iterator

Tree = list["str | Tree"]
_TOKEN = re.compile(r";[^\n]*|[()]|[^\s();]+")


def parse(text: str) -> Tree:
    """The one expression in `text`. Raises `ValueError` where brackets do not match.

    >>> parse("(and (On ?a) ; a comment")
    Traceback (most recent call last):
    ValueError: a bracket is not closed
    >>> parse("(and (On ?a))")
    ['and', ['on', '?a']]
    """
    whole: Tree = []
    open_ones = [whole]
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token.startswith(";"):
            continue
        if token == "(":
            inner: Tree = []
            open_ones[-1].append(inner)
            open_ones.append(inner)
        elif token == ")":
            open_ones.pop()
            if not open_ones:
                raise ValueError("a bracket is closed that was not opened")
        else:
            open_ones[-1].append(token.lower())
    if len(open_ones) > 1:
        raise ValueError("a bracket is not closed")
    if len(whole) != 1 or not isinstance(whole[0], list):
        raise ValueError(f"one bracketed expression expected, {len(whole)} found")
    return whole[0]


def section(tree: Tree, head: str) -> Tree:
    """What follows `head` in the part of `tree` that begins with it; empty if there is none."""
    return next((p[1:] for p in tree if isinstance(p, list) and p[:1] == [head]), [])


def lists(tree: Tree) -> Iterator[Tree]:
    """The bracketed parts of `tree`, one level down."""
    return (part for part in tree if isinstance(part, list))


def within(tree: Tree) -> Iterator[Tree]:
    """`tree` and all bracketed expressions in it, outermost first."""
    yield tree
    for part in lists(tree):
        yield from within(part)


def facts(trees: Tree) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Predicate and arguments of every plain fact; what has brackets inside, such as costs, is left out."""
    for fact in lists(trees):
        words = [word for word in fact if isinstance(word, str)]
        if words and len(words) == len(fact):
            yield words[0], tuple(words[1:])
