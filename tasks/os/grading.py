"""From what the agent left behind to a score, for each kind of grading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness import EnvironmentFailure, Sandbox, Score

from . import state
from .checkers import PUBLISHED, REPAIRED, integer, integer_in_words, known, string, string_in_quotes
from .play import Play
from .samples import Checks, Match, OsSample, Script, State, Value
from .scripts import run
from .toolbox import Machines

_SEARCHED = 2000
"""Characters of an answer that a published regular expression is searched in."""


@dataclass(frozen=True, slots=True)
class Golds:
    """What the references printed before the agent began: the published one's, and the repaired one's."""

    raw: str
    corrected: str


def is_question(checks: Checks) -> bool:
    """Whether the expected value cannot depend on the agent's work: all that follows is a comparison."""
    others = [s for s in checks.chain if s is not None]
    return checks.chain[:1] == (None,) and all(known(s.name) for s in others)


def golds(sample: str, checks: Checks, copy: Sandbox, play: Play) -> Golds:
    """Run the references in a copy of the untouched machine."""
    raw = _reference(sample, checks.example, copy, play)
    corrected = _reference(sample, checks.corrected, copy, play) if checks.corrected else raw
    return Golds(raw, corrected)


def answered(grading: Match | Value, answer: str | None, play: Play) -> Score:
    """Grade a literal."""
    if answer is None:
        return Score(0.0)
    if isinstance(grading, Value):
        strict, tolerant = (
            (string, string_in_quotes) if grading.kind == "text" else (integer, integer_in_words)
        )
        check = tolerant if play.corrected else strict
        return Score(float(check(answer, grading.gold)))
    said = answer.strip() if grading.strip else answer
    if grading.regex is not None:
        return Score(float(re.search(grading.regex, said[:_SEARCHED]) is not None))
    wanted = grading.answer or ""
    return Score(float(said == wanted or (play.corrected and string_in_quotes(said, wanted))))


def compared(checks: Checks, answer: str, golds: Golds, play: Play) -> Score:
    """Grade a question against the golds; both readings are reported, the profile's counts."""
    names = [known(s.name) for s in checks.chain if s is not None]
    raw = all(PUBLISHED[n](answer, golds.raw) for n in names)
    corrected = all(REPAIRED[n](answer, golds.corrected) for n in names)
    parts = {"raw": float(raw), "corrected": float(corrected)}
    return Score(float(corrected if play.corrected else raw), parts)


def inspected(sample: OsSample, answer: str | None, copy: Sandbox, play: Play, machines: Machines) -> Score:
    """Grade a state, in a copy of the agent's machine."""
    if isinstance(sample.grading, State):
        return state.grade(sample.grading, copy, machines.toolbox(), submitted=answer is not None)
    assert isinstance(sample.grading, Checks)
    return Score(float(_chain(sample, sample.grading, str(answer), copy, play)))


def crosscheck(sample: OsSample, output: str) -> None:
    """The reference command of a bundled question was run on the untouched machine: it must agree
    with the gold, which was computed without it."""
    if isinstance(sample.grading, Value) and not string(output, sample.grading.gold):
        raise EnvironmentFailure(
            f"sample {sample.id}: its reference command printed {output.strip()[:200]!r}, "
            f"but its gold answer is {sample.grading.gold!r}"
        )


def _chain(sample: OsSample, checks: Checks, answer: str, copy: Sandbox, play: Play) -> bool:
    """AgentBench's evaluation: each program gets the answer and all earlier outputs as parameters."""
    params = [answer]
    for script in checks.chain:
        if script is None:
            params.append(_reference(sample.id, checks.example, copy, play, params))
        elif name := known(script.name):
            if len(params) < 2 or not (REPAIRED if play.corrected else PUBLISHED)[name](*params[:2]):
                return False
            params.append("")
        else:
            done = run(copy, script, params, play.folder)
            if done.code != 0:
                return False
            params.append(done.output)
    return True


def _reference(
    sample: str, example: Script | None, copy: Sandbox, play: Play, params: Sequence[str] = ()
) -> str:
    if example is None:
        raise EnvironmentFailure(f"sample {sample}: its check compares with an example that it does not have")
    done = run(copy, example, params, play.folder)
    if done.timed_out:
        raise EnvironmentFailure(f"sample {sample}: its reference ran out of time")
    return done.output
