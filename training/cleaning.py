"""Rows that are left out before training: duplicates, and what the evaluation will ask.

A row is contaminated by an evaluation text when it is about the same problem by name, or when it holds at
least a given share of the text's n-grams of words (10, and 80 %, are what Llama 2 and AgentTuning use). What
many problems of one task share in texts of one kind, such as the instructions in prompts of one profile, is
no mark of any of them and does not count; the whole row is looked at, so it does not matter where in it the
text stands.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from .conversation import Conversation

GRAM: Final = 10
"""Words in an n-gram."""
SHORTEST: Final = 5
"""Texts of fewer words are compared with no row: any conversation may hold them."""


class Text(NamedTuple):
    """One evaluation text; up to its last `/`, the name says which task's it is."""

    name: str
    text: str
    kind: str = ""
    """What it is of the problem, such as its prompt under a profile: texts of one kind are told apart."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that is left out, and why."""

    row: str
    text: str
    share: float
    """Of the text's n-grams that the row holds; 1 for the same problem."""
    how: str


def fingerprint(row: Conversation) -> str:
    """Equal for rows that say the same and are trained on alike; blanks and ids of calls do not count."""
    said = [
        (t.train, m.role, " ".join(m.content.split()), [(c.name, c.arguments) for c in m.tool_calls])
        for t, m in ((t, t.message) for t in row.turns)
    ]
    plain = repr((said, [sorted(map(str, tool.items())) for tool in row.tools]))
    return sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def distinct(rows: Iterable[Conversation]) -> tuple[list[Conversation], int]:
    """The first of each set of equal rows, and how many were left out."""
    seen: set[str] = set()
    kept: list[Conversation] = []
    total = 0
    for row in rows:
        total += 1
        if (mark := fingerprint(row)) not in seen:
            seen.add(mark)
            kept.append(row)
    return kept, total - len(kept)


def words(text: str) -> list[str]:
    """Lower-case words and numbers."""
    return re.findall(r"\w+", text.lower())


def grams(text: str, size: int = GRAM) -> set[int]:
    """Hashes of the runs of `size` words."""
    listed = words(text)
    return {hash(tuple(listed[n : n + size])) for n in range(len(listed) - size + 1)}


class Against:
    """Evaluation texts, indexed to be looked for in rows."""

    def __init__(self, texts: Iterable[Text | tuple[str, str]], share: float | None = 0.8) -> None:
        """With `share` None, only problems of the same name and whole texts are looked for."""
        given = list(dict.fromkeys(Text(*t) for t in texts))  # what was exported twice is one text
        self.names = {t.name for t in given}
        self.share = 1.0 if share is None else share
        self.sizes: set[int] = set()
        self._marks: list[int] = []
        self._texts: list[str] = []
        self._index: dict[int, list[int]] = defaultdict(list)
        by_task: dict[tuple[str, str], list[Text]] = defaultdict(list)
        for text in given:
            by_task[text.name.rpartition("/")[0], text.kind].append(text)
        for texts_of_one in by_task.values():
            self._add(texts_of_one)

    def _add(self, texts: Sequence[Text]) -> None:
        found = [(t, size, grams(t.text, size)) for t in texts for size in _size(t.text)]
        of_problem: dict[str, set[int]] = defaultdict(set)
        for text, _, marks in found:
            of_problem[text.name] |= marks
        counts = Counter(g for marks in of_problem.values() for g in marks)
        common = max(2, len({t.name for t in texts}) // 5)
        for text, size, marks in found:
            own = {g for g in marks if counts[g] <= common}
            if own:
                self.sizes.add(size)
                for gram in own:
                    self._index[gram].append(len(self._marks))
                self._marks.append(len(own))
                self._texts.append(text.name)

    @property
    def unmarked(self) -> list[str]:
        """Problems without a run of words that is theirs alone: rows are compared with them by name."""
        return sorted(self.names - {*self._texts})

    def hit(self, row: Conversation) -> Hit | None:
        """The evaluation text that the row holds most of, if that is too much."""
        if row.problem in self.names:
            return Hit(row.id, row.problem, 1.0, "same problem")
        held = Counter(n for gram in self._row(row) for n in self._index.get(gram, ()))
        if not held:
            return None
        best = max(held, key=lambda n: (held[n] / self._marks[n], -n))
        share = held[best] / self._marks[best]
        if share < self.share:
            return None
        return Hit(row.id, self._texts[best], share, "same text" if share == 1 else "same n-grams")

    def _row(self, row: Conversation) -> set[int]:
        text = "\n".join(_said(row))
        return set().union(*(grams(text, size) for size in self.sizes))


def _said(row: Conversation) -> Iterator[str]:
    for turn in row.turns:
        yield turn.message.content
        for call in turn.message.tool_calls:
            yield call.arguments


def _size(text: str) -> list[int]:
    """The n of a text's n-grams: the usual, or for a short text all its words."""
    count = min(GRAM, len(words(text)))
    return [count] if count >= SHORTEST else []
