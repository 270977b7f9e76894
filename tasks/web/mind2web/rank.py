"""Which candidates are worth asking about: BM25 of their words against the task's.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with k1 = 1.2 and
b = 0.75. It stands in for Mind2Web's trained ranker, whose scores are used where they are given. Like that
ranker it is asked with the task and the three actions before (Deng et al., 2023, section 3.1), and it sees
where an element stands: the score of the form around it is added to its own.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log

from .document import document
from .samples import WebSample

K1, B = 1.2, 0.75
TOP = 10
"""Candidates that AgentBench takes of a step."""
BEFORE = 3
"""Previous actions that are part of the query."""


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def bm25(query: str, texts: Sequence[str]) -> list[float]:
    """The score of every text."""
    bags = [Counter(words(t)) for t in texts]
    mean = sum(b.total() for b in bags) / max(1, len(bags)) or 1.0
    asked = sorted(set(words(query)))
    seen = {w: sum(w in b for b in bags) for w in asked}
    weight = {w: log(1 + (len(bags) - n + 0.5) / (n + 0.5)) for w, n in seen.items()}
    return [
        sum(weight[w] * b[w] * (K1 + 1) / (b[w] + K1 * (1 - B + B * b.total() / mean)) for w in asked)
        for b in bags
    ]


@lru_cache(maxsize=64)  # each entry holds a whole page
def rank(query: str, candidates: tuple[str, ...], html: str) -> tuple[str, ...]:
    """The candidates, the best first; equal scores in document order."""
    page = document(html)
    own = bm25(query, [page.describe(c) for c in candidates])
    around = bm25(query, [page.surroundings(c) for c in candidates])
    order = sorted(range(len(candidates)), key=lambda i: (-own[i] - around[i], i))
    return tuple(candidates[i] for i in order)


def query(sample: WebSample, step: int) -> str:
    """The task and what was done just before a step."""
    before = sample.steps[max(0, step - BEFORE) : step]
    return " ".join((sample.question, *(s.target for s in before)))
