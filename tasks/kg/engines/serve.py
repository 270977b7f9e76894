"""Run as a program: loads a graph, then answers a query a line on standard input, as JSON."""

import json
import sys
from pathlib import Path


def main(path: str) -> None:
    from pyoxigraph import RdfFormat, Store

    if Path(path).is_dir():
        store = Store.read_only(path)
    else:
        store = Store()
        format = RdfFormat.TURTLE if path.endswith(".ttl") else RdfFormat.N_TRIPLES
        store.bulk_load(path=path, format=format)
    print(json.dumps({"ready": len(store) if Path(path).is_file() else 0}), flush=True)
    for line in sys.stdin:
        try:
            found = [row[0].value for row in store.query(json.loads(line)) if row[0] is not None]
            print(json.dumps({"found": found}), flush=True)
        except Exception as wrong:
            print(json.dumps({"error": str(wrong)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
