"""What counts as a question, and which words it has."""

import itertools
import re
from collections.abc import Iterable

MOST_WORDS = 25
MOST_CHARACTERS = 300
_OPENERS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "am",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "can",
        "could",
        "will",
        "would",
        "should",
        "may",
        "might",
        "must",
        "isn't",
        "aren't",
        "wasn't",
        "weren't",
        "don't",
        "doesn't",
        "didn't",
        "hasn't",
        "haven't",
        "hadn't",
        "can't",
        "couldn't",
    ]
)
_NEGATIONS = frozenset(["not", "never", "nobody", "nothing", "without", "cannot"])
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "and",
        "or",
        "that",
        "this",
        "it",
        "its",
        "he",
        "she",
        "his",
        "her",
        "they",
        "their",
        "him",
        "them",
        "was",
        "were",
        "is",
        "are",
        "be",
        "been",
        "did",
        "do",
        "does",
        "has",
        "have",
        "had",
        "with",
        "as",
        "by",
        "from",
        "true",
        "because",
        "so",
        "after",
        "when",
        "who",
    ]
)


def words(text: str) -> tuple[str, ...]:
    """Lower-case words.

    >>> words("Didn't he fall?")
    ("didn't", 'he', 'fall')
    """
    return tuple(_WORD.findall(text.lower().replace("\u2019", "'")))


def wrong(text: str, official: bool) -> str:
    """Why `text` is no question that a host answers; empty if it is one."""
    said = text.strip()
    if not said.endswith(("?", "\uff1f")):
        return "Ask a yes/no question that ends with a question mark."
    if len(said) > MOST_CHARACTERS or (not official and len(words(said)) > MOST_WORDS):
        return f"That is too long. Ask one short question of at most {MOST_WORDS} words."
    if re.search(r"[.!?\uff1f]\s", said) and not official:
        return "Ask one question at a time."
    if _IDEOGRAPH.search(said):
        return ""
    found = words(said)
    if not found or found[0] not in _OPENERS:
        return "Ask a question that can be answered by yes or no, such as one that begins with 'Is' or 'Did'."
    return ""


def negated(text: str) -> bool:
    return any(w in _NEGATIONS or w.endswith("n't") for w in words(text))


def content(text: str) -> frozenset[str]:
    """The words that carry meaning; for Chinese, pairs of neighbouring characters."""
    characters = _IDEOGRAPH.findall(text)
    pairs = ("".join(p) for p in itertools.pairwise(characters))
    return frozenset(pairs) | frozenset(words(text)) - _COMMON


def fits(said: Iterable[str], groups: tuple[tuple[str, ...], ...]) -> bool:
    """Whether every group has a beginning of one of the words.

    >>> fits(words("Was he painting?"), (("paint", "draw"),))
    True
    """
    said = tuple(said)
    return all(any(w.startswith(begin) for w in said for begin in group) for group in groups)
