"""MySQL's string literals in SQLite's spelling; the rest of a statement is left as it is.

MySQL reads "x" as a string and takes backslash escapes; SQLite reads "x" as a name and takes none.
Functions are not translated: an SQLite that stands in for MySQL is an approximation, and says so.
"""

import re

_PIECE = re.compile(
    r"""(?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")|(?P<other>`[^`]*`|--\s[^\n]*|/\*.*?\*/|.)""",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a", "%": "\\%", "_": "\\_"}


def to_sqlite(sql: str) -> str:
    r"""The statement with its strings in single quotes, escapes resolved.

    >>> to_sqlite(r'''SELECT `a` FROM t WHERE b = 'Don\'t' OR c = "x"''')
    "SELECT `a` FROM t WHERE b = 'Don''t' OR c = 'x'"
    """
    return _PIECE.sub(_piece, sql) if "\\" in sql or '"' in sql else sql


def _piece(found: re.Match[str]) -> str:
    if (said := found.group("quoted")) is None:
        return found.group("other")
    quote = said[0]
    inner = said[1:-1].replace(quote * 2, quote)
    inner = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m.group(1), m.group(1)), inner, flags=re.DOTALL)
    return "'" + inner.replace("'", "''") + "'"


def unescaped(text: str) -> str:
    """A cell as AgentBench loads it: a written backslash-n is a line break."""
    return text.replace("\\n", "\n")
