"""What answers SPARQL, and which of it a run uses.

oxigraph    a worker process with pyoxigraph, over the bundled graph, a file or a store on disk
endpoint    any SPARQL endpoint
small       a graph made from each sample's own gold program, in this process: for audits, not for scores
"""

from collections.abc import Mapping
from pathlib import Path

from harness import Settings, UsageError

from .base import Engine, TooSlow
from .endpoint import Endpoint
from .worker import Worker

__all__ = ["Endpoint", "Engine", "TooSlow", "Worker", "needs_pyoxigraph", "place", "seconds"]


def place(settings: Settings, registered: Path | None, official: bool) -> str:
    """bundled, endpoint, graph, small, or none: where the questions of a run are played.

    Raises `UsageError` for options that exclude one another, or do not go with the split.
    """
    options = settings.options
    engine = options.get("engine", "")
    if engine not in ("", "oxigraph", "small"):
        raise UsageError(
            f"-T engine={engine}: kg has the engines oxigraph and small; "
            f"to give another task an engine say -T TASK.engine={engine}"
        )
    chosen = [
        flag
        for flag, there in (
            ("--kg-endpoint", "kg-endpoint" in options),
            ("-T graph", "graph" in options),
            ("-T engine=small", engine == "small"),
        )
        if there
    ]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} exclude one another; leave all but one out")
    if not official and chosen and chosen[0] != "--kg-endpoint":
        raise UsageError(f"{chosen[0]} is for AgentBench's own questions: give --split agentbench-dev too")
    if not official:
        return "endpoint" if chosen else "bundled"
    if chosen:
        return {"--kg-endpoint": "endpoint", "-T graph": "graph"}.get(chosen[0], "small")
    return "graph" if registered is not None else "none"


def seconds(options: Mapping[str, str]) -> float:
    """`-T query-timeout=SECONDS`: how long one query may take."""
    said = options.get("query-timeout", "10")
    try:
        limit = float(said)
    except ValueError:
        limit = 0.0
    if not 0 < limit <= 3600:
        raise UsageError(f"-T query-timeout={said}: expected seconds, more than 0 and at most 3600")
    return limit


def needs_pyoxigraph() -> None:
    """Raises `UsageError` where it is not installed."""
    from importlib.util import find_spec

    if find_spec("pyoxigraph") is None:
        raise UsageError("kg needs pyoxigraph: pip install 'agentbench-harness[kg]'")
