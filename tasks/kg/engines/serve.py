"""Run as a program: loads a graph, then answers a query a line on standard input, as a line of JSON.

    python serve.py GRAPH SECONDS

Ends with its parent's pipe. A query past SECONDS ends the process even where the parent is gone: the
kernel's alarm clock reaches native code, which a Python signal handler would not. A query may take 4 GiB.
"""

import json
import resource
import signal
import sys
from pathlib import Path
from typing import Any

MORE = 4 << 30


def main(path: str, seconds: float) -> None:
    from pyoxigraph import Store

    try:
        store = Store.read_only(path) if Path(path).is_dir() else loaded(path)
    except (OSError, SyntaxError, ValueError) as wrong:
        tell({"error": f"{type(wrong).__name__}: {wrong}"})
        return
    limit_memory()
    tell({"ready": True})
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            answer: Any = {"found": column(store, json.loads(line))}
        except Exception as wrong:
            answer = {"error": f"{type(wrong).__name__}: {wrong}"}
        signal.setitimer(signal.ITIMER_REAL, 0)
        tell(answer)


def column(store: Any, query: str) -> list[str]:
    """The values of the first variable of a SELECT."""
    return [row[0].value for row in store.query(query) if row[0] is not None]


def loaded(path: str) -> Any:
    from pyoxigraph import RdfFormat, Store

    store = Store()
    store.bulk_load(path=path, format=RdfFormat.TURTLE if path.endswith(".ttl") else RdfFormat.N_TRIPLES)
    return store


def limit_memory() -> None:
    """Data of the process as it is now, and `MORE`."""
    pages = int(Path("/proc/self/statm").read_text().split()[5])
    size = pages * resource.getpagesize() + MORE
    resource.setrlimit(resource.RLIMIT_DATA, (size, resource.RLIM_INFINITY))


def tell(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the harness, which closes the pipe
    main(sys.argv[1], float(sys.argv[2]))
