"""The header of a GGUF file: what a model says of itself, without loading it.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3.
"""

import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness import UsageError

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
LISTED = 16
"""Longer arrays (vocabularies) are skipped."""


def header(file: Path) -> Mapping[str, Any]:
    """The key-value pairs. Raises `UsageError` for a file that is no GGUF."""
    try:
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).pairs()
    except FileNotFoundError:
        raise UsageError(f"there is no file {file}") from None
    except (OSError, ValueError, struct.error, KeyError, RecursionError) as e:
        raise UsageError(f"{file} is not a GGUF file that can be read: {e}") from None


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def pairs(self) -> dict[str, Any]:
        if self.data[:4] != b"GGUF":
            raise ValueError("it does not start with GGUF")
        self.at = 4
        if (version := self.scalar("I")) not in (2, 3):
            raise ValueError(f"GGUF version {version}, expected 2 or 3")
        self.scalar("Q")  # the number of tensors
        return {self.string(): self.value(self.scalar("I")) for _ in range(self.scalar("Q"))}

    def scalar(self, code: str) -> Any:
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def string(self) -> str:
        length = self.scalar("Q")
        if length > len(self.data):
            raise ValueError("a text longer than the file")
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            return self.array(self.scalar("I"), self.scalar("Q"))
        return self.scalar(SCALARS[kind])

    def array(self, kind: int, length: int) -> Any:
        if length <= LISTED:
            return [self.value(kind) for _ in range(length)]
        if kind in SCALARS:
            self.at += length * struct.calcsize("<" + SCALARS[kind])
            return None
        for _ in range(length):
            self.value(kind)
        return None
