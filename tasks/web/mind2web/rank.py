"""Which candidates are worth asking about: BM25 of their words against the task's.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with k1 = 1.2 and
b = 0.75. It stands in for Mind2Web's trained ranker, whose scores are used where they are given.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log

from .document import document

K1, B = 1.2, 0.75
TOP = 10
"""Candidates that AgentBench takes of a step."""


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


@lru_cache(maxsize=1024)
def rank(question: str, candidates: tuple[str, ...], html: str) -> tuple[str, ...]:
    """The candidates, the best first; equal scores in document order."""
    page = document(html)
    scores = bm25(question, [page.describe(c) for c in candidates])
    order = sorted(range(len(candidates)), key=lambda i: (-scores[i], i))
    return tuple(candidates[i] for i in order)
