"""What counts as a question, and which words it has."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable

MOST_WORDS = 25
MOST_CHARACTERS = 300
NEGATIONS = frozenset(["not", "never", "nobody", "nothing", "without", "cannot", "no"])
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_NEXT_SENTENCE = re.compile(r"[!?\uff1f]\s|(?<!\bM[rs])(?<!\bMrs)(?<!\bDr)(?<!\bSt)\.\s+[A-Z]")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


def words(text: str) -> tuple[str, ...]:
    """Lower-case words.

    >>> words("Didn't he fall?")
    ("didn't", 'he', 'fall')
    """
    return tuple(_WORD.findall(text.lower().replace("\u2019", "'")))


_OPENERS = frozenset(
    words(
        "is are was were am do does did has have had can could will would should may might must isn't aren't "
        "wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't"
    )
)
_COMMON = frozenset(
    words(
        "a an the of to in on at for and or that this it its he she his her they their him them was were is "
        "are be been did do does has have had with as by from true because so after when who"
    )
)


def wrong(text: str, official: bool) -> str:
    """Why `text` is no question that a host answers; empty if it is one."""
    said = text.strip()
    if not said.endswith(("?", "\uff1f")):
        return "Ask a yes/no question that ends with a question mark."
    if len(said) > MOST_CHARACTERS or (not official and len(words(said)) > MOST_WORDS):
        return f"That is too long. Ask one short question of at most {MOST_WORDS} words."
    if _NEXT_SENTENCE.search(said) and not official:
        return "Ask one question at a time."
    if _IDEOGRAPH.search(said):
        return ""
    found = words(said)
    if not found or found[0] not in _OPENERS:
        return "Ask a question that can be answered by yes or no, such as one that begins with 'Is' or 'Did'."
    return ""


def negated(text: str) -> bool:
    """Whether a question asks for the opposite. "Didn't he fall?" asks for the same as "Did he fall?".

    >>> negated("Did he not fall?"), negated("Didn't he fall?")
    (True, False)
    """
    return any(w in NEGATIONS or w.endswith("n't") for w in words(text)[1:])


def content(text: str) -> frozenset[str]:
    """The words that carry meaning; for Chinese, pairs of neighbouring characters."""
    characters = _IDEOGRAPH.findall(text)
    pairs = ("".join(p) for p in itertools.pairwise(characters))
    return frozenset(pairs) | frozenset(words(text)) - _COMMON


def fits(said: Iterable[str], groups: tuple[tuple[str, ...], ...]) -> bool:
    """Whether every group has one of the words.

    >>> fits(words("Was he painting?"), (("paint*", "draw*"),)), fits(words("Was it art?"), (("a",),))
    (True, False)
    """
    said = tuple(said)
    return all(any(_is(word, each) for word in said for each in group) for group in groups)


def _is(word: str, pattern: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


def likeness(sentence: str, question: str) -> float:
    """AgentBench's measure of a question that repeats the story: BLEU-1 over characters.

    >>> likeness("he ran.", "he ran."), likeness("he ran.", "zzz")
    (1.0, 0.0)
    """
    if not question:
        return 0.0
    shared = sum((Counter(sentence) & Counter(question)).values()) / len(question)
    shorter = len(question) < len(sentence)
    return shared * (math.exp(1 - len(sentence) / len(question)) if shorter else 1.0)
