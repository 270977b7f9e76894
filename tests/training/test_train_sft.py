"""`harness train sft`: a tiny Llama is trained for real, in seconds."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from harness.testing import harness

from . import tiny
from .conftest import Train, interrupted, losses

# torch and its like warn of themselves
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.slow]


def test_the_loss_falls_and_every_update_is_logged(alone: Path) -> None:
    found = losses(alone)
    assert len(found) == 12
    assert found[-1] < found[0] - 1


def test_a_checkpoint_says_what_it_was_trained_on(alone: Path, workshop: Path) -> None:
    said = json.loads(harness("train", "info", alone, "--json").out)
    assert (said["state"], said["steps"], said["kind"]) == ("finished", 12, "sft")
    assert len(said["data"]["files"][0]["sha256"]) == 64
    assert said["recipe"]["train"]["lr"] == 5e-3
    assert "trl" in said["versions"]
    shown = harness("train", "info", alone).out
    assert f"hf/{alone}" in shown and "24 agent rows" in shown
    assert yaml.safe_load((alone / "recipe.yaml").read_text()) == said["recipe"]


def test_the_same_command_on_a_finished_checkpoint_says_so(alone: Path, train: Train) -> None:
    before = (alone / "model.safetensors").stat().st_mtime_ns
    done = train(alone)
    assert done.code == 0 and "finished" in done.out
    assert (alone / "model.safetensors").stat().st_mtime_ns == before


def test_another_recipe_does_not_overwrite_a_checkpoint(alone: Path, train: Train) -> None:
    done = train(alone, "--set", "train.lr=1e-3")
    assert done.code == 2 and "train.lr differs" in done.err and "--resume never" in done.err


def test_a_folder_of_something_else_is_not_cleared(tmp_path: Path, train: Train) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    done = train(tmp_path, "--resume", "never")
    assert done.code == 2 and "was not trained here" in done.err
    assert (tmp_path / "thesis.txt").exists()


def test_a_dry_run_shows_sizes_steps_and_what_is_trained_on(tmp_path: Path, train: Train) -> None:
    done = train(tmp_path / "none", "--dry-run", "--set", "adapter.method=lora")
    assert done.code == 0, done.err
    assert "updates   12 of 4 rows" in done.out
    assert "▸Action: look[" in done.out and "▸There are" not in done.out
    assert "GiB a process" in done.out
    assert not (tmp_path / "none").exists()


def test_only_trained_positions_make_the_loss_and_it_is_trls(workshop: Path) -> None:
    """The head at trained positions only gives what TRL's own loss gives over all of them."""
    import torch
    from harness.training.trainer import summed_loss
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(workshop / "model")
    ids = torch.randint(3, 200, (3, 20), generator=torch.Generator().manual_seed(1))
    labels = ids.clone()
    labels[0, :12], labels[1, 5:15], labels[2] = -100, -100, -100
    loss, count = summed_loss(model, {"input_ids": ids, "labels": labels})
    whole = model(input_ids=ids, labels=labels).loss * (labels[:, 1:] != -100).sum()
    assert count == int((labels[:, 1:] != -100).sum())
    assert torch.allclose(loss, whole, rtol=1e-5)


def test_the_order_of_rows_is_the_seeds_and_the_epochs() -> None:
    pytest.importorskip("trl")
    from harness.training.trainer import Grouped

    given = [n % 7 + 1 for n in range(40)], ["agent", "general"] * 20, 2, 4
    one, other = Grouped(*given, seed=3), Grouped(*given, seed=3)
    assert list(one) == list(other) and sorted(one) == list(range(40))
    other.set_epoch(1)
    assert list(one) != list(other)


# What is wrong with the data is said, and nothing is trained


def test_a_corrupted_line_is_named_and_nothing_is_trained(tmp_path: Path, train: Train) -> None:
    data = tiny.write_data(tmp_path / "data.jsonl")
    lines = data.read_text().splitlines()
    lines[6] = lines[6][:-9]
    data.write_text("\n".join(lines) + "\n")
    done = train(tmp_path / "out", "--set", f"data.agent={data}")
    assert done.code == 2 and f"{data}:7" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "holds no rows"),
        ([{"id": "a", "problem": "p", "messages": [{"role": "user", "content": "hello"}]}], "agent"),
    ],
)
def test_data_with_nothing_to_learn_is_refused(
    tmp_path: Path, train: Train, rows: list[dict[str, object]], said: str
) -> None:
    data = tiny.write_data(tmp_path / "data.jsonl", rows)
    done = train(tmp_path / "out", "--set", f"data.agent={data}")
    assert done.code == 2 and said in done.err
    assert not (tmp_path / "out").exists()


def test_a_template_of_unknown_tokens_is_refused(tmp_path: Path, train: Train) -> None:
    template = tmp_path / "strange.jinja"
    template.write_text(tiny.TEMPLATE.replace("im_start", "begin_of_turn"))
    done = train(tmp_path / "out", "--set", f"data.template={template}")
    assert done.code == 2, done.out
    assert "begin_of_turn" in done.err


def test_missing_files_and_models_are_told_of(tmp_path: Path, train: Train) -> None:
    done = train(tmp_path / "out", "--set", "data.agent=nowhere.jsonl")
    assert done.code == 2 and "nowhere.jsonl" in done.err
    done = train(tmp_path / "out", "--set", f"model={tmp_path}/nothing")
    assert done.code == 1 and "cannot be loaded" in done.err


def test_qlora_without_a_gpu_says_what_it_needs(tmp_path: Path, train: Train) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    done = train(tmp_path / "out", "--set", "adapter.method=qlora")
    assert done.code == 2 and "needs a CUDA GPU" in done.err


# Interrupted


@contextmanager
def begun(workshop: Path, output: Path, *more: str) -> "Iterator[subprocess.Popen[str]]":
    """The command as a process of its own, killed at the end if it is still there."""
    command = [sys.executable, "-m", "harness", "train", "sft", str(workshop / "recipe.yaml")]
    command += ["-o", str(output), "--set", "train.epochs=200", *more]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_a_step(process: "subprocess.Popen[str]") -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step 3"):
            return
    raise AssertionError("it ended before its third update")


def test_ctrl_c_saves_and_the_same_command_goes_on(tmp_path: Path, workshop: Path, train: Train) -> None:
    with begun(workshop, tmp_path / "out") as process:
        wait_for_a_step(process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "the same command goes on" in said
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert record["state"] == "interrupted"
    done = record["steps"]
    assert (tmp_path / "out" / f"checkpoint-{done}" / "trainer_state.json").exists()

    with begun(workshop, tmp_path / "out") as process:
        assert process.stderr is not None
        lines = (line for line in process.stderr if line.startswith(("going on", "step")))
        assert f"checkpoint-{done}" in next(lines)
        assert int(next(lines).split()[1].partition("/")[0]) == done + 1


def test_a_resumed_training_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, train: Train, alone: Path
) -> None:
    """The state after five updates, and the rest of the command."""
    out = interrupted(alone, tmp_path / "again")
    done = train(out)
    assert done.code == 0, done.err
    assert losses(out) == pytest.approx(losses(alone), abs=1e-4)


def test_several_processes_end_on_ctrl_c_and_leave_nobody(tmp_path: Path, workshop: Path) -> None:
    with begun(workshop, tmp_path / "out", "-n", "2") as process:
        wait_for_a_step(process)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) == 2
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=90)
    assert process.returncode == 130, said
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{c}").exists() for c in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{c}").exists() for c in children)
    assert json.loads((tmp_path / "out" / "training.json").read_text())["state"] == "interrupted"


def test_a_sweep_trains_once_for_each_value(tmp_path: Path, train: Train) -> None:
    done = train(tmp_path / "swept", "--sweep", "train.lr=1e-3,1e-2", "--set", "train.max_steps=1")
    assert done.code == 0, done.err
    rates = {
        f.name: json.loads((f / "training.json").read_text())["recipe"]["train"]["lr"]
        for f in tmp_path.iterdir()
    }
    assert rates == {"swept-1e-3": 1e-3, "swept-1e-2": 1e-2}


def test_a_sweep_that_says_nothing_is_refused(tmp_path: Path, train: Train) -> None:
    done = train(tmp_path / "swept", "--sweep", "train.lr")
    assert done.code == 2 and "data.share=0.2,0.5, or paper" in done.err
