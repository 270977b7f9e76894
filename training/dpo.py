"""Preferences: an agent's better turns become likelier than its worse ones (DPO, arXiv 2305.18290).

    harness export runs/ --format dpo -o data/pairs.jsonl
    harness train dpo configs/smollm2-lora.yaml --set data.agent=data/pairs.jsonl -o checkpoints/preferring

TRL's DPOTrainer, given tokens and a mask of our own: its collator counts everything after the prompt, so of
a trajectory also what the environment said. Here only the agent's turns count, on both sides. Left out and
counted are pairs that are too long (none is cut), duplicates, and those of which a side holds what the
evaluation asks. The reference is the base itself, with LoRA the adapter turned off.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from harness import Tell, UsageError, checkpoint_of

from . import loading, preferences, record, sft
from .arguments import configured
from .cleaning import Against, Hit, fingerprint
from .dataset import absent, by_name, elsewhere, quiet
from .evaluation import collect
from .launch import Placement
from .masks import IGNORED, Coder, Encoded
from .recipe import Data, Recipe
from .report import contamination
from .splitting import held_back


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
        compared = contamination(self.report["against"], [Hit(**h) for h in self.report["hits"]])
        warnings = (f"warning   {text}" for text in self.report["warnings"])
        return [*files, *left, *compared, rows, *warnings]


def prepare(recipe: Recipe, tokenizer: Any, tell: Tell | None = None) -> Prepared:
    """Raises `UsageError` for a line that is no pair, and where nothing is left."""
    data = recipe.data
    _check(data)
    coder, dropped = Coder(tokenizer, data.template), Counter[str]()
    read = {name: list(preferences.read(Path(name))) for name in data.agent}
    if empty := [name for name, pairs in read.items() if not pairs]:
        raise UsageError(f"{empty[0]} holds no pairs")
    asked = collect(data.against, tell or quiet)
    every = [pair for pairs in read.values() for pair in pairs]
    evaluated = Against(asked.texts)
    clean, hits = _clean(every, evaluated, dropped)
    rows = list(_fitting(clean, coder, data.max_length, dropped))
    if not rows:
        raise UsageError(f"nothing is left to train on: {dict(dropped)}")
    held = held_back({r.problem for r in rows}, data.validation, recipe.train.seed)
    train = [r for r in rows if r.problem not in held]
    report = {
        "files": [_file(name, len(pairs)) for name, pairs in read.items()],
        "dropped": dict(dropped),
        "against": len(asked.texts),
        "hits": [asdict(h) for h in hits],
        "pairs": len(train),
        "ends": sorted(coder.ends),
        "warnings": [*elsewhere([p.chosen for p in clean]), *absent(asked.absent), *by_name(evaluated)],
    }
    return Prepared(train, [r for r in rows if r.problem in held], report)


def _check(data: Data) -> None:
    """Raises `UsageError` for data that is no pairs."""
    if not data.agent:
        raise UsageError("the recipe names no data; give --set data.agent=data/pairs.jsonl")
    given = {
        "data.general": bool(data.general),
        "data.share": data.share is not None,
        "data.format": data.format != "auto",
    }
    if odd := [key for key, wrong in given.items() if wrong]:
        raise UsageError(
            f"{', '.join(odd)}: preferences are pairs of data.agent alone, without general data or formats; "
            f"take it out, or give --set {odd[0]}=null"
        )


def _file(name: str, pairs: int) -> dict[str, Any]:
    return {
        "path": name,
        "kind": "agent",
        "rows": pairs,
        "sha256": sha256(Path(name).read_bytes()).hexdigest(),
    }


def _clean(
    pairs: Iterable[preferences.Pair], against: Against, dropped: Counter[str]
) -> tuple[list[preferences.Pair], list[Hit]]:
    """Without duplicates, and without those of which a side holds what the evaluation asks."""
    seen: set[tuple[str, str]] = set()
    kept: list[preferences.Pair] = []
    hits: list[Hit] = []
    for pair in pairs:
        mark = (fingerprint(pair.chosen), fingerprint(pair.rejected))
        if mark in seen:
            dropped["duplicates"] += 1
        elif hit := against.hit(pair.chosen) or against.hit(pair.rejected):
            dropped["contaminated by the evaluation"] += 1
            hits.append(hit)
        else:
            kept.append(pair)
        seen.add(mark)
    return kept, hits


def _fitting(
    pairs: Iterable[preferences.Pair], coder: Coder, limit: int, dropped: Counter[str]
) -> Iterable[Row]:
    """In tokens, those that are of use."""
    for pair in pairs:
        row = encode(pair, coder)
        if row.longest > limit:
            dropped[f"longer than {limit} tokens"] += 1
        else:
            yield row


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
    own = {**losses, "beta": dpo.beta, "max_length": None, "remove_unused_columns": False}
    return configured(DPOConfig, recipe, at, here, longest, bool(data.validation), **own)


def trainer(
    recipe: Recipe, here: loading.Machine, args: Any, tokenizer: Any, data: Prepared, callbacks: list[Any]
) -> Any:
    from .preference_trainer import Collator, Trainer

    model = loading.model(recipe, here)
    return Trainer(
        model=model,
        args=args,
        data_collator=Collator(pad_token_id=tokenizer.pad_token_id),
        train_dataset=table(data.train),
        eval_dataset=table(data.validation) if data.validation else None,
        processing_class=tokenizer,
        peft_config=loading.lora(recipe.adapter, model),
        callbacks=callbacks,
    )


def table(rows: Iterable[Row]) -> Any:
    from datasets import Dataset

    return Dataset.from_list([{k: v for k, v in asdict(r).items() if k != "problem"} for r in rows])
