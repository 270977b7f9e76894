"""The `-M key=value` options of a provider: typed, with the unknown ones refused."""

import difflib
import json
from collections.abc import Callable, Mapping
from typing import Any

from harness import UsageError

Reader = Callable[[str], Any]


def several(text: str) -> int:
    """false, or how many replies a request may ask for."""
    return 1 if text.strip().lower() in ("false", "no", "off") else count(text)


def count(text: str) -> int:
    """A whole number above zero."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def whole(text: str) -> int:
    """A whole number of zero or more."""
    if (number := int(text)) < 0:
        raise ValueError(text)
    return number


def amount(text: str) -> float:
    """A number of zero or more."""
    if not 0 <= (number := float(text)) < float("inf"):
        raise ValueError(text)
    return number


def words(text: str) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(w.strip() for w in text.split(",") if w.strip())


def mapping(text: str) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(said := json.loads(text), dict):
        raise ValueError(text)
    return said


def read(provider: str, given: Mapping[str, str], known: Mapping[str, Reader]) -> dict[str, Any]:
    """The given options as `known` reads them. Raises `UsageError` for any other key or value."""
    values = {}
    for typed, text in given.items():
        key = typed.replace("_", "-")
        if key not in known:
            close = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(known) or 'none'}"
            raise UsageError(f"-M {typed}={text}: {provider} has no option {typed!r}; {hint}")
        try:
            values[key] = known[key](text)
        except (ValueError, KeyError):
            wanted = (known[key].__doc__ or known[key].__name__).strip().rstrip(".")
            raise UsageError(f"-M {typed}={text}: expected here: {wanted[0].lower()}{wanted[1:]}") from None
    return values
