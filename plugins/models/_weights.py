"""Which weights a model has, so that results of a checkpoint that was trained on are not taken for its."""

from collections.abc import Sequence
from hashlib import file_digest, sha256
from pathlib import Path

PATTERNS = ("*.safetensors", "pytorch_model*.bin", "adapter_model.bin")


def digests(places: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of a model's weights and of its adapter's, for `Model.describe`. Reads all of them.

    A place is a file, or a folder of which the weights count; one that is not there (a hub's id) has none.
    """
    known = {}
    for role, place in zip(("sha256", "adapter sha256"), places, strict=False):
        files = [place] if place.is_file() else sorted(f for p in PATTERNS for f in place.glob(p))
        if files:
            known[role] = _digest(files)
    return known


def _digest(files: Sequence[Path]) -> str:
    each = []
    for file in files:
        with file.open("rb") as opened:
            each.append(file_digest(opened, "sha256").hexdigest())
    return each[0] if len(each) == 1 else sha256("\n".join(each).encode()).hexdigest()
