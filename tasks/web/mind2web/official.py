"""Mind2Web's own files: checked and converted once, then opened quickly.

The store is `SPLIT.jsonl`, a task a line, and `pages/DIGEST.html.gz`, one file for each different page.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness import Tell, UsageError

from .choices import OPERATIONS
from .samples import RankedSample, Step, WebSample
from .scores import read_scores

NAME = "mind2web"
SPLITS = ("agentbench-dev", "agentbench-std")
RANKED = 50
"""Candidates kept of a ranking."""
_HOW = "register Mind2Web's files with `harness data add mind2web PATH`"


def convert(source: Path, target: Path, tell: Tell) -> list[str]:
    """Files below a folder named `dev` or `data_dev` make agentbench-dev; those below `std` or `data_std`,
    and `test_domain_*.json` anywhere else, make agentbench-std."""
    if not source.exists():
        raise UsageError(f"{source}: no such file or folder")
    files = sorted(source.rglob("*.json")) if source.is_dir() else [source]
    files = [f for f in files if f.is_file() and not f.name.startswith("scores")]
    chosen = [(f, s) for f in files if (s := _split(f, source)) is not None]
    if not chosen:
        raise UsageError(
            f"{source}: found no test_domain_*.json and no .json in a folder data_dev or data_std"
        )
    scores = read_scores(source if source.is_dir() else source.parent)
    (target / "pages").mkdir()
    seen: dict[str, dict[str, str]] = {split: {} for split in SPLITS}
    ranked: dict[str, list[bool]] = {split: [] for split in SPLITS}
    for number, (file, split) in enumerate(chosen):
        tell(file.name, number, len(chosen))
        with (target / f"{split}.jsonl").open("a", encoding="utf-8") as index:
            for at, task in enumerate(_tasks(file)):
                where = f"{file}: task {at}"
                kept = _converted(task, where, target, scores)
                if (before := seen[split].setdefault(kept["id"], where)) != where:
                    raise UsageError(f"{where} has the annotation_id {kept['id']!r} of {before}")
                ranked[split] += map(bool, kept["ranked"])
                index.write(json.dumps(kept, ensure_ascii=False) + "\n")
    if scores and not any(map(any, ranked.values())):
        raise UsageError(
            f"{source}: no score is of a candidate of its tasks; the scores name steps such as "
            f"{next(iter(scores))!r}, which should be ANNOTATION-ID_ACTION-UID"
        )
    return [f"{s}: {len(tasks)} tasks, {_ranker(ranked[s])}" for s, tasks in seen.items() if tasks]


def _ranker(ranked: list[bool]) -> str:
    if not any(ranked):
        return "without scores: ranked by BM25"
    return f"scores for {sum(ranked)} of {len(ranked)} steps"


def _split(file: Path, source: Path) -> str | None:
    folders = (source.name, *file.relative_to(source).parts[:-1]) if file != source else (source.parent.name,)
    for split in SPLITS:
        short = split.rpartition("-")[2]
        if any(part in (short, f"data_{short}") for part in folders):
            return split
    return SPLITS[1] if file.name.startswith("test_domain") else None


def _tasks(file: Path) -> Iterator[Any]:
    """The members of a list, one after the other: a file of 100 tasks with their pages may be a gigabyte,
    which is held once as text and never as a whole in objects."""
    try:
        text = file.read_text(encoding="utf-8")
        at, decoder = _BLANK.match(text, 0).end(), json.JSONDecoder()  # type: ignore[union-attr]
        if text[at : at + 1] != "[":
            raise UsageError(f"{file}: expected a list of tasks, found {text[at : at + 20]!r}")
        at = _BLANK.match(text, at + 1).end()  # type: ignore[union-attr]
        while text[at : at + 1] != "]":
            task, at = decoder.raw_decode(text, at)
            yield task
            after = _COMMA.match(text, at)
            if after is None:
                raise json.JSONDecodeError("Expecting ',' or ']'", text, at)
            at = after.end()
    except (ValueError, RecursionError) as e:
        raise UsageError(f"{file}: not JSON ({e}); expected a list of tasks") from None


_BLANK = re.compile(r"[ \t\r\n]*")
_COMMA = re.compile(r"[ \t\r\n]*(?:,[ \t\r\n]*|(?=\]))")


def _converted(
    task: Any, where: str, target: Path, scores: Mapping[str, Mapping[str, float]]
) -> dict[str, Any]:
    name = task.get("annotation_id", "?") if isinstance(task, dict) else "?"
    try:
        steps = [
            _step(action, said, target)
            for action, said in zip(task["actions"], task["action_reprs"], strict=True)
        ]
        if not steps:
            raise ValueError("it has no actions")
        given = [scores.get(f"{name}_{a['action_uid']}", {}) for a in task["actions"]]
        return {
            "id": str(task["annotation_id"]),
            "website": str(task["website"]),
            "domain": str(task["domain"]),
            "question": str(task["confirmed_task"]),
            "steps": [asdict(s) for s in steps],
            "ranked": [_best(s, g) for s, g in zip(steps, given, strict=True)],
        }
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        raise UsageError(
            f"{where} ({name}) is not Mind2Web's ({type(e).__name__}: {e}); expected annotation_id, "
            "website, domain, confirmed_task, action_reprs, and actions with action_uid, cleaned_html, "
            "operation, pos_candidates, neg_candidates"
        ) from None


def _step(action: Mapping[str, Any], said: str, target: Path) -> Step:
    html = closed(str(action["cleaned_html"]))
    page = sha256(html.encode()).hexdigest()[:16]
    path = target / "pages" / f"{page}.html.gz"
    if not path.exists():
        path.write_bytes(gzip.compress(html.encode(), mtime=0))
    right = [str(c["backend_node_id"]) for c in action["pos_candidates"]]
    others = [str(c["backend_node_id"]) for c in action["neg_candidates"]]
    if not right + others:
        raise ValueError(f"action {action['action_uid']} has no candidate")
    operation = action["operation"]
    if operation["op"] not in OPERATIONS:
        raise ValueError(f"operation {operation['op']!r} is none of {', '.join(OPERATIONS)}")
    return Step(
        operation=str(operation["op"]),
        value=" ".join(str(operation["value"]).split()) if operation["op"] != "CLICK" else "",
        positives=tuple(right),
        candidates=_in_order(html, dict.fromkeys(right + others)),
        page=page,
        target=str(said),
    )


_EMPTY = re.compile(r"<([a-z][\w:.-]*)((?:\s[^<>]*?)?)/>", re.IGNORECASE)
_VOID = re.compile(r"area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr", re.IGNORECASE)


def closed(page: str) -> str:
    """Mind2Web's pages are XML; an HTML parser takes its `<button/>` for the start of a button.

    >>> closed('<a x="1"/><br/>')
    '<a x="1"></a><br/>'
    """
    return _EMPTY.sub(lambda m: m[0] if _VOID.fullmatch(m[1]) else f"<{m[1]}{m[2]}></{m[1]}>", page)


def _in_order(html: str, names: Mapping[str, None]) -> tuple[str, ...]:
    """Candidates in document order; those that the page lacks come last."""
    from .document import Document

    places = {name: place for place, name in enumerate(Document(html).elements)}
    return tuple(sorted(names, key=lambda n: places.get(n, len(places))))


def _best(step: Step, scores: Mapping[str, float]) -> list[str]:
    known = [c for c in step.candidates if c in scores]
    return sorted(known, key=lambda c: -float(scores[c]))[:RANKED]


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
