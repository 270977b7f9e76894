"""Real sandboxes; where this machine forbids them the tests skip and say which setting does."""

from collections.abc import Iterator

import pytest
from harness.plugins.sandboxes.namespaces import NamespaceProvider, SandboxLimits

from harness import EnvironmentFailure, Sandbox


@pytest.fixture(scope="session")
def provider() -> Iterator[NamespaceProvider]:
    made = NamespaceProvider(limits=SandboxLimits(memory=128 << 20, disk=64 << 20, processes=64))
    try:
        made.open().close()
    except EnvironmentFailure as e:
        pytest.skip(f"no namespaces here: {e}")
    yield made
    made.close()


@pytest.fixture
def box(provider: NamespaceProvider) -> Iterator[Sandbox]:
    opened = provider.open()
    yield opened
    opened.close()
