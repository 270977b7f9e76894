"""Standard output: only JSON under `--json`, any text in any encoding, and a full one is told of."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.testing import Done, harness

GOOD = Path(__file__).parents[1] / "strangers" / "good.py"
PLUGIN = ("--plugin", GOOD)
RUN = ("run", "parrot", "--model", "oracle", *PLUGIN)
NOISY = """
_reset = World.reset
World.reset = lambda self: (print("noise"), _reset(self))[1]
Parrot.setup = lambda self, host: print("noise")
"""


def apart(*arguments: str | Path, out: str, **env: str) -> Done:
    """In a process of its own, with its output in the file `out`."""
    with Path(out).open("wb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "harness", *map(str, arguments)],
            env=os.environ | env, stdout=file, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    return Done(done.returncode, "", done.stderr)


def test_what_a_plugin_prints_does_not_get_into_json(tmp_path: Path) -> None:
    noisy = tmp_path / "noisy.py"
    noisy.write_text(GOOD.read_text() + NOISY)
    plugin = ("--plugin", noisy)
    run = harness("run", "parrot", "--model", "oracle", "-o", tmp_path / "runs", "--json", *plugin)
    dry = harness("run", "parrot", "--model", "oracle", "--dry-run", "--json", *plugin)
    audit = harness("audit", "parrot", "--json", *plugin)
    score = harness("score", tmp_path / "runs", "--json", *plugin)
    for done in (run, dry, audit, score):
        assert done.code == 0, done.err
        assert json.loads(done.out)
        assert "noise" in done.err


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_full_standard_output_is_told_without_a_traceback(
    tmp_path: Path, more: tuple[str, ...], unbuffered: str
) -> None:
    done = apart(*RUN, "-o", tmp_path, *more, out="/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.code == 1
    assert "error: standard output cannot be written to: No space left on device" in done.err
    assert "Traceback" not in done.err
    assert next(tmp_path.glob("*/episodes.jsonl")).stat().st_size, "the run is there all the same"


@pytest.mark.parametrize("form", ["table", "md", "json"])
def test_an_ascii_standard_output_gets_everything(tmp_path: Path, form: str) -> None:
    file, asked = tmp_path / "out", ("leaderboard", "--published", "--format", form)
    done = apart(*asked, out=str(file), PYTHONIOENCODING="ascii")
    assert done.code == 0, done.err
    assert "gpt-4-0613" in file.read_text("ascii")


def test_json_is_json_where_standard_output_is_ascii(tmp_path: Path) -> None:
    file = tmp_path / "out"
    done = apart(*RUN, "-o", tmp_path / "ü😀", "--json", out=str(file), PYTHONIOENCODING="ascii")
    assert done.code == 0, done.err
    assert "ü😀" in json.loads(file.read_text("utf-8"))["run"]
