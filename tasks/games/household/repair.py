"""From what the agent wrote to an admissible command."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

LEAST = 0.01
"""BLEU that the closest command must exceed to be taken."""
SMOOTHING = 5
LONGEST = 200
"""Letters of an action that our own reading looks at, words that the repair compares."""


def closest(said: str, commands: Sequence[str]) -> str:
    """AgentBench's repair: the text in lower case if it is a command, else the first of the commands with
    the highest BLEU above 0.01, else the text. (`process_action`; spec, section 7.)

    >>> closest("Put the apple on shelf 1", ["look", "move apple 1 to shelf 1", "open fridge 1"])
    'move apple 1 to shelf 1'
    """
    said = said.strip().lower()
    if said in commands:
        return said
    words = tuple(said.split()[:LONGEST])
    values = [bleu(tuple(c.split()), words) for c in commands]
    best = max(values, default=0.0)
    return commands[values.index(best)] if best > LEAST else said


@lru_cache(maxsize=1 << 14)
def bleu(reference: tuple[str, ...], candidate: tuple[str, ...]) -> float:
    """Sentence BLEU-4 with Chen and Cherry's smoothing 4, for one reference.

    Papineni et al. 2002; Chen and Cherry 2014, as `nltk.translate.bleu_score.sentence_bleu` has them: an
    order without a match counts 1 / (2^k * 5 / ln length), k growing, over its number of n-grams; in a
    candidate of one word it counts nothing.
    """
    matches = [_matches(reference, candidate, n) for n in range(1, 5)]
    if not matches[0]:
        return 0.0
    length, total, halvings = len(candidate), 0.0, 0
    for n, matched in enumerate(matches, 1):
        value: float = matched
        if not matched:
            if length == 1:
                continue
            halvings += 1
            value = math.log(length) / (2**halvings * SMOOTHING)
        total += 0.25 * math.log(value / max(1, length - n + 1))
    brevity = 1.0 if length > len(reference) else math.exp(1 - len(reference) / length)
    return brevity * math.exp(total)


def _matches(reference: tuple[str, ...], candidate: tuple[str, ...], n: int) -> int:
    """n-grams of the candidate that the reference has, each as often as there."""
    there = Counter(reference[i : i + n] for i in range(len(reference) - n + 1))
    here = Counter(candidate[i : i + n] for i in range(len(candidate) - n + 1))
    return (there & here).total()


_PUT = re.compile(r"(?:put|place|move) (.+?) (?:in/on|into|onto|in|on|to) (.+)")


def respelt(said: str, commands: Sequence[str]) -> str:
    """Our own, careful reading: case, quotes, a full stop, blanks and the article do not matter, and
    putting down may be said in any of its spellings. The commands are otherwise to be met exactly.

    >>> respelt("Put the Apple 1 in shelf 1.", ["look", "move apple 1 to shelf 1"])
    'move apple 1 to shelf 1'
    """
    if len(said) > LONGEST:
        return said
    bare = re.sub(r"[`*\"'<>\[\]]", " ", said.lower())
    text = " ".join(w for w in bare.split() if w != "the").rstrip(" .!")
    if text in commands:
        return text
    if found := _PUT.fullmatch(text):
        item, place = found.groups()
        for spelt in (f"move {item} to {place}", f"put {item} in/on {place}"):
            if spelt in commands:
                return spelt
    return text
