"""One problem of the task, official or bundled: how its machine starts and how it is graded."""

from dataclasses import dataclass

from harness import Sample

from .manifest import Entry


@dataclass(frozen=True, slots=True)
class Script:
    """A program of a sample: its text, its language, and the name of the file it came from."""

    code: str
    language: str = "bash"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The answer is a literal, or contains what a regular expression finds (official `match`)."""

    answer: str | None = None
    regex: str | None = None
    strip: bool = True


@dataclass(frozen=True, slots=True)
class Checks:
    """A chain of programs (official `check`); None stands for the output of `example`."""

    chain: tuple[Script | None, ...]
    example: Script | None = None
    corrected: Script | None = None
    """A reference that repairs `example` where that is known to be wrong (see errata.py)."""


@dataclass(frozen=True, slots=True)
class Value:
    """The answer of a bundled question; `gold` was computed, `kind` is `integer` or `text`."""

    gold: str
    kind: str = "integer"


@dataclass(frozen=True, slots=True)
class Demand:
    """A script that the agent wrote is run, and its output compared."""

    argv: tuple[str, ...]
    output: str


@dataclass(frozen=True, slots=True)
class State:
    """What a bundled change must leave: exactly these files under `root`, these accounts, these outputs."""

    root: str
    before: tuple[Entry, ...]
    after: tuple[Entry, ...]
    accounts: tuple[tuple[str, str], ...] = ()
    """Patterns of lines that are to be found (with `!`: no longer found), and the file to look in."""
    kept: tuple[tuple[str, str], ...] = ()
    """The same for lines that must stay."""
    demands: tuple[Demand, ...] = ()


Grading = Match | Checks | Value | State


@dataclass(frozen=True, slots=True)
class OsSample(Sample):
    """A problem, the scripts that prepare its machine, its grading and an expert's commands."""

    problem: str
    grading: Grading
    init: tuple[Script, ...] = ()
    start: str = ""
    """Typed into the agent's shell before it begins: background processes."""
    expert: tuple[str, ...] = ()
    """Commands that solve it; for a question, the reference whose output is the gold answer."""
    labels: tuple[str, ...] = ()
