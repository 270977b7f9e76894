"""What became of the data: every row read is trained on, validated on, or counted with its reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .cleaning import Hit
from .masks import Encoded
from .mixing import Mix

SHOWN = 5
"""Contaminated rows that `lines` names; `to_json` has them all."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """One source."""

    path: str
    kind: str
    format: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens of rows."""

    rows: int = 0
    min: int = 0
    median: int = 0
    p90: int = 0
    max: int = 0
    tokens: int = 0
    trained: int = 0
    """Tokens that are trained on."""

    @classmethod
    def of(cls, rows: Sequence[Encoded]) -> "Lengths":
        if not rows:
            return cls()
        sizes = sorted(len(r.input_ids) for r in rows)
        last = len(sizes) - 1
        middle, most = sizes[last // 2], sizes[round(0.9 * last)]
        trained = sum(r.trained for r in rows)
        return cls(len(sizes), sizes[0], middle, most, sizes[-1], sum(sizes), trained)


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of everything, and what the data was prepared by."""

    files: tuple[FileReport, ...]
    template: str
    ends: tuple[str, ...]
    """The tokens that end a trained turn: what generation has to stop at."""
    max_length: int
    seed: int
    dropped: Mapping[str, int]
    """Conversations, or turns, that are not trained on, by reason."""
    changed: Mapping[str, int]
    """Conversations that are trained on in another form, by what was done: windows, rows of one turn."""
    hits: tuple[Hit, ...]
    against: int
    """Evaluation texts that rows were compared with."""
    mix: Mix
    lengths: Mapping[str, Lengths] = field(default_factory=dict)
    """By part: train, validation, and train/KIND."""
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        said = asdict(self)
        mix = said["mix"]
        return said | {"mix": {**mix, "achieved": {"row": self.mix.rows, "token": self.mix.tokens}}}

    def lines(self) -> list[str]:
        """For a person to read."""
        return [
            *(
                f"data      {f.path}: {f.rows} {f.kind} rows ({f.format}), sha256 {f.sha256[:12]}"
                for f in self.files
            ),
            *(f"left out  {count} {why}" for why, count in self.dropped.items()),
            *(f"changed   {count} {how}" for how, count in self.changed.items()),
            *contamination(self.against, self.hits),
            *self._mix(),
            *(_length(part, lengths) for part, lengths in self.lengths.items()),
            f"template  {self.template}; a trained turn ends with {', '.join(self.ends) or 'nothing'}",
            *(f"warning   {text}" for text in self.warnings),
        ]

    def _mix(self) -> Iterable[str]:
        mix = self.mix
        wanted = "none asked for" if mix.target is None else f"{mix.target:g} per {mix.unit}"
        if mix.rows is not None and mix.tokens is not None:
            yield (
                f"mix       λ {wanted}; achieved {mix.rows:.3f} by rows ({mix.agent_rows} agent, "
                f"{mix.general_rows} general), {mix.tokens:.3f} by trained tokens"
            )


def contamination(texts: int, hits: Sequence[Hit]) -> Iterator[str]:
    """What the comparison with so many evaluation texts found."""
    if not texts:
        yield "compared  with no evaluation text: contamination is not known"
        return
    yield f"compared  with {texts} evaluation texts: {len(hits)} rows contaminated"
    for hit in hits[:SHOWN]:
        yield f"            {hit.row} holds {100 * hit.share:.0f} % of {hit.text} ({hit.how})"
    if len(hits) > SHOWN:
        yield f"            and {len(hits) - SHOWN} more"


def _length(part: str, it: Lengths) -> str:
    return (
        f"length    {part}: {it.rows} rows of {it.min} to {it.max} tokens, median {it.median}, "
        f"90 % below {it.p90}; {it.trained} of {it.tokens} tokens trained on"
    )
