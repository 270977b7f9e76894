"""The books of Hallbeck Libraries."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Book:
    number: int
    title: str
    author: str
    kind: str
    form: str
    year: int
    branch: str
    free: bool


def books(words: Mapping[str, Any]) -> tuple[Book, ...]:
    """One book for every pair of the two halves of a title."""
    dice = Random("hallbeck shelves")
    titles = [f"{a} {b}" for a in words["firsts"] for b in words["seconds"]]

    def some(kind: str) -> str:
        return str(dice.choice(words[kind]))

    return tuple(
        Book(n, t, some("authors"), some("kinds"), some("forms"), dice.randint(1948, 2023), some("branches"),
             dice.random() < 0.5)
        for n, t in enumerate(titles)
    )  # fmt: skip
