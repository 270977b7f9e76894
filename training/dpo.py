"""Preferences: an agent's better turns become likelier than its worse ones (DPO, arXiv 2305.18290).

    harness export runs/ --format dpo -o data/pairs.jsonl
    harness train dpo configs/smollm2-lora.yaml --set data.agent=data/pairs.jsonl -o checkpoints/preferring

TRL's DPOTrainer, given tokens and a mask of our own: its collator counts everything after the prompt, so of
a trajectory also what the environment said. Here only the agent's turns count, on both sides. A pair that is
too long is left out and counted, never cut. The reference is the base itself, with LoRA the adapter turned
off.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from harness import UsageError, checkpoint_of

from . import loading, preferences, record, sft
from .launch import Placement
from .masks import IGNORED, Coder, Encoded
from .recipe import Recipe


@dataclass(frozen=True, slots=True)
class Row:
    """A pair in tokens: what both sides begin with, and for each what follows and which of it counts."""

    problem: str
    prompt_ids: list[int]
    chosen_ids: list[int]
    rejected_ids: list[int]
    chosen_mask: list[int]
    rejected_mask: list[int]

    @property
    def chosen(self) -> tuple[list[int], list[int]]:
        """The tokens of the better side, and their labels."""
        labels = [t if m else IGNORED for t, m in zip(self.chosen_ids, self.chosen_mask, strict=True)]
        return self.prompt_ids + self.chosen_ids, [IGNORED] * len(self.prompt_ids) + labels

    @property
    def longest(self) -> int:
        """Tokens of the longer side."""
        return len(self.prompt_ids) + max(len(self.chosen_ids), len(self.rejected_ids))

    @property
    def counted(self) -> int:
        return sum(self.chosen_mask) + sum(self.rejected_mask)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows to train on and to evaluate on, and what became of the pairs."""

    train: list[Row]
    validation: list[Row]
    report: Mapping[str, Any]

    def lines(self) -> list[str]:
        said = "data      {path}: {rows} pairs, sha256 {sha256:.12}"
        files = [said.format(**f) for f in self.report["files"]]
        left = [f"left out  {n} {why}" for why, n in self.report["dropped"].items()]
        counted = sum(r.counted for r in self.train)
        sides = f"{len(self.train)} to train, {len(self.validation)} to validate"
        rows = f"rows      {sides}, {counted} tokens count"
        return [*files, *left, rows]


def prepare(recipe: Recipe, tokenizer: Any) -> Prepared:
    """Raises `UsageError` for a line that is no pair, and where nothing is left."""
    coder, limit = Coder(tokenizer, recipe.data.template), recipe.data.max_length
    rows: list[Row] = []
    files: list[dict[str, Any]] = []
    dropped: dict[str, int] = {}
    if not recipe.data.agent:
        raise UsageError("the recipe names no data; give --set data.agent=data/pairs.jsonl")
    for name in recipe.data.agent:
        file, before = Path(name), len(rows)
        read = list(preferences.read(file))
        for pair in read:
            row = encode(pair, coder)
            if row.longest > limit:
                why = f"longer than {limit} tokens"
                dropped[why] = dropped.get(why, 0) + 1
            else:
                rows.append(row)
        hashed = sha256(file.read_bytes()).hexdigest()
        files.append({"path": name, "kind": "agent", "rows": len(read), "sha256": hashed})
        if before == len(rows) == 0 and not read:
            raise UsageError(f"{file} holds no pairs")
    if not rows:
        raise UsageError(f"nothing is left to train on: {dropped}")
    train, held = _split(rows, recipe.data.validation, recipe.train.seed)
    report = {"files": files, "dropped": dropped, "pairs": len(train), "ends": sorted(coder.ends)}
    return Prepared(train, held, report)


def encode(pair: preferences.Pair, coder: Coder) -> Row:
    """The prompt is what both sides have in common before the first token that counts on either."""
    sides = [coder.encode(pair.chosen), coder.encode(pair.rejected)]
    end = min(_first(s) for s in sides)
    same = next((n for n in range(end) if sides[0].input_ids[n] != sides[1].input_ids[n]), end)
    if same < end:
        raise UsageError(f"the pair {pair.id}: the two sides do not begin with the same prompt")
    after = [(s.input_ids[end:], [int(label != IGNORED) for label in s.labels[end:]]) for s in sides]
    return Row(pair.problem, sides[0].input_ids[:end], after[0][0], after[1][0], after[0][1], after[1][1])


def _first(side: Encoded) -> int:
    return next(n for n, label in enumerate(side.labels) if label != IGNORED)


def _split(rows: Sequence[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """By problem."""
    problems = sorted({r.problem for r in rows})
    random.Random(seed).shuffle(problems)
    held = set(problems[: round(len(problems) * share)])
    return [r for r in rows if r.problem not in held], [r for r in rows if r.problem in held]


def run(recipe: Recipe, placement: Placement, resume: bool = True) -> record.Record:
    """Train, or go on; as `sft.run`."""
    loading.need(*(("deepspeed",) if placement.deepspeed else ()))
    loading.quiet()
    here, folder = loading.machine(recipe), Path(recipe.output)
    tokenizer = loading.tokenizer(recipe)
    data = prepare(recipe, tokenizer)
    new = record.stamped(
        record.Record(
            kind="dpo",
            recipe=recipe.to_json(),
            digest=recipe.digest,
            data_digest=sha256(repr([asdict(r) for r in data.train]).encode()).hexdigest()[:16],
            data=data.report,
            base=checkpoint_of(recipe.model),
            machine=asdict(here),
            processes=placement.processes,
            deepspeed=placement.deepspeed,
        )
    )
    args = arguments(recipe, placement, here, data)
    old = sft.settled(folder, new, resume, args.process_index == 0)
    if old is not None and old.state is record.State.FINISHED:
        return old
    if args.process_index == 0:
        for line in data.lines():
            click.echo(line, err=True)
    new = sft.begin(folder, recipe, new, old, args)
    return sft.carry_out(
        lambda callbacks: trainer(recipe, here, args, tokenizer, data, callbacks), folder, new
    )


def arguments(recipe: Recipe, at: Placement, here: loading.Machine, data: Prepared) -> Any:
    """The `DPOConfig` of a recipe."""
    from trl import DPOConfig

    dpo = recipe.dpo
    losses = (
        {"loss_type": [dpo.loss, "sft"], "loss_weights": [1.0, dpo.sft]}
        if dpo.sft
        else {"loss_type": [dpo.loss]}
    )
    longest = 2 * max(r.longest for r in data.train)  # both sides are in a batch
    given = sft.common(recipe, at, here, longest, bool(data.validation))
    return DPOConfig(**given, **losses, beta=dpo.beta, max_length=None, remove_unused_columns=False)


def trainer(
    recipe: Recipe, here: loading.Machine, args: Any, tokenizer: Any, data: Prepared, callbacks: list[Any]
) -> Any:
    from .preference_trainer import Collator, Trainer

    return Trainer(
        model=loading.model(recipe, here),
        args=args,
        data_collator=Collator(pad_token_id=tokenizer.pad_token_id),
        train_dataset=table(data.train),
        eval_dataset=table(data.validation) if data.validation else None,
        processing_class=tokenizer,
        peft_config=loading.lora(recipe.adapter),
        callbacks=callbacks,
    )


def table(rows: Iterable[Row]) -> Any:
    from datasets import Dataset

    return Dataset.from_list([{k: v for k, v in asdict(r).items() if k != "problem"} for r in rows])
