"""From what a teacher wrote to samples, or to the reason why not. Its text is never trusted."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from harness import Sample, Unfit
from harness.errors import blame

from .bench import Bench

MANY: Final = 50
"""Problems that are read of one reply."""
LONGEST: Final = 100_000
"""Characters of a reply that are read."""
TRIES: Final = 500
"""Braces at which an object may begin."""
NO_JSON: Final = "no JSON object in the reply"
CUT: Final = "the reply was cut off before its first problem was whole"
DUPLICATE: Final = "a duplicate"
KNOWN: Final = "a problem that is bundled already"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One problem that was written, or a reply without any: `reason` says why it is left out."""

    request: int
    problem: Mapping[str, Any]
    id: str = ""
    reason: str = ""
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        if not self.reason:
            return {"id": self.id, "problem": dict(self.problem), "request": self.request}
        return {
            "reason": self.reason,
            "detail": self.detail[:500],
            "problem": dict(self.problem),
            "request": self.request,
        }


@dataclass(slots=True)
class Screen:
    """Judges replies in the order of their requests; equal replies in equal order give equal results."""

    bench: Bench
    settled: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By id, the problems that an earlier invocation settled and kept: their gold stays what it was."""
    kept: list[Proposal] = field(default_factory=list)
    rejected: list[Proposal] = field(default_factory=list)
    _seen: dict[str, str] = field(default_factory=dict)
    """What a problem is known by (its key, its opening text), and what another one like it is."""

    def __post_init__(self) -> None:
        task = self.bench.planned.task
        for split in (s for s in ("test", "train") if s in task.splits):
            for sample in task.samples(split):
                self._seen[self._key(sample)] = KNOWN

    @property
    def reasons(self) -> Counter[str]:
        return Counter(p.reason for p in self.rejected)

    def take(self, request: int, given: Mapping[str, Any], text: str, finish: str, most: int) -> None:
        """Judge the problems of one reply, until `most` are kept."""
        written = list(objects(text))
        if not written:
            reason = CUT if finish == "length" else NO_JSON
            self.rejected.append(Proposal(request, {}, reason=reason, detail=text[:200]))
        for said in written:
            if len(self.kept) >= most:
                return
            proposal = self._judge(request, {**said, **given})
            (self.rejected if proposal.reason else self.kept).append(proposal)

    def _judge(self, request: int, problem: dict[str, Any]) -> Proposal:
        try:
            plain = json.dumps(problem, sort_keys=True, ensure_ascii=False)
            id = f"syn-{sha256(plain.encode()).hexdigest()[:12]}"  # before settle: what was written counts
            with blame(self.bench.task, "synthesis"):
                try:
                    problem = dict(self.settled.get(id) or self.bench.synthesis.settle(problem))
                    sample = self.bench.synthesis.sample(problem, id)
                except Unfit as unfit:
                    return Proposal(request, problem, reason=unfit.reason, detail=unfit.detail)
                key = self._key(sample)
            if key in self._seen:
                return Proposal(request, problem, reason=self._seen[key])
            if fault := self.bench.fault(sample):
                return Proposal(request, problem, reason=fault[0], detail=fault[1])
            opening = " ".join(self.bench.opening(sample).lower().split())
        except (RecursionError, UnicodeEncodeError) as e:
            return Proposal(request, {}, reason="not plain text", detail=type(e).__name__)
        if opening in self._seen:
            return Proposal(request, problem, reason=DUPLICATE, detail="the same words")
        self._seen[key] = self._seen[opening] = DUPLICATE
        return Proposal(request, problem, id)

    def _key(self, sample: Sample) -> str:
        return f"key {self.bench.synthesis.key(sample)}"


def objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a reply: of a list, whatever is around it; the whole ones of a list cut short.

    >>> list(objects('Here: ```json [{"a": 1}, {"b": [{}]}, {"c": ```'))
    [{'a': 1}, {'b': [{}]}]
    """
    decoder, at, found, tries = json.JSONDecoder(parse_constant=_refuse), 0, 0, 0
    text = text[:LONGEST]
    while found < MANY and tries < TRIES and (at := text.find("{", at)) >= 0:
        tries += 1
        try:
            said, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        if isinstance(said, dict):
            inner = said.get("problems")  # {"problems": [...]}, as some servers' JSON modes want it
            for one in inner if isinstance(inner, list) and len(said) == 1 else [said]:
                if isinstance(one, dict) and found < MANY:
                    found += 1
                    yield one


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
