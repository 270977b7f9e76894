"""The products on disk: nothing is read before it is asked for. All but the lines is memory-mapped.

A folder with
    catalogue.json    format version, number of products, digest, where they come from
    products.jsonl    a product a line, in the order of their numbers
    offsets.u64       where each line begins, and where the last ends (8 bytes each, native order)
    index/            the tantivy index
"""

import json
import mmap
import os
import shutil
import sys
import tempfile
from array import array
from collections.abc import Iterable
from contextlib import ExitStack
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness import Tell, UsageError

from .index import IndexWriter, ProductIndex
from .product import Product, pack, unpack

FORMAT = 1
_EVERY = 1000
"""Products between two signs of progress."""


def write(folder: Path, products: Iterable[Product], source: str, tell: Tell, total: int = 0) -> int:
    """Fill an empty folder, product by product. Returns how many there were."""
    offsets, digest, at = array("Q", [0]), sha256(), 0
    index = IndexWriter(folder / "index")
    with (folder / "products.jsonl").open("wb") as lines:
        for number, product in enumerate(products):
            line = pack(product) + b"\n"
            at += lines.write(line)
            digest.update(line)
            offsets.append(at)
            index.add(number, product.document)
            if number % _EVERY == 0:
                tell("products", number, total or None)
    index.close()
    with (folder / "offsets.u64").open("wb") as file:
        offsets.tofile(file)
    about = {
        "format": FORMAT,
        "order": sys.byteorder,
        "products": len(offsets) - 1,
        "digest": digest.hexdigest()[:16],
        "source": source,
    }
    (folder / "catalogue.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return len(offsets) - 1


def about(folder: Path) -> dict[str, Any]:
    """What is in a folder. Raises `UsageError` where that is no catalogue of this version."""
    path = folder / "catalogue.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        fits = said["format"] == FORMAT and said["order"] == sys.byteorder
        fits = fits and isinstance(said["products"], int) and isinstance(said["digest"], str)
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise UsageError(f"{path}: no catalogue of webshop ({type(e).__name__}: {e}); {_AGAIN}") from None
    if not fits:
        raise UsageError(f"{path}: made by another version or machine; {_AGAIN}")
    found: dict[str, Any] = said
    return found


_AGAIN = "make it again (`harness data add webshop PATH` or `make webshop`), or `harness data remove webshop`"


class Catalogue:
    """Products by number, and search. Shared by all episodes; it never changes."""

    def __init__(self, folder: Path) -> None:
        self.about = about(folder)
        self.count = int(self.about["products"])
        with ExitStack() as opened:
            mapped = _mapped(folder / "offsets.u64")
            opened.callback(mapped.close)
            if len(mapped) != 8 * (self.count + 1):
                raise UsageError(f"{folder} is incomplete; {_AGAIN}")
            self.offsets = memoryview(mapped).cast("Q")
            opened.callback(self.offsets.release)
            # Not mapped: the kernel maps 64 KB around each line that is read, and counts them as resident.
            self.lines = _opened(folder / "products.jsonl", self.offsets[-1])
            opened.callback(os.close, self.lines)
            try:
                self.index = ProductIndex(folder / "index")
            except ValueError as e:
                raise UsageError(f"{folder / 'index'} cannot be opened ({e}); {_AGAIN}") from None
            self.opened = opened.pop_all()
        self.product = lru_cache(maxsize=512)(self._product)
        self.search = lru_cache(maxsize=512)(self.index.search)

    def _product(self, number: int) -> Product:
        start, end = self.offsets[number], self.offsets[number + 1]
        return unpack(os.pread(self.lines, end - start, start))

    def close(self) -> None:
        self.opened.close()


def _mapped(path: Path) -> mmap.mmap:
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as e:
        raise UsageError(f"{path} cannot be opened ({e}); {_AGAIN}") from None


def _opened(path: Path, size: int) -> int:
    """A descriptor of a file of this size."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError as e:
        raise UsageError(f"{path} cannot be opened ({e}); {_AGAIN}") from None
    if os.fstat(file).st_size != size:
        os.close(file)
        raise UsageError(f"{path} is incomplete; {_AGAIN}")
    return file


def cached(cache: Path, name: str, products: Iterable[Product], source: str, tell: Tell) -> Path:
    """The catalogue `name` in the cache folder, made there if it is not yet: whole or not at all."""
    folder = cache / name
    if (folder / "catalogue.json").is_file():
        return folder
    new = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=cache))
    try:
        write(new, products, source, tell)
        new.chmod(0o755)
        new.rename(folder)
    except OSError:
        if not (folder / "catalogue.json").is_file():  # else another process was quicker
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder
