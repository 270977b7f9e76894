"""`--model demo`: the embedded model with the adapter that ships."""

import json
from pathlib import Path

import pytest
from harness.plugins.models import _gguf, demo

from harness.testing import harness

from .test_embedded_model import real


def test_the_adapter_is_small_enough_to_ship_and_says_what_it_is() -> None:
    assert demo.ADAPTER.stat().st_size < 20e6
    facts = _gguf.header(demo.ADAPTER)
    assert (facts["general.type"], facts["adapter.type"]) == ("adapter", "lora")


@pytest.mark.real
@real[1]
def test_it_writes_actions_that_can_be_read(tmp_path: Path) -> None:
    done = harness(
        "run", "--tasks", "db", "--model", "demo", "--limit", "2", "--max-tokens", "64",
        "-M", "slots=2", "-M", "ctx=2048", "-M", "threads=1", "-o", tmp_path,
    )  # fmt: skip
    assert done.code == 0, done.err
    (episodes,) = tmp_path.glob("*/episodes.jsonl")
    nodes = [n for line in episodes.read_text().splitlines() for n in json.loads(line)["nodes"][1:]]
    assert nodes and sum(n["mistake"] is None for n in nodes) > len(nodes) / 2
