"""Scores whose numbers no table could average are errors of the environment, wherever they come from."""

import json
from pathlib import Path

import pytest

from harness.testing import harness
from harness.types import Score

GOOD = Path(__file__).parents[1] / "strangers" / "good.py"
NAN = float("nan")
FAULTS = [
    ("Score(float('nan'))", "nan, outside [0, 1]"),
    ("Score(None)", "None, outside [0, 1]"),
    ("Score(1.0, progress=7.0)", "progress 7.0, outside [0, 1]"),
    ("Score(1.0, {'speed': float('nan')})", "part 'speed' nan, no finite number"),
    ("Score(1.0, {'speed': 'fast'})", "part 'speed' fast, no finite number"),
]


@pytest.mark.parametrize(("score", "said"), FAULTS)
def test_a_score_of_odd_numbers_is_an_error_and_gets_into_no_json(
    tmp_path: Path, score: str, said: str
) -> None:
    file = tmp_path / "odd.py"
    file.write_text(f"{GOOD.read_text()}\nWorld.score = lambda self: {score}\n")
    asked = ("run", "parrot", "-m", "oracle", "--limit", "1", "-o", tmp_path, "--json", "--plugin", file)
    done = harness(*asked)
    assert done.code == 1
    (task,) = json.loads(done.out, parse_constant=lambda name: pytest.fail(name))["tasks"]
    assert task["failures"][0]["what"] == f"World scored {said}"
    assert f"score() gave {said}" in harness("audit", "parrot", "--limit", "1", "--plugin", file).out


def test_scoring_again_takes_no_odd_numbers_either(tmp_path: Path) -> None:
    ended = harness(
        "run", "parrot", "-m", "oracle", "--limit", "1", "-o", tmp_path / "runs", "--plugin", GOOD
    )
    assert ended.code == 0, ended.err
    file = tmp_path / "good.py"
    file.write_text(f"{GOOD.read_text()}\nWorld.score = lambda self: {FAULTS[2][0]}\n")
    done = harness("score", tmp_path / "runs", "--plugin", file)
    assert "parrot scored progress 7.0, outside [0, 1]" in done.out
    assert done.code == 1


@pytest.mark.parametrize("score", [Score(0), Score(1, {"turns": 17.5}, 0.0), Score(0.5, {"more": True}, 1.0)])
def test_ordinary_scores_have_no_fault(score: Score) -> None:
    assert score.fault is None
