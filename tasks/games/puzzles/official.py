"""AgentBench's own puzzles, from a checkout the user registered; English or Chinese spreadsheets."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from harness import UsageError

from .samples import Fact, PuzzleSample

FILES: Final = {"agentbench-dev": "dev.xlsx", "agentbench-std": "standard.xlsx"}
FOLDERS: Final = {"en": "lateralthinkingpuzzle", "zh": "lateralthinkingpuzzle_zh"}
COLUMNS: Final = "story, answer, Story keys, Answer keys"
Loaded = tuple[tuple[PuzzleSample, ...], Mapping[str, int]]
"""The samples, and how many blank key lines were dropped from which of them."""


def load(folder: Path | None, split: str, language: str) -> Loaded:
    how = "register a checkout of THUDM/AgentBench with `harness data add agentbench PATH`"
    if folder is None:
        raise UsageError(f"split {split!r} of puzzles is AgentBench's own: {how}")
    path = folder / "data" / FOLDERS[language] / FILES[split]
    if not path.is_file():
        raise UsageError(f"{path} is missing, so puzzles has no split {split!r} here: {how} that has it")
    return _read(path, path.stat().st_mtime_ns, split, language)


def require() -> None:
    """Raises `UsageError` where openpyxl is missing."""
    try:
        import openpyxl  # noqa: F401
    except ImportError:
        raise UsageError(
            "AgentBench's puzzles need openpyxl: pip install 'agentbench-harness[games]'"
        ) from None


@lru_cache(maxsize=8)
def _read(path: Path, changed: int, split: str, language: str) -> Loaded:
    require()
    from openpyxl import load_workbook

    samples: list[PuzzleSample] = []
    blanks: dict[str, int] = {}
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0].iter_rows(min_row=2, values_only=True)
        rows = [(number, row) for number, row in enumerate(sheet, 2) if any(row)]
        book.close()
    except Exception as e:  # whatever openpyxl meets in a damaged file
        raise UsageError(f"{path}: not a readable spreadsheet ({type(e).__name__}: {e})") from None
    for number, row in rows:
        name = f"{split.removeprefix('agentbench-')}-{language}-{len(samples)}"
        sample, dropped = _sample(row, name, split, f"{path}, row {number}", language)
        samples.append(sample)
        if dropped:
            blanks[name] = dropped
    if not samples:
        raise UsageError(f"{path} has no puzzle: expected a heading and a row for each, {COLUMNS}")
    return tuple(samples), blanks


def _sample(
    row: tuple[Any, ...], name: str, split: str, where: str, language: str
) -> tuple[PuzzleSample, int]:
    texts = [str(cell).strip() if cell is not None else "" for cell in (*row, *[None] * 4)[:4]]
    story, truth = texts[:2]
    told, keys = (_lines(text) for text in texts[2:])
    named = dict(zip(COLUMNS.split(", "), (story, truth, True, keys), strict=True))
    if empty := [column for column, there in named.items() if not there]:
        raise UsageError(f"{where}: {' and '.join(empty)} is empty; expected the columns {COLUMNS}")
    lines = str(row[3]).splitlines()
    form = "Is it true that {}?" if language == "en" else "{}\u5417\uff1f"
    facts = tuple(Fact(key, form.format(key.rstrip(".\u3002"))) for key in keys)
    return PuzzleSample(name, split, story, truth, facts, told=told, official=True), len(lines) - len(keys)


def _lines(text: str) -> tuple[str, ...]:
    """Sentences without their numbers or dashes."""
    mark = re.compile(r"\s*(?:\d+\s*[.\u3001\uff0e:)](?!\d)|-)\s*")
    bare = (line[found.end() if (found := mark.match(line)) else 0 :].strip() for line in text.splitlines())
    return tuple(each for each in bare if each)
