"""How long `webshop` takes to open its catalogue, to search, step and fork, and the memory it needs.

    python benchmarks/webshop.py [--products 20000] [--rounds 200] [--folder CATALOGUE] [--alone]

Search is compared with SQLite FTS5 and bm25s (where installed) on the same documents with the same queries,
those of the expert on the train split, in turns: the best 50 of all products that share a word. Building is
timed from texts that lie ready. Opening and memory are measured in a process of its own, in which 200
searches are made and the 50 products of each are read; there, whole instructions are searched for, too. CPU
time is what a search takes on a machine that does nothing else. With `--folder`, a catalogue that is there
already (`harness data make webshop --products 1000000` says where) is measured.

Aims at a million products on two cores: open 1 s, resident 500 MB, search 10 ms (median).
"""

import argparse
import importlib
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from harness.tasks.web.webshop.catalogue import Catalogue, write
from harness.tasks.web.webshop.environment import ShopEnvironment, expert
from harness.tasks.web.webshop.index import TOP, IndexWriter, analyzer
from harness.tasks.web.webshop.make import bundled, product

Search = Callable[[str], object]
AIMS = {"open": 1000.0, "resident": 500.0, "search": 10.0}


def quiet(what: str, done: int = 0, total: int | None = None) -> None:
    """Progress that nobody watches."""


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def in_turns(searches: dict[str, Search], queries: list[str]) -> dict[str, list[float]]:
    """Milliseconds of every query: other load on the machine meets all of them."""
    took: dict[str, list[float]] = {name: [] for name in searches}
    for query in queries:
        for name, search in searches.items():
            took[name].append(milliseconds(lambda search=search, query=query: search(query)))  # type: ignore[misc]
    return took


def fts5(texts: list[str], folder: Path) -> Search:
    """Words with Porter stems, BM25, the best 50."""
    connection = sqlite3.connect(folder / "fts.sqlite")
    connection.execute("CREATE VIRTUAL TABLE docs USING fts5(text, tokenize = 'porter')")
    connection.executemany("INSERT INTO docs (text) VALUES (?)", ((t,) for t in texts))
    connection.commit()
    found = "SELECT rowid FROM docs WHERE docs MATCH ? ORDER BY rank LIMIT ?"

    def search(query: str) -> object:
        words = " OR ".join(f'"{w}"' for w in analyzer().analyze(query))
        return connection.execute(found, (words, TOP)).fetchall()

    return search


def bm25s(texts: list[str], folder: Path) -> Search:
    """Without stems, English stop words left out, in memory."""
    peer = importlib.import_module("bm25s")
    index = peer.BM25()
    index.index(peer.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)

    def search(query: str) -> object:
        words = peer.tokenize(query, stopwords="en", show_progress=False)
        return index.retrieve(words, k=TOP, show_progress=False)

    return search


def tantivy(texts: list[str], folder: Path) -> None:
    """Our own index alone, to compare the building."""
    index = IndexWriter(folder / "bare")
    for number, text in enumerate(texts):
        index.add(number, text)
    index.close()


def peers(shop: Catalogue, queries: list[str]) -> None:
    texts = [shop.product(n).document for n in range(shop.count)]
    searches: dict[str, Search] = {"webshop": shop.index.search}
    with tempfile.TemporaryDirectory() as folder:
        built = {"webshop": milliseconds(lambda: tantivy(texts, Path(folder)))}
        for name, make in (("fts5", fts5), ("bm25s", bm25s)):
            began = time.perf_counter()
            try:
                searches[name] = make(texts, Path(folder))
            except ImportError as missing:
                print(f"{name:8} left out: {missing}")
                continue
            built[name] = 1000 * (time.perf_counter() - began)
        took = in_turns(searches, queries)
    ours = statistics.median(took["webshop"])
    for name, times in took.items():
        median, slow = statistics.median(times), sorted(times)[int(0.95 * len(times))]
        print(
            f"{name:8} index {built[name] / 1000:7.2f} s {built[name] / built['webshop']:6.1f} x ours   "
            f"search {median:8.3f} ms (p95 {slow:.3f}) {median / ours:6.1f} x ours"
        )


def resident() -> float:
    """Of this process, in MB; mapped pages that were touched are in it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


def alone(folder: Path) -> dict[str, Any]:
    """What a process that only plays this shop sees."""
    before = resident()
    began = time.perf_counter()
    shop = Catalogue(folder)
    shop.search("hiking boots")
    opened = 1000 * (time.perf_counter() - began)
    words, whole = keywords(200), [s.instruction.lower() for s in bundled("train")[:200]]
    found = {"before": before, "products": shop.count, "open": opened}
    for name, queries in (("search", words), ("whole", whole)):
        busy = time.thread_time()
        found[name] = statistics.median(milliseconds(partial(shop.index.search, q)) for q in queries)
        found[f"{name} cpu"] = 1000 * (time.thread_time() - busy) / len(queries)
    for query in words:
        for number in shop.index.search(query):
            shop.product(number)
    return {**found, "resident": resident()}


def keywords(count: int) -> list[str]:
    """What the expert searches for first."""
    return [f"{' '.join(s.attributes)} {s.query} {' '.join(s.options)}" for s in bundled("train")[:count]]


def measured(folder: Path) -> None:
    asked = [sys.executable, __file__, "--measure", str(folder)]
    found = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    print(f"{found['products']} products, in a new process ({found['before']:.0f} MB before):")
    units = {
        "open": "ms, the first search included",
        "search": f"ms, median of wall time; CPU time {found['search cpu']:.2f} ms, mean",
        "resident": "MB",
    }
    for what, unit in units.items():
        met = "met" if found[what] <= AIMS[what] else "MISSED"
        print(f"  {what:8} {found[what]:8.2f} {unit}; aim {AIMS[what]:g}: {met}")
    print(
        f"  whole    {found['whole']:8.2f} ms for a whole instruction; CPU time {found['whole cpu']:.2f} ms"
    )


def visits(shop: Catalogue, rounds: int) -> None:
    """An expert's visits, step by step."""
    took: dict[str, list[float]] = {"reset": [], "step": [], "fork": [], "score": []}
    for sample in bundled("train")[:rounds]:
        world = ShopEnvironment(sample, shop, "native")
        actions = expert(world, 10)
        shop.search.cache_clear()  # or the steps would find what the expert searched for
        took["reset"].append(milliseconds(world.reset))
        for action in actions:
            took["fork"].append(milliseconds(world.fork))
            took["step"].append(milliseconds(lambda a=action, w=world: w.step(a)))  # type: ignore[misc]
        took["score"].append(milliseconds(world.score))
    print("  ".join(f"{what} {statistics.median(times):.3f} ms" for what, times in took.items()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--alone", action="store_true", help="without the comparisons")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(alone(asked.measure)))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        if asked.folder is None:
            took = milliseconds(lambda: write(folder, map(product, range(asked.products)), "made", quiet))
            print(f"catalogue of {asked.products} products made in {took / 1000:.1f} s")
        measured(folder)
        shop = Catalogue(folder)
        visits(shop, asked.rounds)
        if not asked.alone:
            peers(shop, keywords(asked.rounds))
        shop.close()


if __name__ == "__main__":
    main()
