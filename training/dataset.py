"""From files to rows of tokens: read, clean, split, encode, mix; and a report of what became of every row.

prepared = prepare([Source(Path("agent.jsonl")), Source(Path("bundled"), "general")], tokenizer,
                   max_length=4096, lam=0.2, validation=0.05, seed=0, against=["db"])
print("\n".join(prepared.report.lines()))
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness import Tell, UsageError

from .chat_templates import OWN
from .cleaning import GRAM, Against, Hit, distinct
from .conversation import Conversation
from .evaluation import TRAIN, Entry, collect
from .masks import Coder, Encoded, Refused
from .mixing import Mix, check, interleave, shuffled
from .report import FileReport, Lengths, Report
from .sources import KINDS, Loaded, Source, load
from .splitting import split
from .windows import fit

__all__ = ["Encoded", "Prepared", "Report", "Source", "prepare"]

LONG: Final = ("window", "drop")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a trainer takes."""

    train: list[Encoded]
    validation: list[Encoded]
    report: Report


def quiet(what: str, done: int = 0, total: int | None = None) -> None:
    """Tells nobody."""


def prepare(
    sources: Sequence[Source],
    tokenizer: Any,
    *,
    max_length: int,
    template: str = OWN,
    long: str = "window",
    lam: float | None = None,
    unit: str = "row",
    validation: float = 0.0,
    seed: int = 0,
    against: Sequence[Entry] = (),
    overlap: float | None = 0.8,
    tell: Tell = quiet,
) -> Prepared:
    """Rows of at most `max_length` tokens, in the order in which they are to be trained on.

    `template` is own, llama2, chatml, plain or a file; the tokenizer is given it, so that saving the
    tokenizer beside the checkpoint makes inference use the same. `long` says what becomes of longer
    conversations: window or drop. `lam` is the share of agent data per `unit` (row, or token that is
    trained on); with None, all rows are used. `validation` is the share of problems held back, of each kind.
    `against` is the evaluation: (name, text) pairs, files, or tasks such as `db` or `games/test` (see
    `evaluation.py`); a row that holds `overlap` of a text's 10-grams is dropped, with None only one
    about the same problem or with the whole text.

    Raises `UsageError` for a bad file, row or option, and where nothing is left to train on.
    """
    check(lam, unit)
    if long not in LONG or not 0 <= validation < 1 or max_length < 1:
        raise UsageError(
            f"expected long: {' or '.join(LONG)}, 0 <= validation < 1, max_length >= 1; "
            f"got {long!r}, {validation}, {max_length}"
        )
    read = _read(sources, seed, tell)
    coder = Coder(tokenizer, template)
    work = _Work(coder, max_length, long == "window", tell)
    asked = collect(against, tell)
    evaluated = Against(asked.texts, overlap)
    rows = work.clean([row for one in read for row in one.rows], evaluated, len(asked.texts))
    train, held = work.sides(rows, validation, seed)
    mix, chosen = work.mix(train, lam, unit, seed)
    kept = [row for kind in KINDS for row in work.encoded(held[kind])]
    if not chosen:
        why = f"; {work.refused}" if work.refused else ""
        raise UsageError(f"nothing is left to train on: {_told(work.dropped)}{why}")
    files = (FileReport(str(o.source.path), o.source.kind, o.format, len(o.rows), o.sha256) for o in read)
    report = Report(
        files=tuple(files),
        template=template,
        ends=tuple(sorted(coder.ends)),
        max_length=max_length,
        seed=seed,
        dropped=dict(work.dropped),
        changed=dict(work.changed),
        hits=tuple(work.hits),
        against=len(asked.texts),
        mix=mix,
        lengths=_lengths(chosen, kept),
        warnings=(*elsewhere(rows), *absent(asked.absent), *by_name(evaluated), *work.warnings()),
    )
    return Prepared(chosen, kept, report)


def _lengths(train: Sequence[Encoded], validation: Sequence[Encoded]) -> dict[str, Lengths]:
    """By part; of each kind too, where rows of both are trained on."""
    sides = {f"train/{kind}": [r for r in train if r.kind == kind] for kind in KINDS}
    parts: dict[str, Sequence[Encoded]] = {"train": train, "validation": validation}
    parts |= sides if all(sides.values()) else {}
    return {part: Lengths.of(rows) for part, rows in parts.items() if rows}


def _read(sources: Sequence[Source], seed: int, tell: Tell) -> list[Loaded]:
    if not sources:
        raise UsageError("the recipe's data: names no source")
    read = []
    for number, source in enumerate(sources):
        tell(f"reading {source.path}", number, len(sources))
        read.append(load(source, seed))
    return read


def _told(dropped: Counter[str]) -> str:
    return ", ".join(f"{count} {why}" for why, count in dropped.items()) or "the files are empty"


@dataclass(slots=True)
class _Work:
    """The steps, and what they leave out."""

    coder: Coder
    max_length: int
    window: bool
    tell: Tell
    dropped: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    hits: list[Hit] = field(default_factory=list)
    done: int = 0
    refused: str = ""
    """Why the template refused the first row that it did."""

    def clean(self, rows: Sequence[Conversation], against: Against, texts: int) -> list[Conversation]:
        """Without rows that train nothing, duplicates and contamination."""
        useful = [r for r in rows if r.trained]
        self._drop("without a turn of the agent to train on", len(rows) - len(useful))
        kept, twice = distinct(useful)
        self._drop("duplicates", twice)
        clean = []
        for number, row in enumerate(kept):
            if number % 100 == 0:
                self.tell(f"comparing with {texts} evaluation texts", number, len(kept))
            hit = against.hit(row) if texts else None
            if hit is None:
                clean.append(row)
            else:
                self.hits.append(hit)
        self._drop("contaminated by the evaluation", len(self.hits))
        return clean

    def sides(
        self, rows: Sequence[Conversation], validation: float, seed: int
    ) -> tuple[dict[str, list[Conversation]], dict[str, list[Conversation]]]:
        """Training and validation conversations, by kind. A problem of both kinds is on one side too."""
        train, held = split(rows, validation, seed)
        return _by_kind(train), _by_kind(held)

    def mix(
        self, rows: dict[str, list[Conversation]], lam: float | None, unit: str, seed: int
    ) -> tuple[Mix, list[Encoded]]:
        """The encoded rows in the order of training. Only as many are encoded as λ has use for."""
        pools = {kind: shuffled(rows[kind], seed, kind) for kind in KINDS}
        if lam is None:
            taken = shuffled([r for kind in KINDS for r in self.encoded(pools[kind])], seed, "order")
        else:
            _demand(pools, lam)
            streams = {kind: _Stream(self, pools[kind]) for kind in KINDS}
            weight = (lambda row: 1) if unit == "row" else (lambda row: row.trained)
            taken = list(interleave(streams["agent"], streams["general"], lam, weight))
            for kind in KINDS:
                self._drop(f"{kind} rows that λ {lam:g} has no use for", streams[kind].left())
        sums = [sum(r.trained for r in taken if r.kind == kind) for kind in KINDS]
        counts = [sum(r.kind == kind for r in taken) for kind in KINDS]
        return Mix(lam, unit, counts[0], counts[1], sums[0], sums[1]), taken

    def encoded(self, rows: Sequence[Conversation]) -> Iterator[Encoded]:
        for row in rows:
            self.done += 1
            if self.done % 50 == 0:
                self.tell("encoding", self.done)
            try:
                fitted = fit(self.coder, row, self.max_length, self.window)
            except Refused as e:
                self.refused = self.refused or str(e)
                self._drop("that the chat template refuses", 1)
                continue
            limit = f"longer than {self.max_length} tokens"
            if not fitted.rows:
                self._drop(f"conversations {limit}", 1)
            else:
                self._drop(f"turns that fit into no window of {self.max_length} tokens", fitted.lost)
            if fitted.split:
                self.changed["conversations into rows of one turn (the template rewrites earlier turns)"] += 1
            elif len(fitted.rows) > 1:
                self.changed[f"conversations {limit}, shown in windows"] += 1
            yield from fitted.rows

    def warnings(self) -> Iterator[str]:
        tokenizer, coder = self.coder.tokenizer, self.coder
        if other := sorted(coder.ends - {tokenizer.eos_token}):
            yield (
                f"turns end with {', '.join(other)}, but the tokenizer's EOS is {tokenizer.eos_token}: "
                "generation_config has to stop at both"
            )
        if self.refused:
            yield self.refused
        if coder.unsaid:
            yield f"the template leaves out the text beside {coder.unsaid} tool calls"
        if coder.marked:
            yield f"{coder.marked} rows hold the tokenizer's special tokens in what they say"
        if coder.blurred:
            yield f"the header before {coder.blurred} turns is tokenised otherwise than in a prompt"

    def _drop(self, why: str, count: int) -> None:
        if count:
            self.dropped[why] += count


class _Stream:
    """Encoded rows of a pool, one by one, and how many conversations were not come to."""

    def __init__(self, work: _Work, pool: Sequence[Conversation]) -> None:
        self.pool = pool
        self.begun = 0
        self.waiting = 0
        self._work = work

    def __iter__(self) -> Iterator[Encoded]:
        for row in self.pool:
            made = list(self._work.encoded([row]))
            self.begun += 1
            for number, one in enumerate(made, 1):
                self.waiting = len(made) - number
                yield one

    def left(self) -> int:
        """Conversations not come to, and windows of the last one that were not taken."""
        return len(self.pool) - self.begun + self.waiting


def _by_kind(rows: Sequence[Conversation]) -> dict[str, list[Conversation]]:
    return {kind: [r for r in rows if r.source.get("kind", "agent") == kind] for kind in KINDS}


def elsewhere(rows: Sequence[Conversation]) -> Iterator[str]:
    """A warning for each split that is not meant to be trained on."""
    splits = Counter(
        f"{r.source.get('task')}/{r.source['split']}" for r in rows if r.source.get("split", TRAIN) != TRAIN
    )
    for name, count in splits.items():
        yield f"{count} rows are of {name}: scores on it will say nothing"


def absent(splits: Sequence[str]) -> Iterator[str]:
    if splits:
        yield f"not compared with {', '.join(splits)}, which cannot be read here"


def by_name(evaluated: Against) -> Iterator[str]:
    if names := evaluated.unmarked:
        yield (
            f"{len(names)} of {len(evaluated.names)} evaluation problems have no {GRAM} words in a row that "
            f"are theirs alone; rows are compared with them by name only ({names[0]} ...)"
        )


def _demand(pools: dict[str, list[Conversation]], lam: float) -> None:
    """Raises `UsageError` where λ asks for a side of which there is nothing."""
    missing = [k for k, share in (("agent", lam), ("general", 1 - lam)) if share > 0 and not pools[k]]
    if missing:
        raise UsageError(
            f"lambda: {lam:g} needs {missing[0]} data, and there is none; name some in data: "
            "(kind: general, path: bundled comes along), or leave lambda out"
        )
