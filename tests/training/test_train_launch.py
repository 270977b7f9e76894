"""What the launcher refuses before any process starts. (How processes train together: test_train_zero.py.)"""

from pathlib import Path

import pytest
from harness.training.launch import Placement, configuration, launch

from harness import UsageError


def test_a_misspelt_deepspeed_configuration_gets_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"no such file, and none shipped; did you mean 'zero3'\?"):
        configuration("zero_3")


def test_a_deepspeed_file_that_is_not_there_gets_the_shipped_ones_told() -> None:
    with pytest.raises(UsageError, match=r"mine\.json: no such file, and none shipped; there are: zero0, "):
        configuration("mine.json")


def test_a_hostfile_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--hostfile \S*/hosts: there is no such file"):
        launch(["sft", "recipe.yaml"], Placement(hostfile=tmp_path / "hosts"))


def test_what_reaches_other_machines_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hosts").write_text("one slots=1\ntwo slots=1\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="pdsh, which is not installed here"):
        launch(["sft", "recipe.yaml"], Placement(hostfile=tmp_path / "hosts"))
