"""Which websites there are."""

from functools import cache

from .site import Site

TASKS = {"test": 6, "train": 40}
"""Tasks at each website of a split."""


@cache
def sites(split: str) -> tuple[Site, ...]:
    """The websites of a split, made once: pages of equal sites are kept by their identity."""
    if split == "train":
        from . import train

        return train.sites()
    from . import test

    return test.sites()
