"""Reads AgentBench's own OS samples from a checkout, which may be a partial one.

Record fields and id forms: spec/agentbench.md, section 2, and configs/tasks/os.yaml of AgentBench.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import UsageError

from . import errata
from .checkers import known
from .samples import Checks, Grading, Match, OsSample, Script

ROOT = Path("data") / "os_interaction"


class Missing(Exception):
    """A sample's file is not in this checkout."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The samples of a split that can be played, and why the others cannot."""

    samples: tuple[OsSample, ...]
    skipped: Mapping[str, str]


def load(checkout: Path | None, split: str) -> Loaded:
    """The split's samples, in the order of file names. Raises `UsageError` where there are none."""
    if checkout is None:
        raise UsageError(
            f"split {split!r} of task os needs the official files; register a checkout of AgentBench with "
            "`harness data add agentbench PATH`"
        )
    samples: list[OsSample] = []
    skipped: dict[str, str] = {}
    for id_, record, scripts, file in _records(checkout, split):
        try:
            samples.append(_sample(id_, split, record, scripts))
        except Missing as missing:
            skipped[id_] = f"its file {missing} is not in the checkout"
        except (KeyError, TypeError, ValueError, AttributeError) as e:
            raise UsageError(f"{file}: sample {id_} cannot be read: {type(e).__name__}: {e}") from e
    return Loaded(tuple(samples), skipped)


def _records(checkout: Path, split: str) -> Iterator[tuple[str, dict[str, Any], Path, Path]]:
    data, scripts = checkout / ROOT / "data", checkout / ROOT / "scripts"
    dev = split == "agentbench-dev"
    files = [data / "dev.json"] if dev else sorted(f for n in range(1, 8) for f in data.glob(f"{n}/*.json"))
    present = [f for f in files if f.is_file()]
    if not present:
        raise UsageError(
            f"no samples of {split} under {data}; expected {'dev.json' if dev else '1/*.json to 7/*.json'}. "
            "Register a checkout of AgentBench with `harness data add agentbench PATH`"
        )
    for file in present:
        group = "dev" if dev else file.parent.name
        prefix = "dev-001-" if dev else f"std-{int(group):03d}-"
        for place, record in enumerate(_json(file)):
            yield f"{prefix}{file.stem}-{place:05d}", record, scripts / group, file


def _json(file: Path) -> list[dict[str, Any]]:
    try:
        records = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as e:
        raise UsageError(f"{file}: not valid JSON: {e}") from e
    records = [records] if isinstance(records, dict) else records
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise UsageError(f"{file}: expected a list of samples")
    return records


def _sample(id_: str, split: str, record: Mapping[str, Any], scripts: Path) -> OsSample:
    evaluation = record["evaluation"]
    example = _scripts(evaluation.get("example", record.get("example")), scripts)
    grading = _grading(id_, evaluation, example, scripts)
    create = record.get("create")
    # Two published records have a list here, a pasted check: they start from the bare machine.
    init = _scripts(create.get("init"), scripts) if isinstance(create, dict) else ()
    expert = () if isinstance(grading, Match) else tuple(s.code for s in example if s.language == "bash")
    return OsSample(
        id_, split, str(record["description"]), grading, init, record.get("start") or "", expert,
        tuple(record.get("labels", ())),
    )  # fmt: skip


def _grading(id_: str, evaluation: Mapping[str, Any], example: tuple[Script, ...], scripts: Path) -> Grading:
    if (match := evaluation.get("match")) is not None:
        if isinstance(match, str):
            return Match(match)
        return Match(match.get("answer"), match.get("regex"), bool(match.get("strip", True)))
    check = evaluation["check"]
    chain = tuple(
        None if c is None else _script(c, scripts) for c in (check if isinstance(check, list) else [check])
    )
    reference = Script("\n".join(s.code for s in example), example[0].language) if example else None
    repaired = errata.corrected(id_)
    return Checks(chain, reference, Script(repaired) if repaired else None)


def _scripts(said: Any, folder: Path) -> tuple[Script, ...]:
    if said is None or said == "":
        return ()
    return tuple(_script(s, folder) for s in (said if isinstance(said, list) else [said]))


def _script(said: Any, folder: Path) -> Script:
    """A program: bash text, `{code}` or `{file}`, with its language where it is not bash."""
    if isinstance(said, str):
        return Script(said)
    language, name = said.get("language", "bash"), said.get("file", "")
    if "code" in said:
        return Script(said["code"], language)
    if known(name):  # ours is used, so the file may be missing
        return Script("", language, name)
    if not (folder / name).is_file():
        raise Missing((Path("scripts") / folder.name / name).as_posix())
    return Script((folder / name).read_text(encoding="utf-8"), language, name)
