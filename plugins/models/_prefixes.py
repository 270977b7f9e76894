"""Keys and values of what was read before: a turn reads only what is new. Importing this imports torch.

An episode's prompt begins with the prompt and reply of its last turn, and all episodes of a task begin
alike. Keys and values depend on no later token, so those of a common beginning can be used again. Rows of a
batch are aligned to the right, where new tokens come: with `unread` tokens left to the row that has most to
read, each row takes from here what stands before its last `unread` tokens, behind the padding it needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch  # type: ignore[import-not-found, unused-ignore]
from transformers import cache_utils  # type: ignore[import-not-found, unused-ignore]

MOST = 256
"""Beginnings that are kept: each is compared with each prompt."""


@dataclass(frozen=True, slots=True)
class _Kept:
    tokens: Any
    """int64, [tokens]."""
    layers: tuple[tuple[Any, Any], ...]
    """Keys and values of each layer, [heads, tokens, width], in the host's memory."""

    @property
    def size(self) -> int:
        return sum(part.nbytes for layer in self.layers for part in layer)

    def common(self, read: Any) -> int:
        """With how many of its tokens `read` begins."""
        shorter = min(len(self.tokens), len(read))
        differ = (self.tokens[:shorter] != read[:shorter]).nonzero()
        return int(differ[0, 0]) if len(differ) else shorter


class Prefixes:
    """At most `room` bytes of keys and values; what was not used for longest goes first."""

    def __init__(self, room: float) -> None:
        self.room = room
        self.kept: list[_Kept] = []

    def known(self, read: Sequence[int]) -> int:
        """How many tokens of a prompt need not be read; the last one always must."""
        return self._best(read)[1]

    def _best(self, read: Sequence[int]) -> tuple[_Kept | None, int]:
        wanted = torch.tensor(read)
        found: _Kept | None = None
        most = 0
        for kept in tuple(self.kept):  # the other thread may be changing it
            if (common := min(kept.common(wanted), len(read) - 1)) > most:
                found, most = kept, common
        return found, most

    def begin(self, reads: Sequence[Sequence[int]], device: Any) -> Any:
        """A `DynamicCache` of what need not be read, [rows, heads, columns, width]; None for nothing."""
        best = [self._best(read) for read in reads]
        unread = max(len(read) - known for read, (_, known) in zip(reads, best, strict=True))
        columns = max(map(len, reads)) - unread
        if columns == 0:
            return None
        used = [(kept, max(0, len(read) - unread)) for read, (kept, _) in zip(reads, best, strict=True)]
        taken = [kept for kept, n in used if kept is not None and n]
        self.kept = sorted(self.kept, key=lambda kept: any(kept is t for t in taken))  # the last used last
        cache = cache_utils.DynamicCache()
        for layer, sides in enumerate(taken[0].layers):
            shaped = [_aligned(used, layer, i, side, columns, device) for i, side in enumerate(sides)]
            cache.update(*shaped, layer)
        return cache

    def keep(self, reads: Sequence[Sequence[int]], said: Sequence[Sequence[int]], cache: Any) -> None:
        """Remember a batch: prompts that end in one column, and what was generated behind it.

        Models whose layers keep anything but all keys and values (windows, states) are left alone.
        """
        if not self.room:
            return
        if any(type(layer) is not cache_utils.DynamicLayer for layer in cache.layers):
            self.room = 0
            return
        longest = max(map(len, reads))
        for row, (read, more) in enumerate(zip(reads, said, strict=True)):
            tokens = torch.tensor([*read, *more[:-1]])  # the last one was never read
            place = slice(longest - len(read), longest - len(read) + len(tokens))
            held = ((layer.keys[row, :, place], layer.values[row, :, place]) for layer in cache.layers)
            self._add(_Kept(tokens, tuple((k.to("cpu", copy=True), v.to("cpu", copy=True)) for k, v in held)))

    def _add(self, new: _Kept) -> None:
        common = [kept.common(new.tokens) for kept in self.kept]
        if len(new.tokens) in common:
            return
        left = [k for k, n in zip(self.kept, common, strict=True) if n < len(k.tokens)]
        left.append(new)
        size = sum(kept.size for kept in left)
        while left and (len(left) > MOST or size > self.room):
            size -= left.pop(0).size
        self.kept = left


def _aligned(
    used: Sequence[tuple[_Kept | None, int]], layer: int, side: int, like: Any, columns: int, device: Any
) -> Any:
    """Keys (side 0) or values (1) of all rows, right-aligned."""
    heads, _, width = like.shape
    made = torch.zeros((len(used), heads, columns, width), dtype=like.dtype, device=device)
    for row, (kept, n) in enumerate(used):
        if kept is not None and n:
            made[row, :, columns - n :] = kept.layers[layer][side][:, :n]
    return made
