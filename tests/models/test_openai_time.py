"""`openai/NAME` under `--time-limit`: a slow agent has spent its budget, an outage says nothing of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.testing import harness
from tests.models._server import Answer, Plan, beside, chat

SLOW = Answer(chat("Action: Operation\n```sql\nSELECT 1\n```"), delay=0.7)
BUSY = Answer({}, 429, {"Retry-After": "5"})


def played(folder: Path, plan: Plan) -> dict[str, Any]:
    with beside(plan) as server:
        model = ("--model", "openai/m", "--base-url", server.url, "--time-limit", "1")
        done = harness("run", "db", "--limit", "1", *model, "-o", folder)
    assert done.code in (0, 1), done.err
    (file,) = folder.glob("*/episodes.jsonl")
    episode: dict[str, Any] = json.loads(file.read_text())
    return episode


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ([Answer(delay=30)], "did not answer once in the 1 s"),
        ([BUSY], "passed while the model failed; http"),
        ([SLOW, BUSY], "passed while the model failed; http"),
    ],
    ids=["hangs", "is busy", "is busy later"],
)
def test_an_outage_is_an_error_and_no_zero(tmp_path: Path, plan: Plan, said: str) -> None:
    episode = played(tmp_path, plan)
    assert (episode["status"], episode["score"]) == ("error", None)
    assert episode["error"]["side"] == "model" and said in episode["error"]["what"]


def test_a_slow_agent_has_spent_its_time(tmp_path: Path) -> None:
    episode = played(tmp_path, [SLOW])
    assert (episode["status"], episode["spent"]) == ("task limit", "1 s")
