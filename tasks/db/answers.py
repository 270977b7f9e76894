"""Reads the list an agent wrote as its answer. A literal is parsed here, never evaluated.

AgentBench v0.2 hands this text to Python's `eval`, which runs what the agent wrote inside the grader.
Here a small grammar is read: strings, numbers, None/True/False (JSON's words where asked for), and
lists, tuples and sets of them. Anything else is not a literal.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

LONGEST = 50_000
DEEPEST = 20
_TOKEN = re.compile(
    r"""\s*(?:(?P<open>[\[({])|(?P<close>[\])}])|(?P<comma>,)
    |(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<number>[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<word>[A-Za-z]+(?!\w)))""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {"[": "]", "(": ")", "{": "}"}
_PYTHON = {"None": None, "True": True, "False": False}
_JSON = {"null": None, "true": True, "false": False}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v", "\n": ""}
_SELF = "\\'\""
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def literal(text: str, json: bool = False) -> Any:
    """The value that `text` denotes. Raises `ValueError` for anything but a literal.

    >>> literal(' ["a", 1.5, None]'), literal("('x',)"), literal("7")
    (['a', 1.5, None], ('x',), 7)
    """
    reader = _Reader(text, json)
    value = reader.value(0)
    if reader.kind == "comma":  # a bare tuple: "a", "b"
        value = (value, *reader.items("", 1))
    if reader.kind != "end":
        raise ValueError("more text after the literal")
    return value


class _Reader:
    """A recursive-descent parser; its depth is bounded by DEEPEST."""

    def __init__(self, text: str, json: bool) -> None:
        if len(text) > LONGEST:
            raise ValueError("too long for a literal")
        self.text, self.words, self.at = text, {**_PYTHON, **_JSON} if json else _PYTHON, 0
        self.kind, self.token = "", ""
        self.next()

    def next(self) -> None:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            self.kind, self.token = "other" if self.text[self.at :].strip() else "end", ""
            return
        self.kind, self.at = str(found.lastgroup), found.end()
        self.token = found.group(self.kind)

    def value(self, depth: int) -> Any:
        kind, token = self.kind, self.token
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        if kind == "open":
            return self.group(token, depth)
        if kind == "text":
            parts = []
            while self.kind == "text":  # adjacent strings are one, as in Python
                parts.append(_unescape(self.token[1:-1]))
                self.next()
            return "".join(parts)
        if kind == "number":
            self.next()
            return _number(token)
        if kind == "word" and token in self.words:
            self.next()
            return self.words[token]
        raise ValueError("not a literal")

    def group(self, opened: str, depth: int) -> Any:
        items, comma = [], False
        self.next()
        while self.kind != "close":
            items.append(self.value(depth + 1))
            comma = self.kind == "comma"
            if comma:
                self.next()
            elif self.kind != "close":
                raise ValueError("a comma is missing")
        if self.token != _CLOSING[opened]:
            raise ValueError("brackets do not match")
        self.next()
        if opened == "(":
            return items[0] if len(items) == 1 and not comma else tuple(items)
        if opened == "{" and not items:
            raise ValueError("a dictionary is no list of answers")
        return items  # a set compares like a list here: comparators make sets themselves

    def items(self, closing: str, depth: int) -> list[Any]:
        found = []
        while self.kind == "comma":
            self.next()
            if self.kind == "end":
                break
            found.append(self.value(depth))
        return found


def _number(token: str) -> int | float:
    if re.fullmatch(r"[+-]?\d[\d_]*", token):
        if len(token) > 400:
            raise ValueError("a number of more than 400 digits")
        return int(token)
    return float(token)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_escaped, text) if "\\" in text else text


def _escaped(found: re.Match[str]) -> str:
    said = found.group(1)
    if said[0] in "ux" and len(said) > 1:
        return chr(int(said[1:], 16))
    if said[0] in "01234567":
        return chr(int(said, 8))
    return said if said in _SELF else _ESCAPED.get(said, "\\" + said)


def plain(value: Any) -> Any:
    """A literal as JSON can keep it: tuples become lists."""
    return [plain(v) for v in value] if isinstance(value, list | tuple) else value


def v02_answers(said: str) -> list[Any]:
    """What AgentBench v0.2 makes of the text after `Final Answer:`; its `list(eval(text))`.

    A quoted string alone falls apart into its letters there, and so it does here; text that is no
    literal is one answer as it stands, its leading space included.
    """
    try:
        value = literal(said)
    except ValueError:
        return [said]
    if isinstance(value, str | list | tuple):
        return [plain(v) for v in value]
    return [said]


def native_answers(said: str) -> list[str]:
    """A list in Python's or JSON's spelling, whatever follows it, or the first line as the only answer."""
    line = said.strip().partition("\n")[0].strip()
    if _THOUSANDS.fullmatch(line):
        return [line]
    for read, text in ((_whole, line), (_leading, said)):
        with suppress(ValueError):
            return texts(read(text))
    abbreviated = line.rpartition(" ")[2].count(".") > 1  # U.S., D.C.
    return [(line if abbreviated else line.removesuffix(".")).strip("'\"` ")]


def _whole(text: str) -> Sequence[Any]:
    value = literal(text, json=True)
    return value if isinstance(value, list | tuple) else [value]


def _leading(text: str) -> Sequence[Any]:
    """The list that a text begins with. Raises `ValueError` where it does not."""
    value = _Reader(text, json=True).value(0)
    if not isinstance(value, list):
        raise ValueError("no list")
    return value


def texts(values: Sequence[Any]) -> list[str]:
    """Answers as text; a row of one value is that value.

    >>> texts(["a", 7, None, ("b",)])
    ['a', '7', 'None', 'b']
    """
    return [str(v[0]) if isinstance(v, list | tuple) and len(v) == 1 else str(v) for v in values]
