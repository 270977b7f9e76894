"""The websites of the split `train`."""

from ..site import Site


def sites() -> tuple[Site, ...]:
    return ()
