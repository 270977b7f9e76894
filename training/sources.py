"""Where training data comes from: the entries of a recipe's `data:` list, and the rows of one of them.

A file is a JSON array or JSONL. Its rows are all read before any is used, so that a bad one is told of by
file and line, or index, and nothing of the file is trained on.
"""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness import UsageError

from .conversation import Conversation, Turn
from .formats import FORMATS, Named, Untold, detect

KINDS = ("agent", "general")
BUNDLED = "bundled"
"""The path of the general data that comes along; `bundled:600` makes 600 rows of it."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of a recipe's `data:` list."""

    path: Path
    kind: str = "agent"
    """`agent` or `general`: the two sides of the mix."""
    format: str = "auto"
    """A key of `FORMATS`, or auto."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """One source, read."""

    source: Source
    format: str
    rows: tuple[Conversation, ...]
    sha256: str
    """Of the file's bytes; of bundled data, of its rows."""


def load(source: Source, seed: int = 0) -> Loaded:
    """All rows of a source. Raises `UsageError` naming the file and the line or index of a bad one."""
    if source.kind not in KINDS:
        raise UsageError(f"data {source.path}: kind {source.kind!r} is none of {', '.join(KINDS)}")
    if source.format != "auto" and source.format not in FORMATS:
        known = ", ".join((*FORMATS, "auto"))
        raise UsageError(f"data {source.path}: there is no format {source.format!r}; there are {known}")
    if (size := _bundled(str(source.path))) is not None:
        from .general import MOST, conversations

        if size > MOST:
            raise UsageError(f"data {source.path}: there are at most {MOST} rows of {BUNDLED} data")
        rows = tuple(conversations(size, seed))
        said = "\n".join(json.dumps([t.message.to_json() for t in r.turns]) for r in rows)
        return Loaded(source, "messages", rows, sha256(said.encode()).hexdigest())
    data = _bytes(source.path)
    found = list(_items(source.path, data))
    if not found:
        raise UsageError(f"{source.path}: the file holds no rows")
    form = source.format if source.format != "auto" else _format(source.path, found)
    rows = tuple(_row(form, source, item) for item in found)
    return Loaded(source, form, rows, sha256(data).hexdigest())


def items(file: Path) -> Iterator[tuple[str, Any]]:
    """(where, row) of each row of a JSON array or of JSONL; where is `FILE:LINE` or `FILE[INDEX]`."""
    return _items(file, _bytes(file))


def _bundled(path: str) -> int | None:
    """How many bundled rows are asked for; None where the path is a file's."""
    name, _, count = path.partition(":")
    if name != BUNDLED or (not count and Path(path).exists()):
        return None
    if count and not (count.isdigit() and int(count)):
        raise UsageError(f"data {path}: expected {BUNDLED} or {BUNDLED}:COUNT")
    return int(count or 600)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except IsADirectoryError:
        raise UsageError(f"data {file} is a folder; name the files in it") from None
    except OSError as e:
        raise UsageError(f"data {file} cannot be read: {e.strerror}") from None


def _items(file: Path, data: bytes) -> Iterator[tuple[str, Any]]:
    try:
        text = data.removeprefix(BOM_UTF8).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as e:
        at = data[: e.start].count(b"\n") + 1
        raise UsageError(f"{file}:{at}: not UTF-8 ({e.reason})") from None
    if text.lstrip()[:1] == "[":
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError) as e:
            raise UsageError(f"{file}: not a JSON array ({e})") from None
        yield from ((f"{file}[{index}]", item) for index, item in enumerate(listed))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield f"{file}:{number}", json.loads(line)
            except (ValueError, RecursionError) as e:
                raise UsageError(f"{file}:{number}: not JSON ({e}); expected one object a line") from None


def _format(file: Path, items: Sequence[tuple[str, Any]]) -> str:
    """The one format that the first rows are written in."""
    found = [detect(item) for _, item in items[:20] if isinstance(item, dict)]
    likely = {f for f in found if f is not None}
    if len(likely) == 1:
        return likely.pop()
    if not likely:
        keys = ", ".join(items[0][1]) if isinstance(items[0][1], dict) else "no object"
        raise UsageError(
            f"{items[0][0]}: the format is not known by its fields ({keys}); "
            f"say format: one of {', '.join(FORMATS)}"
        )
    raise UsageError(f"{file}: rows of several formats ({', '.join(sorted(likely))}); say format:")


def _row(form: str, source: Source, placed: tuple[str, Any]) -> Conversation:
    where, item = placed
    try:
        if not isinstance(item, dict):
            raise Untold(f"a row is a JSON object, not {type(item).__name__}")
        return speakable(FORMATS[form].read(item, Named(where, source.path.stem, source.kind)))
    except (Untold, ValueError, KeyError, TypeError, AttributeError) as e:
        said = f"there is no {e.args[0]!r}" if isinstance(e, KeyError) else str(e)
        raise UsageError(f"{where}: not a row of format {form!r}: {said}") from None


def speakable(row: Conversation) -> Conversation:
    """Without halves of surrogate pairs, which JSON can write and no tokenizer can read."""
    return replace(row, turns=tuple(map(_whole, row.turns)))


def _whole(turn: Turn) -> Turn:
    try:
        turn.message.content.encode()
        "".join(c.arguments for c in turn.message.tool_calls).encode()
    except UnicodeEncodeError:
        calls = tuple(replace(c, arguments=_mended(c.arguments)) for c in turn.message.tool_calls)
        message = replace(turn.message, content=_mended(turn.message.content), tool_calls=calls)
        return replace(turn, message=message)
    return turn


def _mended(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
