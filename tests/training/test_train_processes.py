"""Two processes without DeepSpeed train what one process trains."""

import json
from pathlib import Path

import pytest

from .conftest import TWO, Train, losses

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.slow]


def test_two_processes_without_deepspeed_do_too(tmp_path: Path, train: Train, alone: Path) -> None:
    done = train(tmp_path / "two", *TWO, env={"OMP_NUM_THREADS": "1"})
    assert done.code == 0, done.err
    assert losses(tmp_path / "two") == pytest.approx(losses(alone), abs=1e-4)


def test_the_evaluation_loss_of_two_processes_is_that_of_one(tmp_path: Path, train: Train) -> None:
    """Five rows held back, which fill no batch of either."""
    found = []
    for name, more in (("one", ()), ("two", TWO)):
        data = ("--set", "data.validation=0.2", "--set", "train.max_steps=2", "--set", "log.evaluate=2")
        done = train(tmp_path / name, *more, *data, env={"OMP_NUM_THREADS": "1"})
        assert done.code == 0, done.err
        lines = map(json.loads, (tmp_path / name / "log.jsonl").read_text().splitlines())
        found.append(next(line["eval_loss"] for line in lines if "eval_loss" in line))
    assert found[0] == pytest.approx(found[1], abs=1e-4)
