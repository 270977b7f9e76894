"""How long `mind2web` takes to read a page of 300 KB, and to reset, step and fork.

    python benchmarks/mind2web.py [--rounds 20]

Medians in milliseconds. Parsing is compared with lxml and BeautifulSoup where they are installed.
"""

import argparse
import importlib
import statistics
import time
from collections.abc import Callable

from harness.tasks.web.mind2web.document import Document
from harness.tasks.web.mind2web.environment import Mind2WebEnvironment, expert
from harness.tasks.web.mind2web.sites import bundled, page


def median(work: Callable[[], object], rounds: int) -> float:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def large(size: int = 300_000) -> str:
    """A page of about `size` characters, its elements numbered throughout."""
    row = '<li backend_node_id="{0}"><a backend_node_id="{1}" title="Item">Item {0}</a> in stock</li>'
    rows = [row.format(2 * n, 2 * n + 1) for n in range(size // 80)]
    return f"<html><body><ul>{''.join(rows)}</ul></body></html>"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    html = large()
    chosen = [str(2 * n + 1) for n in range(0, 1000, 200)]
    ours = median(lambda: Document(html).prune(chosen), rounds)
    print(f"parse and prune {len(html) // 1000} KB: {ours:.2f} ms")
    for name, reader in (("lxml.html", "fromstring"), ("bs4", "BeautifulSoup")):
        try:
            read = getattr(importlib.import_module(name), reader)
        except ImportError:
            print(f"{name}: not installed")
            continue
        more = ("html.parser",) if name == "bs4" else ()
        alone = median(lambda read=read, more=more: read(html, *more), rounds)  # type: ignore[misc]
        print(f"{name}, parsing alone: {alone:.2f} ms, {alone / ours:.1f} x ours")
    sample = bundled("test")[0]
    world = Mind2WebEnvironment(sample, page, "native")
    actions = expert(world)
    print(f"reset {median(world.reset, rounds):.3f} ms")

    def play() -> None:
        world.reset()
        for action in actions:
            world.step(action)

    print(f"step  {median(play, rounds) / len(actions):.3f} ms")
    world.reset()
    print(f"fork  {median(world.fork, rounds):.4f} ms")


if __name__ == "__main__":
    main()
