"""The bundled samples: drawn from seeds, the same in every process, in an instant."""

import re
import tomllib
from collections.abc import Callable, Container
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from . import changes, manifest, questions
from .samples import Grading, OsSample, Script, State, Value
from .scene import Draft, Scene
from .vocabulary import TEST, TRAIN

SIZES = {"test": 60, "train": 600}
_WORDS = {"test": TEST, "train": TRAIN}
_TRIES = 100


@lru_cache(maxsize=2)
def samples(split: str) -> tuple[OsSample, ...]:
    """All samples of a bundled split; questions and changes take turns."""
    made: dict[str, OsSample] = {}
    for place in range(SIZES[split]):
        sample = _sample(split, place, made)
        made[sample.problem] = sample
    return tuple(made.values())


@lru_cache(maxsize=2)
def phrases(split: str) -> dict[str, Any]:
    """The split's sentences: `closings`, and `wordings` by kind."""
    file = Path(__file__).parent / "phrases" / f"{split}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _sample(split: str, place: int, made: Container[str]) -> OsSample:
    kinds = (questions.KINDS, changes.KINDS)[place % 2]
    kind = kinds[place // 2 % len(kinds)]
    for attempt in range(_TRIES):
        random = Random(f"os/{split}/{place}/{attempt}")
        scene = Scene(random, _WORDS[split])
        if (draft := kind(scene)) is not None:
            problem = _problem(split, kind, draft, scene)
            if problem not in made and not _given_away(problem, draft.gold):
                return _finish(f"{split}-{place:03d}", split, problem, kind, draft, scene)
    raise AssertionError(f"no {kind.__name__} for {split} {place} in {_TRIES} tries")


def _problem(split: str, kind: Callable[..., object], draft: Draft, scene: Scene) -> str:
    told = phrases(split)
    wording = scene.random.choice(told["wordings"][kind.__name__])
    problem = str(wording).format(**{"root": scene.root, **draft.facts})
    if draft.gold is not None:
        return problem
    ended = problem if problem[-1] in ".!" else f"{problem}\n"
    closing = scene.random.choice(told["closings"])
    return f"{ended} {closing}".replace("\n ", "\n")


def _given_away(problem: str, gold: str | None) -> bool:
    """Whether the gold is a guess: a number that the problem names, or less than 3."""
    if gold is None:
        return False
    return gold in re.findall(r"-?\d+", problem) or (gold.lstrip("-").isdigit() and int(gold) < 3)


def _finish(
    id_: str, split: str, problem: str, kind: Callable[..., object], draft: Draft, scene: Scene
) -> OsSample:
    made = manifest.script(scene.root, draft.before)
    grading: Grading
    if draft.gold is not None:
        grading = Value(draft.gold, draft.kind)
    else:
        grading = State(
            scene.root,
            tuple(draft.before),
            tuple(draft.after),
            tuple(draft.accounts),
            tuple(draft.kept),
            tuple(draft.demands),
        )
    init = (Script(made + draft.init),)
    return OsSample(id_, split, problem, grading, init, draft.start, (draft.expert,), (kind.__name__,))
