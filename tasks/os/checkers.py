"""Comparing an answer with its gold: AgentBench's comparators and our repaired ones.

Every function takes what the agent said and what was expected, both untrusted text, and returns
whether they agree; none raises and none evaluates anything. `published` functions do what the
scripts of AgentBench do (spec/agentbench.md, section 2), crashes included: a crash is a wrong answer.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

Checker = Callable[[str, str], bool]

_SUFFIXES = ("B", "Byte", "K", "KB", "M", "MB", "G", "GB", "T", "TB", "P", "PB")
_POWERS = {"": 0, "b": 0, "byte": 0, "bytes": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]*)")
_LONGEST = 400
"""Digits a number may have; longer ones are no answer, and slow to read."""


def integer(said: str, gold: str) -> bool:
    """int(said) == int(gold), as `integer-match`: "5" and " 05 " are 5, "5.0" and "The answer is 5" are not.

    >>> integer("5", "5\\n"), integer("The answer is 5", "5"), integer("5.0", "5")
    (True, False, False)
    """
    numbers = _int(said), _int(gold)
    return None not in numbers and numbers[0] == numbers[1]


def integer_in_words(said: str, gold: str) -> bool:
    """As `integer`, but a sentence counts too when it holds exactly one number, and that is whole.

    >>> integer_in_words("It is 5.", "5"), integer_in_words("5 of 7", "5"), integer_in_words("5.5", "5")
    (True, False, False)
    """
    if integer(said, gold):
        return True
    numbers = re.findall(r"(?<![\w.])[+-]?\d+(?:[.,]\d+)*(?![\w])", said[:2000])
    return len(numbers) == 1 and integer(numbers[0], gold)


def string(said: str, gold: str) -> bool:
    """Equal after line ends and outer white space are made alike (`string-match`)."""
    return _lines(said) == _lines(gold)


def string_in_quotes(said: str, gold: str) -> bool:
    """As `string`, and one pair of quotes or backticks around the answer is forgiven.

    >>> string_in_quotes("`app.log`", "app.log"), string_in_quotes("the file app.log", "app.log")
    (True, False)
    """
    plain = _lines(said)
    if len(plain) > 2 and plain[0] == plain[-1] and plain[0] in "\"'`":
        return plain[1:-1] == _lines(gold) or plain == _lines(gold)
    return plain == _lines(gold)


def size(said: str, gold: str) -> bool:
    """Equal sizes, whatever the unit: "4KB", "4 K", "4096" and "4096 bytes" agree; decimals are read.

    >>> size("4KB", "4.0K"), size("1.2G", "1.2GB"), size("1.2G", "1.3G"), size("big", "4K")
    (True, True, False, False)
    """
    sizes = _bytes(said), _bytes(gold)
    return None not in sizes and sizes[0] == sizes[1]


def published_size(said: str, gold: str) -> bool:
    """`size-match` as shipped: suffixes are tried in table order, so "4KB" is read as "4K" bytes and
    crashes, and so does every decimal; only whole numbers with a one-letter unit can be right.

    >>> published_size("4K", "4096B"), published_size("4KB", "4K"), published_size("1.2G", "1.2G")
    (True, False, False)
    """
    sizes = _published_bytes(said), _published_bytes(gold)
    return None not in sizes and sizes[0] == sizes[1]


def containing(said: str, gold: str) -> bool:
    """The expected text occurs in the answer; an empty expectation matches nothing."""
    return bool(_lines(gold)) and _lines(gold) in _lines(said)


def inside(said: str, gold: str) -> bool:
    """The answer occurs in the expected text; an empty answer matches nothing (`in`)."""
    return bool(_lines(said)) and _lines(said) in _lines(gold)


REPAIRED: Mapping[str, Checker] = {
    "integer-match": integer_in_words,
    "string-match": string_in_quotes,
    "size-match": size,
    "containing": containing,
    "in": inside,
}
"""The known checkers of the official data under `native`."""

PUBLISHED: Mapping[str, Checker] = {
    "integer-match": integer,
    "string-match": string,
    "size-match": published_size,
    "containing": containing,
    "in": inside,
}
"""The known checkers under `v0.2` and `fc`."""


def known(name: str) -> str:
    """The checker that a script's file name stands for, or "".

    >>> known("check/integer-match.py"), known("check/0.sh")
    ('integer-match', '')
    """
    stem = name.rsplit("/", 1)[-1].removesuffix(".py")
    return stem if stem in PUBLISHED else ""


def _int(text: str) -> int | None:
    try:
        return int(text) if len(text) <= _LONGEST else None
    except ValueError:
        return None


def _lines(text: str) -> str:
    return "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n"))


def _bytes(text: str) -> Decimal | None:
    found = _SIZE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        return None
    unit = found[2].lower()
    unit = unit if unit in _POWERS else unit.removesuffix("ib").removesuffix("b")
    if unit not in _POWERS:
        return None
    try:
        return Decimal(found[1]) * Decimal(1024) ** _POWERS[unit]
    except (InvalidOperation, ValueError):
        return None


def _published_bytes(text: str) -> int | None:
    plain = text.strip()
    for place, suffix in enumerate(_SUFFIXES):
        if plain.endswith(suffix):
            number = _int(plain.removesuffix(suffix).strip())
            return None if number is None else number * 1024 ** (place // 2)
    return _int(plain)
