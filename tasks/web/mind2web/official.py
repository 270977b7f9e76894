"""Mind2Web's own files: checked and converted once, then opened quickly.

The store is `SPLIT.jsonl`, a task a line, and `pages/DIGEST.html.gz`, one file for each different page.
Scores come from `scores_all_data.pkl` or the same object as `scores_all_data.json`.
"""

import gzip
import json
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness import Tell, UsageError

from .samples import RankedSample, Step, WebSample

NAME = "mind2web"
SPLITS = ("agentbench-dev", "agentbench-std")
RANKED = 50
"""Candidates kept of a ranking."""
_HOW = "register Mind2Web's files with `harness data add mind2web PATH`"


def convert(source: Path, target: Path, tell: Tell) -> list[str]:
    """Files below a folder named `dev` or `data_dev` make agentbench-dev; `test_domain_*.json`
    anywhere else makes agentbench-std."""
    files = sorted(source.rglob("*.json")) if source.is_dir() else [source]
    files = [f for f in files if f.is_file() and not f.name.startswith("scores")]
    chosen = [(f, s) for f in files if (s := _split(f, source)) is not None]
    if not chosen:
        raise UsageError(f"{source}: found no test_domain_*.json and no .json in a folder data_dev")
    scores = _scores(source if source.is_dir() else source.parent)
    (target / "pages").mkdir()
    counts = dict.fromkeys(SPLITS, 0)
    for number, (file, split) in enumerate(chosen):
        tell(file.name, number, len(chosen))
        with (target / f"{split}.jsonl").open("a", encoding="utf-8") as index:
            for task in _tasks(file):
                index.write(json.dumps(_converted(task, file, target, scores), ensure_ascii=False) + "\n")
                counts[split] += 1
    ranker = "with the scores given" if scores else "without scores: ranked by BM25"
    return [f"{split}: {n} tasks, {ranker}" for split, n in counts.items() if n]


def _split(file: Path, source: Path) -> str | None:
    folders = file.relative_to(source).parts[:-1] if file != source else ()
    if any(part in ("dev", "data_dev") for part in (source.name, *folders)):
        return SPLITS[0]
    return SPLITS[1] if file.name.startswith("test_domain") else None


def _tasks(file: Path) -> list[Any]:
    try:
        tasks = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as e:
        raise UsageError(f"{file}: not JSON ({e}); expected a list of tasks") from None
    if not isinstance(tasks, list):
        raise UsageError(f"{file}: expected a list of tasks, found {type(tasks).__name__}")
    return tasks


def _converted(task: Any, file: Path, target: Path, scores: Mapping[str, Any]) -> dict[str, Any]:
    name = task.get("annotation_id", "?") if isinstance(task, dict) else "?"
    try:
        steps = [
            _step(action, said, target)
            for action, said in zip(task["actions"], task["action_reprs"], strict=True)
        ]
        given = [scores.get(f"{name}_{a['action_uid']}", {}) for a in task["actions"]]
        return {
            "id": str(name),
            "website": str(task["website"]),
            "domain": str(task["domain"]),
            "question": str(task["confirmed_task"]),
            "steps": [asdict(s) for s in steps],
            "ranked": [_best(s, g) for s, g in zip(steps, given, strict=True)],
        }
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        raise UsageError(
            f"{file}: task {name!r} is not Mind2Web's ({type(e).__name__}: {e}); expected annotation_id, "
            "website, domain, confirmed_task, action_reprs, and actions with action_uid, cleaned_html, "
            "operation, pos_candidates, neg_candidates"
        ) from None


def _step(action: Mapping[str, Any], said: str, target: Path) -> Step:
    html = str(action["cleaned_html"])
    page = sha256(html.encode()).hexdigest()[:16]
    path = target / "pages" / f"{page}.html.gz"
    if not path.exists():
        path.write_bytes(gzip.compress(html.encode(), mtime=0))
    right = [str(c["backend_node_id"]) for c in action["pos_candidates"]]
    others = [str(c["backend_node_id"]) for c in action["neg_candidates"]]
    operation = action["operation"]
    return Step(
        operation=str(operation["op"]),
        value=str(operation["value"]) if operation["op"] != "CLICK" else "",
        positives=tuple(right),
        candidates=_in_order(html, dict.fromkeys(right + others)),
        page=page,
        target=str(said),
    )


def _in_order(html: str, names: Mapping[str, None]) -> tuple[str, ...]:
    """Candidates in document order; those that the page lacks come last."""
    from .document import Document

    places = {name: place for place, name in enumerate(Document(html).elements)}
    return tuple(sorted(names, key=lambda n: places.get(n, len(places))))


def _best(step: Step, scores: Mapping[str, float]) -> list[str]:
    known = [c for c in step.candidates if c in scores]
    return sorted(known, key=lambda c: -float(scores[c]))[:RANKED]


class _Plain(pickle.Unpickler):
    """Reads containers, numbers and text; refuses everything that would call code."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"holds a {module}.{name}")


def _scores(folder: Path) -> Mapping[str, Any]:
    """Step name to candidate to score, or nothing where there is no file."""
    for path in sorted(folder.rglob("scores_all_data.*")):
        try:
            with path.open("rb") as file:
                read = json.load(file) if path.suffix == ".json" else _Plain(file).load()
            scores: Mapping[str, Any] = read["scores"]
            return {str(k): {str(c): float(x) for c, x in v.items()} for k, v in scores.items()}
        except Exception as e:  # a broken pickle may raise almost anything
            raise UsageError(
                f"{path}: not read ({type(e).__name__}: {e}); expected plain "
                '{"scores": {"ANNOTATION_ACTION": {"NODE": number}}}; as scores_all_data.json it can be '
                "given too"
            ) from None
    return {}


def load(folder: Path | None, split: str) -> tuple[WebSample, ...]:
    """The tasks of a split of the store."""
    if folder is None:
        raise UsageError(f"split {split!r} of mind2web is Mind2Web's own: {_HOW}")
    path = folder / f"{split}.jsonl"
    if not path.is_file():
        raise UsageError(f"{path} is missing, so mind2web has no split {split!r}: {_HOW}")
    return _read(path, path.stat().st_mtime_ns, split)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, split: str) -> tuple[WebSample, ...]:
    return tuple(_samples(path, split))


def _samples(path: Path, split: str) -> Iterator[WebSample]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            kept = json.loads(line)
            steps = tuple(Step(**{k: _frozen(v) for k, v in s.items()}) for s in kept["steps"])
            steps_ranked = tuple(tuple(r) for r in kept["ranked"])
            said = {k: kept[k] for k in ("id", "website", "domain", "question")}
            yield RankedSample(split=split, steps=steps, ranked=steps_ranked, **said)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=64)
def page(folder: Path, name: str) -> str:
    """The HTML with this digest."""
    return gzip.decompress((folder / "pages" / f"{name}.html.gz").read_bytes()).decode()
