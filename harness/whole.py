"""Text files that are written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole(file: Path) -> Iterator[IO[str]]:
    """Write a file beside `file` and put it in its place when all is written; UTF-8.

    Lone surrogates, of file names that are no UTF-8, are kept.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "a.txt")
    ...     with whole(file) as out:
    ...         _ = out.write("all of it")
    ...     file.read_text(), len(list(Path(folder).iterdir()))
    ('all of it', 1)
    """
    new = file.with_name(f"{file.name}.new")
    with new.open("w", encoding="utf-8", errors="surrogatepass") as out:
        yield out
    new.replace(file)
