"""Drawing the particulars of one generated problem, and what a problem is before it gets its words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

from .manifest import Entry
from .samples import Demand
from .vocabulary import Vocabulary


class Scene:
    """Names from a vocabulary, each drawn at most once, and numbers."""

    def __init__(self, random: Random, words: Vocabulary) -> None:
        self.random, self.words = random, words
        self.root = random.choice(words.roots)
        self._pools: dict[str, list[str]] = {}

    def draw(self, kind: str, n: int) -> list[str]:
        """`n` different names of a kind (`folders`, `stems`, ...), none given out before."""
        if kind not in self._pools:
            names = list(getattr(self.words, kind))
            self._pools[kind] = self.random.sample(names, len(names))
        pool = self._pools[kind]
        taken, self._pools[kind] = pool[:n], pool[n:]
        return taken

    def one(self, kind: str) -> str:
        return self.draw(kind, 1)[0]

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def names(self, n: int, suffix: str = "") -> list[str]:
        """`n` different file names; numbers follow the stems so that there are enough."""
        stems = self.words.stems
        chosen = self.random.sample([f"{s}{i}" for s in stems for i in ("", "-2", "-7", "_b")], n)
        return [f"{c}.{suffix}" if suffix else c for c in chosen]

    def prose(self, lines: int, avoid: Iterable[str] = ()) -> str:
        """Lines of words without those to avoid."""
        words = [w for w in self.words.words if w not in set(avoid)]
        return "".join(" ".join(self.random.choices(words, k=5)) + "\n" for _ in range(lines))


@dataclass(slots=True)
class Draft:
    """A problem without its words: the facts to be told, the files, and what is right."""

    facts: Mapping[str, object]
    before: list[Entry]
    expert: str
    gold: str | None = None
    """Of a question; None for a change."""
    kind: str = "integer"
    after: list[Entry] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)
    init: str = ""
    """More preparation, after the files."""
    start: str = ""


def file(path: str, text: str = "", mode: int = 0o644, uid: int = 0, age: int = 0) -> Entry:
    return Entry(path, "file", text.encode(), mode, uid, uid, age=age)


def folder(path: str, mode: int = 0o755, uid: int = 0) -> Entry:
    return Entry(path, "dir", None, mode, uid, uid)


def link(path: str, target: str) -> Entry:
    return Entry(path, "link", target.encode(), uid=0, gid=0)


def made(path: str, text: str | None = None, mode: int | None = None, uid: int | None = None) -> Entry:
    """A file that the agent is to make: what was not asked for is not compared."""
    return Entry(path, "file", None if text is None else text.encode(), mode, uid)


def account(name: str, uid: int, shell: str = "/bin/sh", home: str = "/nonexistent") -> str:
    """The bash lines that add an account without `useradd`, which is slow."""
    return (
        f"printf '%s\\n' '{name}:x:{uid}:{uid}::{home}:{shell}' >> /etc/passwd\n"
        f"printf '%s\\n' '{name}:x:{uid}:' >> /etc/group\n"
    )


def table(rows: Iterable[Iterable[object]], separator: str = ",") -> str:
    return "".join(separator.join(map(str, r)) + "\n" for r in rows)


def most(counts: Mapping[str, int]) -> str | None:
    """The one name with the highest count; None where several share it."""
    top = max(counts.values())
    names = [n for n, c in counts.items() if c == top]
    return names[0] if len(names) == 1 else None
