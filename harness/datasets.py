"""What lies in an AgentBench checkout: official files by task and split, partial checkouts too.

File names and counts are those of THUDM/AgentBench (spec/agentbench.md, sections 2 to 10).
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import HarnessError, UsageError
from harness.registry import home


@dataclass(frozen=True, slots=True)
class Part:
    """A set of official files: one split of one task, or what its samples need besides."""

    task: str
    what: str
    patterns: tuple[str, ...]
    """Relative to the checkout, as globs."""
    expected: int
    """Files in a whole checkout; 0 where there are many."""

    def found(self, checkout: Path) -> int:
        return sum(1 for p in self.patterns for f in checkout.glob(p) if f.is_file())


PARTS: Final = (
    Part("db", "agentbench-dev", ("data/dbbench/dev.jsonl",), 1),
    Part("db", "agentbench-std", ("data/dbbench/standard.jsonl",), 1),
    Part("os", "agentbench-dev", ("data/os_interaction/data/dev.json",), 1),
    Part("os", "agentbench-std", ("data/os_interaction/data/[1-7]/*.json",), 0),
    Part("os", "check scripts", ("data/os_interaction/scripts/**/*",), 0),
    Part("kg", "agentbench-dev", ("data/knowledgegraph/dev.json",), 1),
    Part("kg", "agentbench-std", ("data/knowledgegraph/std.json",), 1),
    Part("kg", "ontology", ("src/server/tasks/knowledgegraph/ontology/*",), 4),
    Part("puzzles", "agentbench-dev", ("data/lateralthinkingpuzzle/dev.xlsx",), 1),
    Part("puzzles", "agentbench-std", ("data/lateralthinkingpuzzle/standard.xlsx",), 1),
    Part("puzzles", "in Chinese", ("data/lateralthinkingpuzzle_zh/*.xlsx",), 2),
    Part("household", "agentbench-dev", ("data/alfworld/dev.json",), 1),
    Part("household", "agentbench-std", ("data/alfworld/standard.json", "data/alfworld/new_std.json"), 2),
    Part("avalon", "agentbench-dev", ("data/avalon/dev.json",), 1),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """How many files of a part are there."""

    part: Part
    files: int

    def __str__(self) -> str:
        p = self.part
        of = f" of {p.expected}" if p.expected else ""
        count = f"{self.files}{of} files" if self.files else "missing"
        return f"{p.task:<10} {p.what:<15} {count}"


def look(checkout: Path) -> list[Finding]:
    """What of AgentBench is in the folder. Raises `UsageError` where that is nothing."""
    if not checkout.is_dir():
        raise UsageError(f"{checkout} is not a folder")
    found = [Finding(p, p.found(checkout)) for p in PARTS]
    if not any(f.files for f in found):
        inner = next((d for d in sorted(checkout.glob("*")) if (d / "data").is_dir()), None)
        hint = f"; did you mean {inner}?" if inner else ""
        raise UsageError(
            f"{checkout} does not look like a checkout of THUDM/AgentBench: none of data/dbbench, "
            f"data/os_interaction, data/knowledgegraph ... holds its files{hint}"
        )
    return found


def is_url(text: str) -> bool:
    """Whether `text` is to be cloned rather than found on this machine.

    >>> is_url("https://github.com/THUDM/AgentBench"), is_url("git@host:a/b.git"), is_url("../AgentBench")
    (True, True, False)
    """
    return "://" in text or (text.partition(":")[0].count("@") == 1 and ":" in text)


def clone(url: str, name: str) -> Path:
    """A shallow clone of `url` in the harness's own folder. Raises `HarnessError` if git cannot."""
    target = home() / "data" / name
    if target.exists():
        raise UsageError(f"{target} exists already; delete it, or harness data add {name} {target}")
    target.parent.mkdir(parents=True, exist_ok=True)
    _git(["clone", "--depth", "1", "--", url, str(target)], url)
    return target


def _git(arguments: Sequence[str], url: str) -> None:
    quiet = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}  # a private repository fails instead of asking
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, env=quiet, check=False)
    except FileNotFoundError:
        raise HarnessError(
            f"git is not installed, so {url} cannot be cloned; install git, or download it and add it by path"
        ) from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise HarnessError(
            f"git could not clone {url}: {said}; check the address and the network, "
            "or download it elsewhere and add it by path"
        )
