"""Reads a large JSON file element by element, so that no more than one chunk is in memory."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from harness import UsageError

_BLANKS = re.compile(r"[ \t\n\r]*")
CHUNK = 1 << 20
"""Characters read at once."""
LONGEST = 64 << 20
"""Characters that one element may take."""
_NEAR_END = 16
"""Characters. Closer to the end of what was read, an element may be cut off; so may an open string."""


class Element(NamedTuple):
    """One element of the outermost array or object."""

    key: str
    """Its key in an object; empty in an array."""
    value: Any
    where: str
    """FILE:LINE, item N: for messages."""


def elements(path: Path, chunk: int = CHUNK) -> Iterator[Element]:
    """The elements of the array or object in the file. Raises `UsageError` saying where it is broken."""
    try:
        with path.open(encoding="utf-8") as file:
            yield from _Reader(path, file, chunk).read()
    except OSError as e:
        raise UsageError(f"{path} cannot be read: {e.strerror}") from None
    except UnicodeDecodeError as e:
        raise UsageError(f"{path}: not UTF-8 text ({e.reason}); expected WebShop's JSON") from None


class _Reader:
    def __init__(self, path: Path, file: TextIO, chunk: int) -> None:
        self.path, self.file, self.chunk = path, file, chunk
        self.text, self.at, self.ended = "", 0, False
        self.line, self.item = 1, 0
        self.decode = json.JSONDecoder().raw_decode

    def read(self) -> Iterator[Element]:
        opening = self.next()
        if opening not in ("[", "{"):
            raise self.broken("expected a JSON array or object")
        closing = "]" if opening == "[" else "}"
        self.at += 1
        if self.next() == closing:
            self.at += 1
            return self.end()
        while True:
            self.item += 1
            self.next()
            where = self.where
            key = self.key() if opening == "{" else ""
            yield Element(key, self.value(), where)
            mark = self.next()
            self.at += 1
            if mark == closing:
                return self.end()
            if mark != ",":
                self.at -= 1
                raise self.broken(f"expected ',' or '{closing}' after the item")

    def key(self) -> str:
        key = self.value()
        if not isinstance(key, str):
            raise self.broken("expected a name in quotes")
        if self.next() != ":":
            raise self.broken(f"expected ':' after {key!r}")
        self.at += 1
        self.next()
        return key

    def value(self) -> Any:
        """The value at the present place, read on until it is whole."""
        while True:
            try:
                value, end = self.decode(self.text, self.at)
                if len(self.text) - end > _NEAR_END or self.ended:  # else a number might go on
                    self.forward(end)
                    return value
            except RecursionError:
                raise self.broken("nested too deeply") from None
            except ValueError as e:
                cut_off = isinstance(e, json.JSONDecodeError) and (
                    e.msg.startswith("Unterminated string") or e.pos >= len(self.text) - _NEAR_END
                )
                if self.ended or not cut_off or len(self.text) - self.at > LONGEST:
                    raise self.broken(str(getattr(e, "msg", e)), getattr(e, "pos", self.at)) from None
            self.more()

    def next(self) -> str:
        """The next character that is no blank, which becomes the present place; empty at the end."""
        while True:
            blanks = _BLANKS.match(self.text, self.at)
            end = blanks.end() if blanks else self.at
            self.forward(end)
            if end < len(self.text):
                return self.text[end]
            if self.ended:
                return ""
            self.more()

    def forward(self, end: int) -> None:
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def more(self) -> None:
        size = max(self.chunk, len(self.text) - self.at)
        read = self.file.read(size)
        self.ended = not read
        self.text, self.at = self.text[self.at :] + read, 0

    def end(self) -> None:
        if self.next():
            raise self.broken("expected nothing after the end")

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}, item {self.item}"

    def broken(self, what: str, place: int | None = None) -> UsageError:
        line = self.line + (self.text.count("\n", self.at, place) if place is not None else 0)
        item = f", item {self.item}" if self.item else ""
        return UsageError(f"{self.path}:{line}{item}: not valid JSON: {what}")
