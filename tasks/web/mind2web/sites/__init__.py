"""Websites of our own, in two sets that share nothing but the machinery. See README.md."""

from functools import lru_cache

from ..samples import WebSample

__all__ = ["bundled", "page"]


def bundled(split: str) -> tuple[WebSample, ...]:
    """The samples of `test` or `train`, in a fixed order."""
    from .play import all_played

    return tuple(p.sample for p in all_played(split).values())


@lru_cache(maxsize=64)
def page(sample: WebSample, step: int) -> str:
    """The document before a step, with a `backend_node_id` on every element."""
    from .browser import html
    from .play import all_played

    played = all_played(sample.split)[sample.id]
    return html(played.site, played.views[step])
