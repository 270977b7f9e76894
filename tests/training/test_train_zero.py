"""Two processes under DeepSpeed's ZeRO train what one process trains, and leave the same weights behind."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from .conftest import TWO, Train, losses

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def compiles() -> None:
    pytest.importorskip("deepspeed", reason="deepspeed is absent: pip install 'agentbench-harness[train]'")
    if shutil.which("g++") is None:
        pytest.skip("DeepSpeed compiles its communication on a CPU, and there is no g++")
    pytest.importorskip("ninja", reason="DeepSpeed compiles with ninja, which is absent: pip install ninja")


def generated(checkpoint: Path) -> list[int]:
    """Greedy tokens after a fixed prompt."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model: Any = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    asked = [{"role": "user", "content": "How many cats are in the barn?"}]
    text = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, return_tensors="pt", add_special_tokens=False)
    made = model.generate(**ids, max_new_tokens=12, do_sample=False, pad_token_id=0)
    said: list[int] = made[0, ids["input_ids"].shape[1] :].tolist()
    return said


@pytest.mark.parametrize("stage", ["zero1", "zero2", "zero3"])
def test_two_processes_train_what_one_trains(stage: str, tmp_path: Path, train: Train, alone: Path) -> None:
    """Same rows an update, so the same losses; then saved, consolidated and loaded, the same tokens."""
    done = train(tmp_path / stage, *TWO, "--deepspeed", stage, env={"OMP_NUM_THREADS": "1"})
    assert done.code == 0, done.err
    assert losses(tmp_path / stage) == pytest.approx(losses(alone), abs=2e-3)
    weights = list((tmp_path / stage).glob("*.safetensors"))
    assert [w.name for w in weights] == ["model.safetensors"]
    assert generated(tmp_path / stage) == generated(alone)


def test_a_mistake_is_told_once_and_without_a_traceback(tmp_path: Path, train: Train) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("{\n")
    settings = ("--set", f"data.agent={data}")
    done = train(tmp_path / "out", *TWO, *settings, "--deepspeed", "zero1", env={"OMP_NUM_THREADS": "1"})
    assert done.code == 2
    assert done.err.count(f"{data}:1") == 1 and "Traceback" not in done.err
