"""TRL's DPOTrainer over tokens and masks that are made already. Importing this imports TRL."""

from typing import Any

import torch
from trl import DPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference


class Trainer(DPOTrainer):  # type: ignore[misc, unused-ignore]
    """Takes rows of prompt_ids, chosen_ids, rejected_ids and the two masks as they are."""

    def _prepare_dataset(self, dataset: Any, processing_class: Any, args: Any, dataset_name: str) -> Any:
        return dataset


class Collator(DataCollatorForPreference):  # type: ignore[misc, unused-ignore]
    """Counts the tokens that the rows' own masks say: the agent's turns, not the environment's."""

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = super().torch_call(examples)
        masks = [
            [0] * len(e["prompt_ids"]) + list(e[f"{side}_mask"])
            for side in ("chosen", "rejected")
            for e in examples
        ]
        counted = torch.zeros_like(made["completion_mask"])
        for row, mask in enumerate(masks):
            counted[row, : len(mask)] = torch.tensor(mask)
        made["completion_mask"] = counted
        return made
