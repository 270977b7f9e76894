"""What a training measures and how it is told to run: evaluation loss, totals, GPUs, Ctrl-C, folders."""

import json
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from harness.training.masks import IGNORED, Encoded
from harness.training.recipe import Recipe

from .conftest import Train, interrupted
from .test_train_sft import begun

pytestmark = pytest.mark.filterwarnings("default")


def uneven(count: int) -> list[Encoded]:
    """Rows of 24 tokens, of which one or nearly all are trained."""
    made = []
    for n in range(count):
        ids = [3 + (7 * n + 11 * k) % 200 for k in range(24)]
        kept = 23 if n % 2 else 1
        made.append(Encoded(ids, [IGNORED] * (24 - kept) + ids[24 - kept :], f"p{n}", "agent"))
    return made


@pytest.fixture
def evaluated(workshop: Path, tmp_path: Path) -> Any:
    """`evaluated(batch, narrow)`: the evaluation loss that the trainer tells of five uneven rows."""
    from harness.training.launch import Placement

    from harness.training import loading, sft

    def run(batch: int, narrow: bool) -> float:
        settings = [f"train.batch={batch}", "train.checkpointing=off", "data.validation=0.5"]
        recipe = Recipe.load(str(workshop / "recipe.yaml"), settings, str(tmp_path / "out"))
        tokenizer, here, rows = loading.tokenizer(recipe), loading.machine(recipe), uneven(5)
        data: Any = SimpleNamespace(train=rows, validation=rows, report=SimpleNamespace(ends=()))
        args = sft.arguments(recipe, Placement(), here, data)
        trainer = sft.trainer(recipe, here, args, tokenizer, data, [])
        trainer.narrow = narrow
        return float(trainer.evaluate()["eval_loss"])

    return run


@pytest.mark.parametrize("narrow", [True, False], ids=["our loss", "TRL's"])
def test_the_evaluation_loss_is_of_a_trained_token_whatever_the_batch(
    evaluated: Any, workshop: Path, narrow: bool
) -> None:
    import torch
    from harness.training.trainer import summed_loss
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(workshop / "model", dtype=torch.float32)
    ids, labels = (torch.tensor([getattr(r, k) for r in uneven(5)]) for k in ("input_ids", "labels"))
    with torch.no_grad():
        loss, count = summed_loss(model, {"input_ids": ids, "labels": labels})
    for batch in (1, 2, 4):
        assert evaluated(batch, narrow) == pytest.approx(float(loss) / count, rel=1e-4)


def test_one_process_trains_on_one_gpu_however_many_there_are(workshop: Path) -> None:
    from harness.training.arguments import configured
    from harness.training.launch import Placement

    from harness.training import loading

    recipe = Recipe.load(str(workshop / "recipe.yaml"), ["train.checkpointing=off"], "x")
    here = loading.machine(recipe)
    for there, used in ((4, 1), (1, 1), (0, 0)):
        args = configured(
            lambda there=there, **_: SimpleNamespace(n_gpu=there), recipe, Placement(), here, 9, False
        )
        assert args._n_gpu == used


def test_totals_and_seconds_go_on_after_a_resume(tmp_path: Path, train: Train, alone: Path) -> None:
    """The state after five updates, which took a thousand seconds, and the rest of the command."""

    def logged(folder: Path) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]

    out = interrupted(alone, tmp_path / "again")
    lines = [line | {"seconds": 1000.0 + n} for n, line in enumerate(logged(out))]
    (out / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = train(out)
    assert done.code == 0, done.err
    whole, resumed = logged(alone), logged(out)
    for name in ("step", "tokens", "trained_tokens"):
        assert [line[name] for line in resumed] == [line[name] for line in whole]
    seconds = [line["seconds"] for line in resumed]
    assert seconds == sorted(seconds) and seconds[-1] > 1000


def test_what_was_counted_since_the_last_line_is_told_when_ctrl_c_comes(
    tmp_path: Path, workshop: Path
) -> None:
    with begun(workshop, tmp_path / "out", "--set", "log.every=1000") as process:
        while not (tmp_path / "out" / "log.jsonl").exists():
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    lines = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").read_text().splitlines()]
    steps = json.loads((tmp_path / "out" / "training.json").read_text())["steps"]
    assert lines[-1]["step"] == steps > 1 and lines[-1]["tokens"] > lines[0]["tokens"]


@pytest.mark.parametrize("seconds", [0.0, 0.4, 1.5])
def test_ctrl_c_while_several_processes_start_is_an_interruption(
    tmp_path: Path, workshop: Path, seconds: float
) -> None:
    with begun(workshop, tmp_path / "out", "-n", "2") as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while len(children.read_text().split()) < 2:
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said and "KeyboardInterrupt" not in said


# Mistakes


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ("nope", "'nope' is no linear layer of the model; there are "),
        ("[q_proj, nope]", "'nope' is no linear layer"),
        ("self_attn", "'self_attn' is no linear layer"),
        ("[]", "names no layer; there are down_proj, "),
    ],
)
@pytest.mark.parametrize("more", [(), ("--dry-run",)], ids=["train", "look"])
def test_targets_that_the_model_lacks_are_refused_before_anything_is_written(
    targets: str, said: str, more: tuple[str, ...], tmp_path: Path, train: Train
) -> None:
    settings = ("--set", "adapter.method=lora", "--set", f"adapter.targets={targets}")
    done = train(tmp_path / "out", *settings, "--set", "train.checkpointing=off", *more)
    assert done.code == 2 and f"adapter.targets: {said}" in done.err
    assert not (tmp_path / "out").exists()


def test_one_layer_by_its_name_is_trained(tmp_path: Path, train: Train) -> None:
    settings = (
        "--set",
        "adapter.method=lora",
        "--set",
        "adapter.targets=q_proj",
        "--set",
        "train.max_steps=1",
    )
    assert train(tmp_path / "out", *settings).code == 0
    assert json.loads((tmp_path / "out" / "adapter_config.json").read_text())["target_modules"] == ["q_proj"]


@pytest.mark.parametrize("below", ["", "/deep/er"])
@pytest.mark.parametrize("resume", ["auto", "never"])
def test_a_file_is_no_folder_to_train_into(below: str, resume: str, tmp_path: Path, train: Train) -> None:
    (tmp_path / "file").write_text("mine")
    done = train(Path(f"{tmp_path}/file{below}"), "--resume", resume)
    assert done.code == 2 and f"{tmp_path}/file is a file, not a folder" in done.err
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_is_named_as_it_is_written(tmp_path: Path, train: Train) -> None:
    for name in ("runs #1", "123", "null"):
        done = train(tmp_path / name, "--set", "train.max_steps=1", "--sweep", "train.seed=7")
        assert done.code == 0, done.err
        assert (tmp_path / f"{name}-7" / "training.json").exists()


def test_updates_of_packed_rows_are_told_as_the_most_they_can_be(tmp_path: Path, train: Train) -> None:
    done = train(tmp_path / "none", "--dry-run", "--set", "train.packing=on")
    assert "updates   at most 12 of 4 rows" in done.out
