"""How long `mind2web` takes to read a page, and to reset, step and fork.

    python benchmarks/mind2web.py [--rounds 20]

Medians in milliseconds. Readers are compared at the same work: parse a page and find every numbered
element. lxml and BeautifulSoup are compared where they are installed; the harness does not need them.
"""

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable, Iterator

from harness.tasks.web.mind2web.document import Document
from harness.tasks.web.mind2web.environment import Mind2WebEnvironment, expert
from harness.tasks.web.mind2web.rank import bm25
from harness.tasks.web.mind2web.sites import bundled, page

NUMBERED = "backend_node_id"


def median(work: Callable[[], object], rounds: int) -> float:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def large(size: int = 300_000) -> str:
    """A page of about `size` characters: the main parts of our own pages, one below the other."""
    inside, samples = "", bundled("test")
    for sample in samples * (size // 10_000):
        if len(inside) >= size:
            break
        html = page(sample, 0)
        start = html.index(">", html.index("<body")) + 1
        inside += f"<section>{html[start : html.rindex('</body>')]}</section>"
    return f"<!DOCTYPE html><html><body>{inside}</body></html>"


def readers(html: str) -> Iterator[tuple[str, Callable[[], int] | None]]:
    """Ways to parse the page and count its numbered elements; None where one is not installed."""
    from selectolax.lexbor import LexborHTMLParser

    yield "selectolax (lexbor)", lambda: len(LexborHTMLParser(html).css(f"[{NUMBERED}]"))
    if importlib.util.find_spec("lxml"):
        lxml = importlib.import_module("lxml.html")
        yield "lxml.html", lambda: len(lxml.fromstring(html).xpath(f"//*[@{NUMBERED}]"))
    else:
        yield "lxml.html", None
    if importlib.util.find_spec("bs4"):
        soup = importlib.import_module("bs4").BeautifulSoup
        yield "bs4 (html.parser)", lambda: len(soup(html, "html.parser").find_all(attrs={NUMBERED: True}))
    else:
        yield "bs4 (html.parser)", None


def compare(html: str, rounds: int) -> float:
    """Print what each reader takes; returns the milliseconds of the first."""
    first, count = 0.0, 0
    for name, read in readers(html):
        if read is None:
            print(f"  {name:20} not installed")
            continue
        count = count or read()
        took = median(read, rounds)
        first = first or took
        found = "" if read() == count else f" (finds {read()} elements, not {count})"
        print(f"  {name:20} {took:8.2f} ms  {took / first:6.1f} x{found}")
    return first


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    html = large()
    print(f"parse {len(html) // 1000} KB and find every numbered element:")
    bare = compare(html, rounds)
    read = Document(html)
    chosen = list(read.elements)[:: len(read.elements) // 5][:5]
    whole = median(lambda: Document(html).prune(chosen), rounds)
    texts = [read.describe(c) for c in read.elements]
    print(f"read and prune around five elements {whole:.2f} ms, {whole / bare:.1f} x the bare parse")
    print(f"prune alone {median(lambda: read.prune(chosen), rounds):.2f} ms")
    print(
        f"BM25 of {len(texts)} elements {median(lambda: bm25('book the first boat', texts), rounds):.2f} ms"
    )
    sample = bundled("test")[0]
    world = Mind2WebEnvironment(sample, page, "native")
    actions = expert(world)
    print(f"reset {median(world.reset, rounds):.3f} ms (the page was read and ranked before)")

    def play() -> None:
        world.reset()
        for action in actions:
            world.step(action)

    print(f"step  {median(play, rounds) / len(actions):.3f} ms, over the {len(actions)} questions of a task")
    world.reset()
    print(f"fork  {median(world.fork, rounds):.4f} ms")


if __name__ == "__main__":
    main()
