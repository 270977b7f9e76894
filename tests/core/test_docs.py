"""The page on strategies names every strategy with all of its options."""

import re
from pathlib import Path

import pytest

from harness.host import Plugins
from harness.strategy import options

PAGE = (Path(__file__).parents[2] / "docs" / "strategies.md").read_text()
ROWS = dict(re.findall(r"^\| `([a-z-]+)` \|(.*)$", PAGE, re.MULTILINE))


def test_every_strategy_is_on_the_page() -> None:
    ours = {o.name for o in Plugins().offers if o.kind == "strategies" and o.ours}
    assert set(ROWS) == ours


@pytest.mark.parametrize("name", sorted(set(ROWS) - {"tmbr"}))
def test_every_option_of_a_strategy_is_on_the_page(name: str) -> None:
    factory = Plugins().strategy(name)
    named = set(re.findall(r"`([a-z_]+)`", ROWS[name].rsplit("|", 2)[1]))
    assert named == set(options(factory))
