"""Two processes without DeepSpeed train what one process trains."""

import json
from pathlib import Path

import pytest

from .conftest import TWO, Train, losses

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.slow]


def test_losses_of_two_processes_are_those_of_one_where_rows_fill_no_batch(
    tmp_path: Path, train: Train
) -> None:
    """Five rows held back, and nineteen trained on: neither fill the batches of two processes."""
    found = []
    for name, more in (("one", ()), ("two", TWO)):
        data = ("--set", "data.validation=0.2", "--set", "train.epochs=1", "--set", "log.evaluate=2")
        done = train(tmp_path / name, *more, *data, env={"OMP_NUM_THREADS": "1"})
        assert done.code == 0, done.err
        lines = [json.loads(line) for line in (tmp_path / name / "log.jsonl").read_text().splitlines()]
        evaluated = [line["eval_loss"] for line in lines if "eval_loss" in line]
        trained = [line["trained_tokens"] for line in lines if "trained_tokens" in line][-1]
        found.append((evaluated, losses(tmp_path / name), trained))
    assert found[0][0] == pytest.approx(found[1][0], abs=1e-4)
    assert found[0][1] == pytest.approx(found[1][1], abs=1e-4)
    assert found[0][2] == found[1][2], "no row is trained on twice"
    said = json.loads((tmp_path / "two" / "training.json").read_text())["command"]
    assert said.startswith("harness train sft ") and " -n 2 " in said
