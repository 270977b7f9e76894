"""The games that AgentBench plays: its lists of names, ALFWorld's files.

A list is `data/alfworld/dev.json`, `standard.json` (v0.2 and native) or `new_std.json` (fc) of a checkout
of THUDM/AgentBench: a JSON object of task type to paths such as
`json_2.1.1/valid_unseen/<task>/<trial>/game.tw-pddl`. The files come with ALFWorld's `alfworld-download`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from harness import Tell, UsageError

from ..samples import HouseholdSample
from .read import read_file

FOLDER = "json_2.1.1"
GAME = "game.tw-pddl"
LISTS = {"agentbench-dev": "dev.json", "agentbench-std": "standard.json"}
FC_STANDARD = "new_std.json"
ADD = "harness data add alfworld PATH"
Loaded = tuple[Sequence[HouseholdSample], Mapping[str, str]]


def load(root: Path | None, checkout: Path, split: str, profile: str) -> Loaded:
    """The games of a split that can be played, and the others with the reason."""
    newer = split == "agentbench-std" and profile == "fc"
    listed = checkout / "data" / "alfworld" / (FC_STANDARD if newer else LISTS[split])
    if not listed.is_file():
        raise UsageError(
            f"{listed} is missing, so household has no split {split!r} under {profile}: register a checkout "
            "of THUDM/AgentBench that has it with `harness data add agentbench PATH`"
        )
    if root is None:
        raise UsageError(
            f"split {split!r} of household needs ALFWorld's games: fetch them with alfworld-download, "
            f"then `{ADD}`"
        )
    prefix = ("fc-" if newer else "") + split.removeprefix("agentbench-")
    return _load(games_root(root), listed, listed.stat().st_mtime_ns, split, prefix)


@lru_cache(maxsize=8)
def _load(root: Path, listed: Path, changed: int, split: str, prefix: str) -> Loaded:
    samples, skipped = [], {}
    for index, name in enumerate(_names(listed)):
        if not (root / name).is_file():
            skipped[f"{prefix}-{index}"] = f"{name} is not there; `{ADD}` where it is"
            continue
        try:
            game = read_file(root / name)
        except UsageError as unreadable:
            skipped[f"{prefix}-{index}"] = str(unreadable)
            continue
        samples.append(HouseholdSample(f"{prefix}-{index}", split, game, file=name))
    return tuple(samples), skipped


def _names(listed: Path) -> list[str]:
    """The paths of a list, in AgentBench's order."""
    wanted = f"expected a JSON object of task type to paths of {GAME} files; is the checkout whole?"
    try:
        groups = json.loads(listed.read_text(encoding="utf-8"))
    except ValueError as e:
        raise UsageError(f"{listed} is not JSON ({e}); {wanted}") from None
    if not isinstance(groups, dict) or not all(isinstance(g, list) for g in groups.values()):
        raise UsageError(f"{listed}: {wanted}")
    names = [name for group in groups.values() for name in group]
    for name in names:
        if not isinstance(name, str) or name.startswith("/") or ".." in name.split("/"):
            raise UsageError(f"{listed}: {name!r} is no path inside ALFWorld's folder; {wanted}")
    return names


def games_root(folder: Path) -> Path:
    """The folder that holds `json_2.1.1`, given it or `json_2.1.1` itself."""
    for root in (folder, folder.parent):
        if (root / FOLDER).is_dir() and folder in (root, root / FOLDER):
            return root
    raise UsageError(f"{folder} has no folder {FOLDER}; give the one that alfworld-download made")


def adopt(source: Path, target: Path, tell: Tell) -> list[str]:
    """Reads every game once, so that one knows what one has; the files are used where they are."""
    root = games_root(source.resolve())
    files = sorted((root / FOLDER).rglob(GAME))
    if not files:
        raise UsageError(
            f"{root / FOLDER} has no {GAME} file; alfworld-download fetches them (the zip file tw-pddl)"
        )
    parts: Counter[str] = Counter()
    earlier, refused = 0, dict[Path, str]()
    for done, file in enumerate(files):
        tell("reading games", done, len(files))
        try:
            earlier += read_file(file).wording == "put"
            parts[file.relative_to(root / FOLDER).parts[0]] += 1
        except UsageError as unreadable:
            refused[file] = str(unreadable)
    if len(refused) == len(files):
        raise UsageError(f"none of {len(files)} games can be played; the first: {refused[files[0]]}")
    return list(_found(parts, earlier, refused.values()))


def _found(parts: Mapping[str, int], earlier: int, refused: Iterable[str]) -> Iterable[str]:
    yield from (f"{part}: {count} games" for part, count in sorted(parts.items()))
    if earlier:
        yield f"in the earlier grammar (put ... in/on ...): {earlier}"
    reasons = list(refused)
    if reasons:
        yield f"cannot be played: {len(reasons)}, the first because: {reasons[0]}"
