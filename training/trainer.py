"""TRL's SFTTrainer, and five things it lacks. Importing this imports TRL; only a training does.

The output head is computed for trained positions only, also on a CPU. TRL does so on GPUs (its Triton
kernel); elsewhere it scores every position, and with a vocabulary of 49,000 and a tenth of the tokens
trained that is a fifth of the work of a small model for nothing. The loss is the same: the mean over the
trained tokens of an update, whatever batch and process they are in.

Rows are read in the order of `order.py`. Where several processes would not have as many rows each, rows
without a trained token fill up the last batch; otherwise the first rows would be trained on twice.

The evaluation loss is that of a trained token too: the sum over the evaluation's rows, divided by how many
of their tokens are trained. (transformers takes the mean of the batches' means.)

It counts tokens, read and trained, over all processes; a resumed training goes on from where it had come to.
"""

import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import torch
from trl import SFTTrainer

from .order import order

IGNORED = -100
"""The label of a token that is not trained on."""


class Trainer(SFTTrainer):  # type: ignore[misc, unused-ignore]
    """See the module."""

    def __init__(self, *args: Any, kinds: Sequence[str], **given: Any) -> None:
        """`kinds` says what each row of `train_dataset` is: agent, general, or `order.FILL`."""
        self.kinds = kinds
        super().__init__(*args, **given)
        self.counted = {"tokens": 0, "trained_tokens": 0}
        self.total = {"tokens": 0, "trained_tokens": 0}
        self.since = time.monotonic()
        self.evaluated = torch.zeros(2, dtype=torch.float64)
        """The summed loss of the evaluation under way, in this process, and its trained tokens."""
        self.narrow = self.args.device.type == "cpu" and keeps_some(self.model)

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        if self.model.training:
            mask = inputs.get("attention_mask")
            self.counted["tokens"] += int(mask.sum() if mask is not None else inputs["input_ids"].numel())
            self.counted["trained_tokens"] += int((inputs["labels"] != IGNORED).sum())
        if return_outputs or not self.narrow:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        loss, count = summed_loss(model, inputs)
        if num_items_in_batch is None:
            return loss / max(count, 1)
        # The count is over all processes, and the gradients are averaged over them.
        return loss / torch.as_tensor(num_items_in_batch).clamp(min=1) * self.accelerator.num_processes

    def evaluation_loop(self, *args: Any, **given: Any) -> Any:
        self.evaluated.zero_()
        done = super().evaluation_loop(*args, **given)
        loss, count = self.accelerator.reduce(self.evaluated.to(self.args.device), "sum").tolist()
        for name in done.metrics:
            if name.endswith("_loss"):
                done.metrics[name] = loss / max(count, 1)
        return done

    def prediction_step(self, model: Any, inputs: Any, *_: Any, **given: Any) -> tuple[Any, None, None]:
        inputs = self._prepare_inputs(inputs)
        inputs["labels"] = self._once(inputs["labels"])
        count = int((inputs["labels"][:, 1:] != IGNORED).sum())
        with torch.no_grad(), self.compute_loss_context_manager():
            loss = self.compute_loss(model, inputs).detach()
        if count:
            self.evaluated += torch.tensor([float(loss) * count, count], dtype=torch.float64)
        return loss, None, None

    def _once(self, labels: Any) -> Any:
        """Without the rows that fill up the last batch so that all processes have as many.

        Packed rows come as one long row, and are left as they are.
        """
        state, rows = self.accelerator.gradient_state, len(labels)
        if not state.end_of_dataloader or state.remainder <= 0 or self.padding_free:
            return labels
        real = max(0, state.remainder - self.accelerator.process_index * rows)
        return torch.where(torch.arange(rows, device=labels.device)[:, None] < real, labels, IGNORED)

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        rows = self.train_dataset if train_dataset is None else train_dataset
        lengths, args = [len(ids) for ids in rows["input_ids"]], self.args
        kinds = self.kinds if len(self.kinds) == len(lengths) else ["packed"] * len(lengths)
        together = args.train_batch_size * args.gradient_accumulation_steps * args.world_size
        return Grouped(lengths, kinds, args.train_batch_size, together, args.seed)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            now = time.monotonic()
            counts = torch.tensor(list(self.counted.values()), device=self.args.device)
            counts = self.accelerator.reduce(counts, "sum").tolist()
            if not self.total["tokens"]:
                self.total |= self._before()
            for name, count in zip(self.counted, counts, strict=True):
                self.counted[name] = 0
                self.total[name] += count
            logs |= {**self.total, "tokens_per_second": counts[0] / max(now - self.since, 1e-9)}
            logs["trained_tokens_per_second"] = counts[1] / max(now - self.since, 1e-9)
            self.since = now
        super().log(logs, start_time)

    def _before(self) -> dict[str, int]:
        """The totals of the training that this one goes on with."""
        logged = [h for h in self.state.log_history if "tokens" in h]
        return {name: int(logged[-1][name]) for name in self.total} if logged else {}


class Grouped(torch.utils.data.Sampler[int]):  # type: ignore[misc, unused-ignore]
    """Rows in the order of `order.order`, another one each epoch."""

    def __init__(
        self, lengths: Sequence[int], kinds: Sequence[str], size: int, together: int, seed: int
    ) -> None:
        self.rows = list(lengths), list(kinds), size, together
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.rows[0])

    def __iter__(self) -> Iterator[int]:
        return iter(order(*self.rows, Random(self.seed * 100_003 + self.epoch)))


def keeps_some(model: Any) -> bool:
    """Whether the model's forward computes the head only where it is told to."""
    import inspect

    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return "logits_to_keep" in inspect.signature(type(base).forward).parameters


def summed_loss(model: Any, inputs: Any) -> tuple[Any, int]:
    """The sum of the negative log likelihoods of the trained tokens, and their number.

    `inputs` holds input_ids, attention_mask and labels, each (rows, length); the head is computed at the
    positions that are trained in any of the rows.
    """
    targets = inputs["labels"][:, 1:]
    wanted = (targets != IGNORED).any(0).nonzero().flatten()
    given = {k: v for k, v in inputs.items() if k != "labels"}
    logits = model(**given, use_cache=False, logits_to_keep=wanted).logits
    targets = targets[:, wanted]
    loss = torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return loss, int((targets != IGNORED).sum())
