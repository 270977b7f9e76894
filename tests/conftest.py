"""Where AgentBench's own files are, for the tests that hold us to them; those skip where there are none."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def agentbench() -> Path | None:
    """A checkout or a part of one: $AGENTBENCH, else shared/data/agentbench in a folder above, else None."""
    given = os.environ.get("AGENTBENCH")
    places = [Path(given)] if given else [p / "shared/data/agentbench" for p in Path(__file__).parents]
    return next((p for p in places if p.is_dir()), None)
