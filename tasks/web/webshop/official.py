"""WebShop's own files: converted once to a catalogue and its goals, then opened quickly.

The files, as `web_agent_site/engine/engine.py` and `goal.py` of princeton-nlp/WebShop read them:
    items_shuffle.json     an array of products
    items_ins_v2.json      an object: product name to its attributes
    items_human_ins.json   an object: product name to its instructions
    human_goals.json       optional: the instructions in the order of their numbers, to compare with
The files with `_1000` before `.json` will do where the full ones are missing.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from harness import Tell, UsageError

from .catalogue import about, write
from .joined import Attributes
from .product import NO_BOUND, Product, bound, seeded
from .record import fields, options_of, product_of
from .samples import ShopSample
from .stream import elements

NAME = "webshop"
RANGES = {"agentbench-dev": range(200, 280), "agentbench-std": range(200)}
"""Numbers of the goals that AgentBench plays."""
SPLITS = tuple(RANGES)
SHUFFLE = 233
"""Seed of the goals' order."""
SOURCE = "WebShop"
_HOW = "register WebShop's files with `harness data add webshop PATH`"


class Goal(NamedTuple):
    """An instruction as people wrote it."""

    text: str
    attributes: tuple[str, ...]
    options: tuple[str, ...]


def convert(source: Path, target: Path, tell: Tell) -> list[str]:
    """Read the files in the folder `source` into a catalogue and `goals.jsonl` in `target`."""
    if not source.is_dir():
        raise UsageError(f"{source} is not a folder; expected the one with items_shuffle.json")
    items, ins, human = (_file(source, n) for n in ("items_shuffle", "items_ins_v2", "items_human_ins"))
    instructions = _instructions(human)
    goals: list[dict[str, Any]] = []
    with Attributes(target / "attributes.sqlite") as attributes:
        attributes.fill(ins, tell)

        def products() -> Iterator[Product]:
            for product in _products(items, attributes):
                for number, goal in enumerate(instructions.get(product.asin, ())):
                    goals.append(_sample(product, goal, number))
                yield product

        count = write(target, products(), SOURCE, tell)
    (target / "attributes.sqlite").unlink()
    if not count:
        raise UsageError(f"{items}: holds no product")
    Random(SHUFFLE).shuffle(goals)
    lines = (json.dumps(g, ensure_ascii=False) + "\n" for g in goals)
    (target / "goals.jsonl").write_text("".join(lines), encoding="utf-8")
    found = [f"{count} products, {len(goals)} goals"]
    found += [f"{split}: {len(goals[r.start : r.stop])} goals" for split, r in RANGES.items()]
    return found + _compared(source, goals)


def _file(folder: Path, name: str) -> Path:
    for tried in (f"{name}.json", f"{name}_1000.json"):
        found = sorted(folder.rglob(tried))
        if found:
            return found[0]
    raise UsageError(f"{folder}: found no {name}.json; WebShop's setup.sh downloads it into its folder data")


def _products(items: Path, attributes: Attributes) -> Iterator[Product]:
    """Products in their order; of two with one name the first counts, odd names are left out."""
    seen: set[str] = set()
    for _, item, where in elements(items):
        said = fields(item, where)
        name = said.text("asin")
        if name == "nan" or len(name.encode()) > 10 or not name or name in seen:
            continue
        seen.add(name)
        yield product_of(said, attributes.of(name))


def _instructions(path: Path) -> dict[str, list[Goal]]:
    """Product name to the instructions that name attributes; WebShop leaves out the others."""
    found: dict[str, list[Goal]] = {}
    for name, listed, where in elements(path):
        if not isinstance(listed, list):
            raise UsageError(f"{where}: expected a list of instructions for {name!r}")
        for one in listed:
            said = fields(one, where)
            attributes = said.texts("instruction_attributes")
            goal = Goal(said.text("instruction"), attributes, options_of(said))
            if attributes:
                found.setdefault(name, []).append(goal)
    return found


def _sample(product: Product, goal: Goal, number: int) -> dict[str, Any]:
    upper = bound(product.price({}), seeded("bound", product.asin, str(number)))
    text = goal.text.strip(".")
    return {
        "instruction": text if upper is None else f"{text}, and price lower than {upper:.2f} dollars",
        "asin": product.asin,
        "title": product.title,
        "query": product.query,
        "path": product.path,
        "attributes": goal.attributes,
        "options": goal.options,
        "price_upper": NO_BOUND if upper is None else upper,
    }


def _compared(source: Path, goals: list[dict[str, Any]]) -> list[str]:
    """How many instructions stand where WebShop's own list of them has them."""
    for path in sorted(source.rglob("human_goals.json")):
        listed = [e.value for e in elements(path)]
        same = sum(_bare(a) == _bare(b["instruction"]) for a, b in zip(listed, goals, strict=False))
        return [f"{path.name}: {same} of {len(listed)} texts at the same place"]
    return []


def _bare(text: Any) -> str:
    """Without the price, quotes and case, as that list is written."""
    said = str(text).lower().partition(", and price")[0]
    return "".join(c for c in said if c not in "\"'").strip(" .")


def load(folder: Path | None, split: str) -> tuple[ShopSample, ...]:
    """The goals of a split."""
    if folder is None:
        raise UsageError(f"split {split!r} of webshop is WebShop's own: {_HOW}")
    path = folder / "goals.jsonl"
    if about(folder)["source"] != SOURCE or not path.is_file():
        raise UsageError(f"{folder} holds a generated shop, which has no split {split!r}: {_HOW}")
    return _read(path, path.stat().st_mtime_ns, split)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, split: str) -> tuple[ShopSample, ...]:
    wanted, samples = RANGES[split], list[ShopSample]()
    with path.open(encoding="utf-8") as lines:
        for number, line in zip(range(wanted.stop), lines, strict=False):
            if number in wanted:
                said: dict[str, Any] = json.loads(line)
                frozen: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in said.items()}
                samples.append(ShopSample(str(number), split, **frozen))
    return tuple(samples)
