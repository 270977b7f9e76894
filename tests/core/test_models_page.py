"""The page on models names every option of every provider, and a provider refuses all others."""

import re
from pathlib import Path

import pytest
from harness.plugins.models import hf, llamacpp, openai

from harness.host import Plugins
from harness.testing import harness

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text()
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
KNOWN = {"openai": openai.KNOWN, "llamacpp": llamacpp.OWN, "hf": hf.KNOWN, "scripted": {"end": str}}


def test_every_provider_is_on_the_page() -> None:
    table = PAGE.partition("\n## ")[0]
    named = {
        name.split("/")[0]
        for name in re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.M)))
    }
    assert named == {o.name for o in Plugins().offers if o.kind == "models" and o.ours}
    assert set(SECTIONS) == set(KNOWN)


@pytest.mark.parametrize("provider", KNOWN)
def test_the_options_of_a_provider_are_on_the_page(provider: str) -> None:
    named = re.findall(r"^\| `([a-z-]+)` \|", SECTIONS[provider], re.MULTILINE)
    assert sorted(named) == sorted(KNOWN[provider])


@pytest.mark.parametrize("model", ["oracle", "random", "silent"])
def test_a_model_without_options_refuses_them(model: str) -> None:
    done = harness("run", "cards", "--model", model, "-M", "foo=1", "--dry-run")
    assert done.code == 2
    assert f"-M foo=1: {model} has no option 'foo'; it has none" in done.err


def test_the_help_says_where_the_options_are() -> None:
    assert "docs/models.md" in " ".join(harness("run", "--help").out.split())
