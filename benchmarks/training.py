"""How many trained tokens a second, and how much memory: our recipe, TRL as it comes, the published shape.

    python benchmarks/training.py [--rows 24] [--tiny] [--threads N]

ours       `smollm2-cpu`: LoRA, bfloat16 where the device has it, rows of similar length in a batch, the
           output head at trained positions only
trl        SFTTrainer with its own defaults (batch 8, activations computed twice), same adapter
published  as LLM-TMBR's script trains (arXiv 2403.19962): batch 1 x 8, each row padded to 512 + 512 tokens

Same base, same rows (expert episodes of db, made in the same run), one epoch, each in a process of its own.
Trained tokens are those that count in the loss; all three are given the same. Rates are by the clock and by
the processor's time: on a machine that others use too, compare the latter. Aims: ours >= trl, >= 2 x
published.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import harness.training.loading as loading
import harness.training.sft as sft
from harness.training.launch import Placement
from harness.training.recipe import Recipe

from harness import checkpoint_of
from harness.testing import harness

WAYS = ("ours", "trl", "published")
PADDED = 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--tiny", action="store_true", help="a Llama of random weights instead of the 135M")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--batch", type=int, default=4, help="rows that ours takes at once; 8 an update")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(measure(given.way, given.folder)))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder, given)
        found = {way: apart(way, folder, given.threads) for way in WAYS}
    show(found)


def prepare(folder: Path, given: argparse.Namespace) -> None:
    """Episodes of the expert as data.jsonl, and a recipe for them."""
    played = harness(
        "run",
        "--tasks",
        "db",
        "--split",
        "train",
        "--model",
        "oracle",
        "--limit",
        str(given.rows),
        "-o",
        folder / "runs",
    )
    exported = harness("export", folder / "runs", "--format", "sft", "-o", folder / "data.jsonl")
    assert played.code == exported.code == 0, played.err + exported.err
    model = random_llama(folder / "model") if given.tiny else "SmolLM2"
    (folder / "recipe.yaml").write_text(
        f"preset: smollm2-cpu\nmodel: {model}\noutput: {folder}/out\n"
        f"data: {{agent: [{folder}/data.jsonl], validation: 0}}\n"
        f"train: {{epochs: 1, batch: {given.batch}, accumulate: {max(1, 8 // given.batch)}}}\n"
        "log: {every: 1000, to: []}\n"
    )


def random_llama(folder: Path) -> Path:
    """SmolLM2's tokenizer and a fiftieth of its layers' weights."""
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint_of("SmolLM2"))
    tokenizer.save_pretrained(folder)
    size = {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4}
    LlamaForCausalLM(
        LlamaConfig(vocab_size=len(tokenizer), tie_word_embeddings=True, **size)
    ).save_pretrained(folder)
    return folder


def apart(way: str, folder: Path, threads: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--way", way, "--folder", str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{way} ended with status {done.returncode} (-9: too little memory)\n{done.stderr}")
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said


def measure(way: str, folder: Path) -> dict[str, float]:
    """One epoch, from the first batch to the last update."""
    loading.quiet()
    recipe = Recipe.load(str(folder / "recipe.yaml"))
    tokenizer = loading.tokenizer(recipe)
    data = sft.prepared(recipe, tokenizer)
    trainer = {"ours": ours, "trl": plain, "published": published}[way](recipe, tokenizer, data)
    trained = sum(r.trained for r in data.train)
    clock, processor = time.perf_counter(), time.process_time()
    trainer.train()
    seconds = {"clock": time.perf_counter() - clock, "processor": time.process_time() - processor}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    rates = {name: trained / took for name, took in seconds.items()}
    return {**rates, "seconds": seconds["clock"], "GiB": peak, "trained": trained, "rows": len(data.train)}


def ours(recipe: Recipe, tokenizer: Any, data: Any) -> Any:
    here = loading.machine(recipe)
    args = sft.arguments(recipe, Placement(), here, data)
    args.save_strategy = "no"
    return sft.trainer(recipe, here, args, tokenizer, data, [])


def plain(recipe: Recipe, tokenizer: Any, data: Any) -> Any:
    from trl import SFTConfig, SFTTrainer

    needed = {"num_train_epochs": 1, "report_to": "none", "disable_tqdm": True, "save_strategy": "no"}
    args = SFTConfig(output_dir=recipe.output, use_cpu=loading.machine(recipe).device == "cpu", **needed)
    return SFTTrainer(
        model=checkpoint_of(recipe.model),
        args=args,
        train_dataset=sft.rows(data.train),
        processing_class=tokenizer,
        peft_config=loading.lora(recipe.adapter, None),
    )


def published(recipe: Recipe, tokenizer: Any, data: Any) -> Any:
    """The shape of their script; numbers are bfloat16 here too, theirs were float16 on a GPU."""
    import torch
    from peft import get_peft_model
    from transformers import Trainer, TrainingArguments

    here = loading.machine(recipe)

    def padded(examples: list[dict[str, Any]]) -> dict[str, Any]:
        (one,) = examples
        room = PADDED - len(one["input_ids"])
        if room < 0:
            raise SystemExit(f"a row is longer than {PADDED} tokens; the published script would cut it")
        return {
            "input_ids": torch.tensor([one["input_ids"] + [tokenizer.pad_token_id] * room]),
            "labels": torch.tensor([one["labels"] + [-100] * room]),
            "attention_mask": torch.tensor([[1] * (PADDED - room) + [0] * room]),
        }

    args = TrainingArguments(
        output_dir=recipe.output,
        num_train_epochs=1,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=8,
        bf16=here.dtype == "bfloat16",
        use_cpu=here.device == "cpu",
        report_to="none",
        disable_tqdm=True,
        save_strategy="no",
    )
    base = loading.model(recipe, here)
    model = get_peft_model(base, loading.lora(recipe.adapter, base))
    return Trainer(model=model, args=args, train_dataset=sft.rows(data.train), data_collator=padded)


def show(found: dict[str, dict[str, float]]) -> None:
    ours = found["ours"]
    print(f"{ours['rows']:.0f} rows, {ours['trained']:.0f} trained tokens; trained tokens a second")
    print(f"{'':10} {'by clock':>9} {'by processor':>13} {'seconds':>8} {'peak GiB':>9}  ours is")
    for way, one in found.items():
        times = [f"{ours[by] / one[by]:.1f} x" for by in ("clock", "processor")]
        rates = f"{one['clock']:9.1f} {one['processor']:13.1f}"
        print(f"{way:10} {rates} {one['seconds']:8.0f} {one['GiB']:9.2f}  {', '.join(times)}")


if __name__ == "__main__":
    main()
