"""How long `kg`'s queries take over the bundled graph, beside rdflib.

    python benchmarks/kg.py [--rounds 30]

Medians in milliseconds, through the worker process as in a run; `bare` is pyoxigraph in this process, so
the rest is the pipe. The queries are those of the first test questions' gold trajectories; rdflib must find
the same, and is left out where it is not installed. Aims on two cores: making the graph 2 s, a worker ready
in 1 s, a step 5 ms, a query no slower with 16 threads than with one.
"""

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from harness.tasks.kg import native
from harness.tasks.kg.engines import Engine, Worker
from harness.tasks.kg.engines.small import Small
from harness.tasks.kg.environment import KgEnvironment
from harness.tasks.kg.expert import trajectory
from harness.tasks.kg.expressions import Expression, leaving, values
from harness.tasks.kg.programs import expressions
from harness.tasks.kg.samples import KgSample

Select = Callable[[str], list[str]]


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def queries(samples: tuple[KgSample, ...]) -> dict[str, list[str]]:
    """What a run asks: the relations of an entity and of a variable, and the members of each final one."""
    finals: dict[str, list[Expression]] = {}
    for sample in samples:
        finals.setdefault(sample.kind, []).append(expressions(sample)[-1])
    inner = [e for s in samples for e in expressions(s)[:-1]]
    return {
        "relations of an entity": [leaving(e) for s in samples for _, e in s.entities][:20],
        "relations of a variable": [leaving(e) for e in inner][:20],
        **{f"answers: {kind}": [values(e) for e in found][:20] for kind, found in finals.items()},
    }


def flat(query: str) -> str:
    """Without our inner selections of distinct members, which send rdflib through the whole graph (27 s
    for the relations of a variable): it gets the form that it is best at."""
    while (shorter := re.sub(r"\{ SELECT DISTINCT \?\w+ WHERE \{ ([^{}]*) \} \}", r"\1", query)) != query:
        query = shorter
    return query


def rdflib_select(path: Path) -> Select:
    """The same questions asked of rdflib."""
    import rdflib

    graph = rdflib.Graph()
    graph.parse(str(path), format="nt")

    def select(query: str) -> list[str]:
        rows: Any = graph.query(flat(query))
        return sorted(str(row[0]) for row in rows)

    return select


def medians(select: Select, asked: dict[str, list[str]], rounds: int) -> dict[str, float]:
    return {
        what: statistics.median(timed(partial(select, q)) for q in some for _ in range(rounds))
        for what, some in asked.items()
    }


def episodes(engine: Engine, samples: tuple[KgSample, ...], took: list[float]) -> None:
    """The expert's episodes, each of whose steps is timed."""
    for sample in samples:
        world = KgEnvironment(sample, "native", engine, native.ontology())
        world.reset()
        took.extend(timed(partial(world.step, action)) for action in trajectory(sample))
        took.append(timed(world.score))


def at_once(engine: Engine, query: str, threads: int, rounds: int) -> float:
    """Milliseconds a query where several threads ask."""
    with ThreadPoolExecutor(threads) as pool:
        asked = islice(_same(query), threads * rounds)
        return timed(lambda: list(pool.map(engine.select, asked))) / (threads * rounds)


def _same(query: str) -> Iterator[str]:
    while True:
        yield query


def aim(took: float, limit: float) -> str:
    return f"aim {limit:g} ms: {'met' if took <= limit else 'MISSED'}"


def show(path: Path, samples: tuple[KgSample, ...], rounds: int) -> None:
    worker = Worker(path, 60.0)
    asked = queries(samples)
    ready = timed(lambda: worker.check(str(path)))
    print(f"{'worker ready':26} {ready:10.0f} ms  {aim(ready, 1000)}")
    ours = medians(worker.select, asked, rounds)
    bare = medians(Small(path.read_text(encoding="utf-8").splitlines(), "bare").select, asked, rounds)
    theirs = _rdflib(path, worker, asked, ready)
    for what, took in ours.items():
        beside = f"{theirs[what]:9.2f} ms rdflib ({theirs[what] / took:6.1f} x ours)" if theirs else ""
        print(f"{what:26} {took:10.3f} ms  {bare[what]:8.3f} ms bare  {beside}")
    steps: list[float] = []
    episodes(worker, samples, steps)
    step = statistics.median(steps)
    print(f"{'step of an expert':26} {step:10.3f} ms  {aim(step, 5)}, slowest {max(steps):.1f} ms")
    query = asked["relations of an entity"][0]
    alone, crowd = (at_once(worker, query, n, 60) for n in (1, 16))
    met = "met" if crowd <= 1.25 * alone else "MISSED"
    print(f"{'a query, 16 threads':26} {crowd:10.3f} ms  {crowd / alone:.2f} x one thread; aim 1: {met}")
    worker.close()


def _rdflib(path: Path, worker: Worker, asked: dict[str, list[str]], ready: float) -> dict[str, float]:
    some = {what: asked_[:4] for what, asked_ in asked.items()}
    try:
        made: list[Select] = []
        loading = timed(lambda: made.append(rdflib_select(path)))
    except ImportError:
        print("rdflib: not installed")
        return {}
    print(f"{'rdflib loaded':26} {loading:10.0f} ms  {loading / ready:.1f} x ours")
    for query in (q for queries in some.values() for q in queries):
        if made[0](query) != sorted(worker.select(query)):
            raise SystemExit(f"rdflib finds something else for {query}")
    return medians(made[0], some, 1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        making = timed(lambda: native.graph(cache))
        path, samples = native.graph(cache), native.bundled(cache, "test")
        lines = sum(1 for _ in path.open(encoding="utf-8"))
        print(f"{'graph and questions made':26} {making:10.0f} ms  {aim(making, 2000)}; {lines} triples")
        show(path, samples, rounds)


if __name__ == "__main__":
    main()
