"""How reports write numbers, and text that others wrote (model names, error messages)."""

import unicodedata
from math import floor, log10

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table

NOTHING = "–"
"""Where there is no number."""


def percent(share: float | None) -> str:
    """A score as AgentBench prints it.

    >>> percent(0.424), percent(None)
    ('42.4', '–')
    """
    return NOTHING if share is None else f"{100 * share:.1f}"


def dollars(amount: float) -> str:
    """An amount of money; a small one to its second digit.

    >>> dollars(12.3), dollars(0.00123), dollars(0)
    ('$12.30', '$0.0012', '$0.00')
    """
    digits = 2 if amount <= 0 else max(2, 1 - floor(log10(amount)))
    return f"${amount:.{digits}f}"


def between(low: float | None, high: float | None) -> str:
    """An interval in per cent.

    >>> between(0.04, 0.29)
    '4.0–29.0'
    """
    return NOTHING if low is None or high is None else f"{100 * low:.1f}–{100 * high:.1f}"


def short(count: float) -> str:
    """A count in at most five characters.

    >>> [short(n) for n in (0, 999, 1234, 45678, 999_999, 1_234_567, 12_345_678_901)]
    ['0', '999', '1.2k', '46k', '1.0M', '1.2M', '12G']
    """
    for unit in ("", "k", "M", "G"):
        if count < 999.5 or unit == "G":
            break
        count /= 1000
    return f"{count:.1f}{unit}" if unit and count < 9.95 else f"{count:.0f}{unit}"


def clock(seconds: float) -> str:
    """A duration in at most six characters, below 100 days.

    >>> [clock(s) for s in (0.04, 7.25, 59.97, 75, 3599.9, 7_500, 200_000)]
    ['0.0s', '7.2s', '1m00s', '1m15s', '1h00m', '2h05m', '2d08h']
    """
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    if (whole := round(seconds)) < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if (whole := round(seconds / 60)) < 24 * 60:
        return f"{whole // 60}h{whole % 60:02d}m"
    whole = round(seconds / 3600)
    return f"{whole // 24}d{whole % 24:02d}h"


def visible(text: str) -> str:
    r"""Control characters written out: text can neither move the cursor nor reverse what follows.

    >>> visible("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return "".join(
        c if unicodedata.category(c)[0] != "C" else c.encode("unicode_escape").decode() for c in text
    )


def tame(text: str, longest: int = 0) -> str:
    """`visible`, on one line, and cut to a length where one is given.

    >>> tame("a  b"), tame("abcdef", 4)
    ('a b', 'abc…')
    """
    said = visible(" ".join(text.split()))
    return said if not longest or len(said) <= longest else said[: longest - 1] + "…"


class Whole:
    """A table that is never squeezed: where the console is too narrow, the lines are too long.

    Numbers cut short with an ellipsis would be lost from a log file. Print it with `crop=False`.
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        least = Measurement.get(console, options.update(max_width=10_000), self.table).minimum
        yield from console.render(self.table, options.update(width=max(options.max_width, least)))
