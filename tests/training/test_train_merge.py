"""An adapter folded into its base says what base and adapter say, in transformers and in llama.cpp."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness import Generation, Message, ModelOptions, Request
from harness.host import Plugins
from harness.testing import harness

from .conftest import Train

pytestmark = pytest.mark.filterwarnings("default")

ASKED = "How many cats are in the barn?"


@pytest.fixture(scope="module")
def adapter(workshop: Path, train: Train) -> Path:
    """A LoRA checkpoint whose effect is large enough to be seen."""
    settings = ("--set", "adapter.method=lora", "--set", "train.lr=2e-2", "--set", "adapter.r=4")
    done = train(workshop / "adapter", *settings)
    assert done.code == 0, done.err
    return workshop / "adapter"


def logits(model: Any) -> Any:
    import torch

    with torch.no_grad():
        return model(input_ids=torch.arange(3, 40)[None]).logits


def answer(name: str, **args: str) -> str:
    """What `harness run --model NAME` would be told, greedily."""

    async def run() -> str:
        model = Plugins().model(name, ModelOptions(args=args, max_connections=1))
        await model.start()
        try:
            request = Request((Message("user", ASKED),), 1, Generation(max_tokens=12, seed=0))
            return (await model.generate(request)).replies[0].text
        finally:
            await model.close()

    return asyncio.run(asyncio.wait_for(run(), 120))


def test_merging_agrees_with_base_and_adapter_to_rounding(
    tmp_path: Path, adapter: Path, workshop: Path
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    done = harness("train", "merge", adapter, "-o", tmp_path / "merged", "--type", "float32")
    assert done.code == 0, done.err
    base = AutoModelForCausalLM.from_pretrained(workshop / "model", dtype=torch.float32)
    plain = logits(base)
    adapted = logits(PeftModel.from_pretrained(base, str(adapter)))
    merged = logits(AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype=torch.float32))
    assert torch.allclose(merged, adapted, atol=1e-4)
    assert not torch.allclose(merged, plain, atol=1e-1)


def test_adapter_and_merged_folder_are_played_by_hf(tmp_path: Path, adapter: Path, workshop: Path) -> None:
    harness("train", "merge", adapter, "-o", tmp_path / "merged", "--type", "float32")
    one = answer(f"hf/{workshop}/model+{adapter}", dtype="float32", device="cpu")
    other = answer(f"hf/{tmp_path}/merged", dtype="float32", device="cpu")
    assert one == other != ""
    assert one != answer(f"hf/{workshop}/model", dtype="float32", device="cpu")


def test_a_merged_folder_still_says_what_it_was_trained_on(tmp_path: Path, adapter: Path) -> None:
    harness("train", "merge", adapter, "-o", tmp_path / "merged")
    said = json.loads(harness("train", "info", tmp_path / "merged", "--json").out)
    assert said["recipe"]["adapter"]["r"] == 4
    config = json.loads((tmp_path / "merged" / "config.json").read_text())
    assert config["dtype"] == "bfloat16"  # 16 bits by default
    assert (
        f"play it   harness run --model hf/{tmp_path}/merged"
        in harness("train", "info", tmp_path / "merged").out
    )


def test_the_gguf_file_says_in_llama_cpp_what_the_folder_says_in_transformers(
    tmp_path: Path, adapter: Path, workshop: Path
) -> None:
    pytest.importorskip("xllamacpp", reason="llama.cpp is absent: pip install 'agentbench-harness[local]'")
    pytest.importorskip("gguf")
    done = harness("train", "merge", adapter, "-o", tmp_path / "a.gguf", "--format", "gguf", "--type", "f32")
    assert done.code == 0, done.err
    assert f"llamacpp/{tmp_path}/a.gguf" in done.out
    here = answer(f"llamacpp/{tmp_path}/a.gguf", slots="1", ctx="256", threads="1")
    assert here == answer(f"hf/{workshop}/model+{adapter}", dtype="float32", device="cpu")


def test_the_adapter_alone_says_beside_its_base_in_llama_cpp_what_the_merged_file_says(
    tmp_path: Path, adapter: Path, workshop: Path
) -> None:
    pytest.importorskip("xllamacpp", reason="llama.cpp is absent: pip install 'agentbench-harness[local]'")
    gguf = pytest.importorskip("gguf")
    done = harness("train", "merge", adapter, "-o", tmp_path / "lora.gguf", "--format", "gguf-adapter")
    assert done.code == 0, done.err
    gguf_of = pytest.importorskip("harness.training.gguf")
    gguf_of.convert(workshop / "model", tmp_path / "base.gguf", "f32")
    here = answer(f"llamacpp/{tmp_path}/base.gguf+{tmp_path}/lora.gguf", slots="1", ctx="256", threads="1")
    assert here == answer(f"hf/{workshop}/model+{adapter}", dtype="float32", device="cpu")
    assert here != answer(f"llamacpp/{tmp_path}/base.gguf", slots="1", ctx="256", threads="1")
    names = {t.name for t in gguf.GGUFReader(tmp_path / "lora.gguf").tensors}
    assert {"blk.0.attn_q.weight.lora_a", "blk.1.ffn_down.weight.lora_b"} <= names


def test_what_is_no_adapter_cannot_be_written_as_one(tmp_path: Path, workshop: Path) -> None:
    done = harness(
        "train", "merge", workshop / "model", "-o", tmp_path / "x.gguf", "--format", "gguf-adapter"
    )
    assert done.code == 2 and "it is no adapter" in done.err


def changed(adapter: Path, folder: Path, file: str, **said: Any) -> Path:
    """A copy of the adapter of which a JSON file says something else."""
    shutil.copytree(adapter, folder, ignore=shutil.ignore_patterns("checkpoint-*"))
    config = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps(config | said))
    return folder


@pytest.mark.parametrize("option", ["use_rslora", "lora_bias", "use_dora"])
def test_an_adapter_that_gguf_cannot_express_is_refused(option: str, tmp_path: Path, adapter: Path) -> None:
    odd = changed(adapter, tmp_path / "odd", "adapter_config.json", **{option: True})
    done = harness("train", "merge", odd, "-o", tmp_path / "x.gguf", "--format", "gguf-adapter")
    assert done.code == 2 and f"not a plain LoRA adapter ({option})" in done.err
    assert not (tmp_path / "x.gguf").exists()


def test_a_base_that_cannot_be_had_is_told_in_a_line(
    tmp_path: Path, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    recipe = json.loads((adapter / "training.json").read_text())["recipe"] | {"model": "nobody/nothing-135M"}
    other = changed(adapter, tmp_path / "other", "training.json", recipe=recipe)
    done = harness("train", "merge", other, "-o", tmp_path / "x.gguf", "--format", "gguf-adapter")
    assert done.code == 1 and "nobody/nothing-135M cannot be loaded" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("kind", ["q8_0", "f16", "bf16", "q4_0"])
def test_every_type_of_gguf_holds_the_weights_to_its_rounding(
    kind: str, tmp_path: Path, workshop: Path
) -> None:
    gguf = pytest.importorskip("gguf")
    import numpy as np
    from harness.training.gguf import convert
    from safetensors.numpy import load_file

    convert(workshop / "model", tmp_path / "m.gguf", kind)
    read = gguf.GGUFReader(tmp_path / "m.gguf")
    (found,) = [t for t in read.tensors if t.name == "blk.0.ffn_up.weight"]
    values = gguf.quants.dequantize(found.data, found.tensor_type)
    true = load_file(workshop / "model" / "model.safetensors")["model.layers.0.mlp.up_proj.weight"]
    tolerance = {"q8_0": 0.01, "f16": 1e-3, "bf16": 1e-2, "q4_0": 0.15}[kind] * np.abs(true).max()
    assert np.abs(values.reshape(true.shape) - true).max() < tolerance


def test_what_is_no_checkpoint_or_there_already_is_told_of(tmp_path: Path, adapter: Path) -> None:
    done = harness("train", "merge", tmp_path, "-o", tmp_path / "x")
    assert done.code == 2 and "is no checkpoint" in done.err
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    done = harness("train", "merge", adapter, "-o", tmp_path / "full")
    assert done.code == 2 and "is there already" in done.err
    done = harness("train", "merge", adapter, "-o", tmp_path / "x", "--format", "gguf", "--type", "float32")
    assert done.code == 2 and "q8_0" in done.err
    done = harness("train", "info", tmp_path)
    assert done.code == 2 and "was not trained by this harness" in done.err


def test_a_model_that_llama_cpp_is_not_written_for_is_refused(tmp_path: Path, workshop: Path) -> None:
    from harness.training.gguf import convert

    from harness import UsageError

    shutil.copytree(workshop / "model", tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    (tmp_path / "model" / "config.json").write_text(json.dumps({**config, "model_type": "gpt_neox"}))
    with pytest.raises(UsageError, match="convert_hf_to_gguf"):
        convert(tmp_path / "model", tmp_path / "m.gguf")
    assert not list(tmp_path.glob("m.gguf*"))
