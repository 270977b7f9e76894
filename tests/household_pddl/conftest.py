"""Game files of ALFWorld's form: `game.tw-pddl`, in the package's own words where it is installed."""

import json
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from harness.tasks.games.household.expert import solve
from harness.tasks.games.household.pddl.original import Original
from harness.tasks.games.household.pddl.write import problem
from harness.tasks.games.household.world import Game

MISSING = (
    None if find_spec("alfworld") and find_spec("textworld") else "alfworld and textworld are not installed"
)
LOGIC = """\
(define (domain alfred)
  (:action CleanObject :parameters (?r - receptacle) :precondition (or (receptacleType ?r SinkBasinType)))
  (:action HeatObject :parameters (?r - receptacle) :precondition (or (receptacleType ?r MicrowaveType)))
  (:action CoolObject :parameters (?r - receptacle) :precondition (or (receptacleType ?r FridgeType)))
  (:action SliceObject :parameters (?o - object) :precondition
    (or (objectType ?o KnifeType) (objectType ?o ButterKnifeType))))
"""
"""As much of a domain as is read of one."""
GRAMMAR = """grammar :: \"\"\"{{"task": [{{"rhs": "Your task is to: {}"}}]}}\"\"\";
action PutObject {{ template :: "move {{o}} to {{r}}"; }}"""
"""As much of a grammar."""
EARLIER = (
    ("You arrive at {r.name}.", "You arrive at {lend.name}."),
    ("move {o} to {r}", "put {o} in/on {r}"),
    ("You move the {o.name} to the {r.name}.", "You put the {o.name} in/on the {r.name}."),
)
"""What became what in ALFWorld's grammar, and what it was; `help` was not there."""
Document = dict[str, str | bool | list[str]]


def small(game: Game) -> Document:
    """A file that our reader takes; the package is not needed, and would not take it."""
    return {
        "pddl_domain": LOGIC,
        "grammar": GRAMMAR.format(game.description),
        "pddl_problem": problem(game),
        "solvable": True,
        "walkthrough": list(solve(game)),
    }


def whole(game: Game) -> Document:
    """A file with the package's domain and grammar, with all that ALFRED's problems have besides."""
    from alfworld.info import ALFRED_PDDL_PATH, ALFRED_TWL2_PATH

    grammar = Path(ALFRED_TWL2_PATH).read_text(encoding="utf-8")
    return {
        **small(game),
        "pddl_domain": Path(ALFRED_PDDL_PATH).read_text(encoding="utf-8"),
        "grammar": grammar.replace("UNKNOWN GOAL.", game.description),
        "pddl_problem": cluttered(problem(game), game),
    }


def cluttered(text: str, game: Game) -> str:
    """With names that are types only, things that stand in no receptacle, distances, and facts said twice."""
    here = next(r.location for r in game.receptacles if r.location)
    chair = "Chair_bar__plus_00_dot_40_bar__plus_00_dot_00_bar__plus_01_dot_72"
    objects = f"SaltShaker - object\n{chair} - object\nChairType - otype\n"
    said = re.findall(r"\(canContain [^)]*\)", text)[:3]
    facts = [
        f"(objectType {chair} ChairType)",
        f"(objectAtLocation {chair} {here})",
        f"(= (distance {game.start} {here}) 5)",
        *said,
    ]
    text = text.replace("(:objects\n", f"(:objects\n{objects}", 1)
    return text.replace("(= (total-cost) 0)\n", "(= (total-cost) 0)\n" + "\n".join(facts) + "\n", 1)


def earlier(document: Document) -> Document:
    """The same game in the grammar before alfworld 0.4."""
    domain, grammar = str(document["pddl_domain"]), str(document["grammar"])
    for now, then in EARLIER:
        assert now in grammar, f"the package's grammar has no {now!r}"
        grammar = grammar.replace(now, then)
    return {
        **document,
        "pddl_domain": domain.replace(domain[domain.index("(:action help") :], ")"),
        "grammar": grammar[: grammar.index("action help")],
    }


@pytest.fixture
def put() -> Callable[[Path, str, Document], Path]:
    """Writes a game file where ALFWorld has it: `put(root, "valid_unseen/task/trial", document)`."""

    def write(root: Path, name: str, document: Document) -> Path:
        file = root / "json_2.1.1" / name / "game.tw-pddl"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document), encoding="utf-8")
        return file

    return write


@pytest.fixture(scope="session")
def original() -> Iterator[Original]:
    """One process of the package's engine for all tests; skipped without it."""
    if MISSING:
        pytest.skip(MISSING)
    made = Original({})
    yield made
    made.close()
