"""Each report module shows itself (STYLE rule 12), and the published figures travel with the package."""

import subprocess
import sys
from importlib.resources import files

import pytest


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("table", "multibranch(branches=3) · native test (text)"),
        ("leaderboard", "gpt-4-0613"),
        ("progress", "os 20/20, score"),
        ("versus", "mean of tasks: after is better by"),
    ],
)
def test_a_report_module_shows_itself(module: str, says: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", f"harness.report.{module}"], capture_output=True, text=True, timeout=60
    )
    assert (shown.returncode, says in shown.stdout + shown.stderr) == (0, True)
    assert "\x1b" not in shown.stdout


def test_the_published_figures_lie_beside_the_module_that_reads_them() -> None:
    assert (files("harness.report") / "published.json").is_file()
