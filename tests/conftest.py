"""What all tests share: AgentBench's own files, where there are any, the same examples each time, and the
order of the long tests."""

import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.register_profile("search", derandomize=False)
# What was green stays green; HYPOTHESIS=search looks for more.
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS", "same"))


@pytest.fixture(scope="session")
def agentbench() -> Path | None:
    """A checkout or a part of one: $AGENTBENCH, else shared/data/agentbench in a folder above, else None."""
    given = os.environ.get("AGENTBENCH")
    places = [Path(given)] if given else [p / "shared/data/agentbench" for p in Path(__file__).parents]
    return next((p for p in places if p.is_dir()), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first (by file, under --dist loadfile): at the end, one worker would wait for them."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
