"""What a row is compared with: the problems of a split, however they are put."""

from collections import Counter
from pathlib import Path

import pytest
from harness.training.evaluation import prompts

from harness.host import Plugins

from .test_data_dataset import asked, prepared, saved


def quiet(what: str, done: int = 0, total: int | None = None) -> None:
    """Tells nobody."""


@pytest.mark.parametrize("task", ["db", "kg", "webshop", "puzzles"])
def test_a_problem_is_found_under_another_profile_and_without_its_prompt(task: str, tmp_path: Path) -> None:
    """And of the training split's problems none is taken for one."""
    plugins = Plugins()
    other = [t for t in prompts(plugins, task, "test", quiet) if t.kind in ("v0.2", "statement")]
    train = [t for t in prompts(plugins, task, "train", quiet) if t.kind == "statement"]
    rows = [asked(t.text, problem=f"{t.kind} {n}") for n, t in enumerate([*other[::7], *train[:20]])]
    done = prepared(saved(tmp_path, rows), max_length=90000, against=[task])
    assert len(done.report.hits) == len(other[::7]) and len(done.train) == len(train[:20])


def test_every_profile_renders_every_sample_and_each_problem_is_stated_once() -> None:
    texts = list(prompts(Plugins(), "kg", "test", quiet))
    assert Counter(t.kind for t in texts) == {"native": 60, "v0.2": 60, "fc": 60, "statement": 60}
    assert len({t.name for t in texts}) == 60


def test_tasks_whose_problem_is_the_state_of_a_world_have_no_statement() -> None:
    assert {t.kind for t in prompts(Plugins(), "cards", "test", quiet)} == {"native", "v0.2"}
