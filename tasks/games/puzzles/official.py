"""AgentBench's own puzzles, from a checkout the user registered; English or Chinese spreadsheets."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness import UsageError

from .samples import Fact, PuzzleSample

FILES = {"agentbench-dev": "dev.xlsx", "agentbench-std": "standard.xlsx"}
FOLDERS = {"en": "lateralthinkingpuzzle", "zh": "lateralthinkingpuzzle_zh"}
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

    samples, blanks = [], {}
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        rows = [row for row in book.worksheets[0].iter_rows(min_row=2, values_only=True) if row and row[0]]
        book.close()
    except Exception as e:  # whatever openpyxl meets in a damaged file
        raise UsageError(f"{path}: not a readable spreadsheet ({type(e).__name__}: {e})") from None
    for index, row in enumerate(rows):
        name = f"{split.removeprefix('agentbench-')}-{language}-{index}"
        sample, dropped = _sample(row, name, split, path, language)
        samples.append(sample)
        if dropped:
            blanks[name] = dropped
    return tuple(samples), blanks


def _sample(
    row: tuple[Any, ...], name: str, split: str, path: Path, language: str
) -> tuple[PuzzleSample, int]:
    if len(row) < 4 or not row[3]:
        raise UsageError(f"{path}: {name}: expected the columns story, answer, Story keys, Answer keys")
    lines = str(row[3]).splitlines()
    keys = [re.sub(r"^\s*\d+\s*[.\u3001\uff0e:)]\s*", "", line).strip() for line in lines if line.strip()]
    form = "Is it true that {}?" if language == "en" else "{}\u5417\uff1f"
    facts = tuple(Fact(key, form.format(key.rstrip(".\u3002"))) for key in keys)
    story, truth = str(row[0]).strip(), str(row[1]).strip()
    return PuzzleSample(name, split, story, truth, facts, official=True), len(lines) - len(keys)
