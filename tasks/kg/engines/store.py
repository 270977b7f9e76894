"""A store on disk from files of triples, so that a graph larger than memory is loaded once."""

from pathlib import Path

from harness import Tell, UsageError

KINDS = (".nt", ".ttl")


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
    return found
