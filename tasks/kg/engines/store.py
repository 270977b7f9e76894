"""A store on disk from files of triples, so that a graph larger than memory is loaded once."""

from hashlib import file_digest, sha256
from pathlib import Path

from harness import Tell, UsageError

KINDS = (".nt", ".ttl")
SOURCE = "source.sha256"
"""In a store: the digest of the files it was made from."""


def build(source: Path, target: Path, tell: Tell) -> int:
    """Load a file, or all files of a folder, into the empty folder `target`; returns how many triples.

    Raises `UsageError` naming the file.
    """
    from pyoxigraph import RdfFormat, Store

    files = [source] if source.is_file() else sorted(f for f in source.rglob("*") if f.suffix in KINDS)
    if not files or any(f.suffix not in KINDS for f in files):
        raise UsageError(f"-T graph={source}: expected N-Triples (.nt) or Turtle (.ttl), or a folder of them")
    store = Store(str(target))
    for number, file in enumerate(files):
        tell(f"loading {file.name}", number, len(files))
        kind = RdfFormat.TURTLE if file.suffix == ".ttl" else RdfFormat.N_TRIPLES
        try:
            store.bulk_load(path=str(file), format=kind)
        except (SyntaxError, ValueError, OSError) as wrong:
            raise UsageError(f"{file}: {wrong}") from None
    store.optimize()
    found = len(store)
    store.flush()
    digests = sorted(_digest(f) for f in files)
    (target / SOURCE).write_text(sha256("\n".join(digests).encode()).hexdigest() + "\n", encoding="utf-8")
    return found


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def identity(store: Path) -> str:
    """What is in a store, wherever it lies: by its source or, where it was made elsewhere, by the names and
    sizes of its files (RocksDB's own log tells of the opening, not of the content)."""
    source = store / SOURCE
    if source.is_file():
        return source.read_text(encoding="utf-8").strip()
    files = sorted(f for f in store.iterdir() if f.is_file() and not f.name.startswith("LOG"))
    return sha256("\n".join(f"{f.name} {f.stat().st_size}" for f in files).encode()).hexdigest()
