"""What answers SPARQL: a worker process with pyoxigraph, an endpoint, or a small store in this process."""

from .base import Engine, TooSlow

__all__ = ["Engine", "TooSlow"]
