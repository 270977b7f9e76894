"""AgentBench's own questions, from a checkout the user registered, and its ontology files where present.

`data/knowledgegraph/{dev,std}.json`, and `src/server/tasks/knowledgegraph/ontology/{fb_roles,vocab.json}`.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness import UsageError

from .calls import PARAMETERS, find, split
from .expressions import iri
from .ontology import Ontology, roles, vocabulary
from .programs import Step, built, kind
from .samples import KgSample

FILES = {"agentbench-dev": "dev.json", "agentbench-std": "std.json"}
SPLITS = tuple(FILES)
ONTOLOGY = Path("src/server/tasks/knowledgegraph/ontology")


def load(folder: Path | None, split: str) -> tuple[KgSample, ...]:
    how = "register a checkout of THUDM/AgentBench with `harness data add agentbench PATH`"
    if folder is None:
        raise UsageError(f"split {split!r} of kg is AgentBench's own: {how}")
    path = folder / "data" / "knowledgegraph" / FILES[split]
    if not path.is_file():
        raise UsageError(f"{path} is missing, so kg has no split {split!r}: {how} that has it")
    return _read(path, path.stat().st_mtime_ns, split)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, split: str) -> tuple[KgSample, ...]:
    try:
        records: Any = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as wrong:
        raise UsageError(f"{path}: not JSON ({wrong}); is the checkout whole?") from None
    samples: list[KgSample] = []
    for index, record in enumerate(records if isinstance(records, list) else [None]):
        try:
            samples.append(_sample(record, f"{split.removeprefix('agentbench-')}-{index}", split))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as wrong:
            raise UsageError(
                f"{path}: question {index} is not a knowledgegraph record ({type(wrong).__name__}: {wrong}); "
                "expected a JSON list of objects with question, entities, actions, answer"
            ) from None
    return tuple(samples)


def _sample(record: Mapping[str, Any], name: str, split: str) -> KgSample:
    entities = tuple((str(n), str(e)) for n, e in record["entities"].items())
    actions = tuple(step(str(a)) for a in record.get("actions") or ())
    gold = tuple(dict.fromkeys(str(a["answer_argument"]) for a in record["answer"]))
    if not gold:
        raise ValueError("it has no answer")
    built(actions, dict(entities))
    for part in (*(e for _, e in entities), *(a for s in actions for a in s[1:] if a[:1] != "#")):
        iri(part)
    return KgSample(name, split, str(record["question"]), entities, actions, gold, kind(actions))


def step(text: str) -> Step:
    """A call as the gold trajectories write it. Raises ValueError.

    >>> step("get_neighbors(m.0j50kb6,basketball.basketball_player.position_s)")
    ('get_neighbors', 'm.0j50kb6', 'basketball.basketball_player.position_s')
    """
    name = text.partition("(")[0].strip()
    inner = find(name, text) if name in PARAMETERS else None
    if inner is None or len(arguments := split(name, inner)) != len(PARAMETERS[name]):
        raise ValueError(f"not a call of a tool: {text!r}")
    return (name, *arguments)


def ontology(folder: Path) -> Ontology:
    """What the checkout says of relations; of what it lacks nothing is assumed. Raises `UsageError`."""
    where = folder / ONTOLOGY
    files = [f for f in (where / "fb_roles", where / "vocab.json") if f.is_file()]
    return _ontology(tuple(files), tuple(f.stat().st_mtime_ns for f in files))


@lru_cache(maxsize=2)
def _ontology(files: tuple[Path, ...], changed: tuple[int, ...]) -> Ontology:
    ranges: dict[str, str] = {}
    relations = attributes = None
    content = sha256()
    for file in files:
        said = file.read_bytes()
        content.update(said)
        try:
            if file.name == "fb_roles":
                ranges = roles(said.decode("utf-8").splitlines())
            else:
                relations, attributes = vocabulary(json.loads(said))
        except (ValueError, KeyError, TypeError) as wrong:
            raise UsageError(f"{file}: {type(wrong).__name__}: {wrong}; is the checkout whole?") from None
    label = " ".join([*(f.name for f in files), content.hexdigest()[:16]]) if files else "none"
    return Ontology(ranges, relations, attributes, label)
