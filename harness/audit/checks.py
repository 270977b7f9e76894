"""The checks of one sample. Each is a function from a case to a verdict."""

from collections.abc import Callable, Iterable
from random import Random
from typing import Final

from harness.audit.case import FULL, Case, play, score
from harness.audit.nonsense import TEXTS, attempts, is_gold
from harness.audit.verdict import Verdict
from harness.environment import Environment
from harness.errors import FormatError
from harness.types import Action, Status

FAIR = Verdict(True)


def expert(case: Case) -> Verdict:
    """The expert, whose actions are written and read back by the rules, completes and scores 1."""
    if not case.solution:
        return Verdict(None, "no expert is known")
    turns, n = case.rules.turns, len(case.solution)
    if 0 < turns < n:
        return Verdict(False, f"the expert takes {n} turns, the rules allow {turns}")
    for number, reply in enumerate(case.expert_replies(), 1):
        try:
            case.rules.parse(reply)
        except FormatError as e:
            return Verdict(False, f"action {number} of the expert, as written, cannot be read back: {e}")
    with case.world() as world:
        return _solves(case, world, "the expert")


def _solves(case: Case, world: Environment, who: str) -> Verdict:
    status, seen = play(world, case.rules, case.expert_replies())
    if status is not Status.COMPLETED:
        how = f"the episode ends as {status.value!r}" if status else "the episode is still open"
        return Verdict(False, f"{who} has played and {how}; last seen: {_short(seen[-1])}")
    found = score(world)
    if found.value < FULL:
        parts = "".join(f", {k} {v:g}" for k, v in found.parts.items())
        return Verdict(False, f"{who} scores {found.value:g}{parts}; last seen: {_short(seen[-1])}")
    return FAIR


def silence(case: Case) -> Verdict:
    """The first state itself scores below 1."""
    value = case.earns(()).value
    return _below(value, "doing nothing")


def at_random(case: Case) -> Verdict:
    """A random agent scores below 1; where luck is possible, in most of three games."""
    turns, wins = case.rules.turns or 20, 0
    for game in range(3):
        dice = Random(f"audit {case.sample.id} {game}")
        try:
            actions = [case.planned.task.random_action(case.sample, dice) for _ in range(turns)]
        except NotImplementedError:
            return Verdict(None, "the task has no random_action")
        won = case.earns(case.rules.write(a) for a in actions).value >= FULL
        if not won and not wins:
            return FAIR
        wins += won
    return Verdict(wins < 2, f"a random agent scores 1 in {wins} of 3 games")


def echo(case: Case) -> Verdict:
    """The prompt, given back as a reply and as an answer, scores below 1."""
    problem = case.openings[0] if case.openings else None
    if problem is None:
        with case.world():
            problem = case.openings[0]
    whole = "\n\n".join(m.content for m in case.rules.prompt(problem))
    return _worthless(case, (whole, problem.text), "the prompt")


def nonsense(case: Case) -> Verdict:
    """Answers such as nan, an empty list or an injection score below 1, unless they are right."""
    return _worthless(case, TEXTS)


def _worthless(case: Case, texts: Iterable[str], called: str = "") -> Verdict:
    tried: set[str] = set()
    right: list[str] = []
    for text in texts:
        for actions in attempts(case, text):
            key = " ".join(a.key for a in actions)
            if key in tried:
                continue
            tried.add(key)
            if actions == case.solution or _value(case, actions) >= FULL:
                if actions != case.solution and not is_gold(case, text):
                    how = _short(str(actions[-1]))
                    return Verdict(False, f"{called or repr(text)} given as {how} scores 1")
                right.append(text)
    return Verdict(True, f"right here: {', '.join(map(repr, dict.fromkeys(right)))}" if right else "")


def _value(case: Case, actions: tuple[Action, ...]) -> float:
    with case.world() as world:
        for action in actions:
            if world.step(action).done:
                break
        return score(world).value


def resets(case: Case) -> Verdict:
    """All openings of the sample, one for each world the audit made, are the same."""
    while len(case.openings) < 2:
        with case.world():
            pass
    first = case.openings[0]
    for other in case.openings[1:]:
        if other != first:
            return Verdict(False, f"two resets show {_short(first.text)} and {_short(other.text)}")
    return FAIR


def fork(case: Case) -> Verdict:
    """What the expert does in a fork leaves the parent unsolved, and solvable."""
    if not case.solution:
        return Verdict(None, "no expert is known")
    with case.world() as parent:
        if not parent.capabilities.fork:
            return _replays(case, parent)
        child = parent.fork()
        try:
            if not (inside := _solves(case, child, "the expert in a fork")).ok:
                return inside
            witness = parent.fork()  # a world is scored once, so the parent is judged by a copy
            try:
                left = _below(score(witness).value, "the parent, after the expert played in a fork,")
            finally:
                witness.close()
        finally:
            child.close()
        return _solves(case, parent, "the expert in the parent of a fork") if left.ok else left


def _replays(case: Case, world: Environment) -> Verdict:
    """Without fork, the host plays the same actions again: they must show the same."""
    first = play(world, case.rules, case.expert_replies())
    with case.world() as again:
        second = play(again, case.rules, case.expert_replies())
    for one, other in zip(first.seen, second.seen, strict=False):
        if one != other:
            return Verdict(False, f"cannot fork, and played again shows {_short(other)} for {_short(one)}")
    return Verdict(True, "")


def _below(value: float, who: str) -> Verdict:
    return FAIR if value < FULL else Verdict(False, f"{who} scores {value:g}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 160 else f"{text[:70]} ... {text[-70:]}")


CHECKS: Final[dict[str, Callable[[Case], Verdict]]] = {
    "expert": expert,
    "silence": silence,
    "random": at_random,
    "echo": echo,
    "nonsense": nonsense,
    "fork": fork,
    "resets": resets,
}
