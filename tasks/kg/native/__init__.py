"""The bundled graph and its questions: made from seeds, once, and kept in the harness's cache.

`test` (60 questions) and `train` (600) are about different kinds of things in one graph: they share no
entity, relation or sentence. Gold answers are computed by pyoxigraph over the graph; the tables that the
questions were drawn from must agree.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from ..expressions import Expression, entities, values
from ..ontology import Ontology
from ..programs import kind, trajectory
from ..samples import KgSample
from .schema import SPLITS, schema
from .shapes import SHAPES, Author, Draft, Unsuitable
from .words import Speaker
from .world import World, build

SIZES = {"test": 60, "train": 600}
__all__ = ["SPLITS", "bundled", "graph", "ontology"]
GRAPH = "graph.nt"
Select = Callable[[str], list[str]]


def bundled(cache: Path, split: str) -> tuple[KgSample, ...]:
    """The samples of a split, the same on every machine."""
    return _read(made(cache) / f"{split}.jsonl")


def graph(cache: Path) -> Path:
    """The bundled graph as N-Triples."""
    return made(cache) / GRAPH


@lru_cache(maxsize=1)
def ontology() -> Ontology:
    plans = [schema(split) for split in SPLITS]
    ranges = {r.id: r.range for p in plans for r in p.relations.values()}
    attributes = frozenset(a for p in plans for a in p.attributes)
    return Ontology(ranges, frozenset(ranges), attributes, "bundled")


def made(cache: Path) -> Path:
    """The folder of what was made; its name is a hash of what makes it, so that no change goes unseen."""
    folder = cache / f"kg-{version()}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix="kg-", dir=cache))
        try:
            make(new)
            new.chmod(0o755)
            new.rename(folder)
        except OSError:  # another process was faster
            if not folder.is_dir():
                raise
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return folder


@lru_cache(maxsize=1)
def version() -> str:
    here = Path(__file__).parent
    sources = [*sorted(here.glob("*.py")), *sorted(here.glob("*.toml"))]
    sources += [here.parent / f"{name}.py" for name in ("expressions", "programs", "samples")]
    return sha256(b"\0".join(s.read_bytes() for s in sources)).hexdigest()[:16]


def make(folder: Path) -> None:
    """Write the graph and the questions of both splits."""
    from ..engines.small import Small

    world = build()
    lines = list(world.triples())
    (folder / GRAPH).write_text("\n".join(lines) + "\n", encoding="utf-8")
    engine = Small(lines, "bundled")
    for split in SPLITS:
        samples = list(questions(world, split, engine.select))
        text = "".join(json.dumps(_plain(s), ensure_ascii=False) + "\n" for s in samples)
        (folder / f"{split}.jsonl").write_text(text, encoding="utf-8")


def questions(world: World, split: str, select: Select) -> Iterator[KgSample]:
    """The samples of a split; the shape follows from the number, the rest is drawn. No two are alike."""
    plan, shapes, asked = schema(split), list(SHAPES), set[Expression]()
    author = Author(world, plan)
    for number in range(SIZES[split]):
        author.random = random = Random(f"kg {split} {number}")
        program, answers = next(
            (d.program, d.answers)
            for d in _drafts(author, shapes[number % len(shapes)])
            if d.program not in asked
        )
        asked.add(program)
        actions = trajectory(program, world.names)
        gold = tuple(sorted(a.rpartition("/")[2] for a in select(values(program))))
        if gold != tuple(sorted(answers)):
            raise AssertionError(f"the engine answers {gold} to {program}, the tables say {answers}")
        yield KgSample(
            id=f"{split}-{number:03}",
            split=split,
            question=Speaker(plan, world.names, random).question(program),
            entities=tuple((world.names[e], e) for e in dict.fromkeys(entities(program))),
            actions=actions,
            gold=gold,
            kind=kind(actions),
        )


def _drafts(author: Author, shape: str) -> Iterator[Draft]:
    while True:
        try:
            yield author.draft(shape)
        except Unsuitable:
            continue


def _plain(sample: KgSample) -> dict[str, object]:
    names = ("id", "split", "question", "entities", "actions", "gold", "kind")
    return {name: getattr(sample, name) for name in names}


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[KgSample, ...]:
    return tuple(_sample(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


def _sample(said: Mapping[str, Any]) -> KgSample:
    return KgSample(
        id=said["id"],
        split=said["split"],
        question=said["question"],
        entities=tuple((name, entity) for name, entity in said["entities"]),
        actions=tuple(map(tuple, said["actions"])),
        gold=tuple(said["gold"]),
        kind=said["kind"],
    )
