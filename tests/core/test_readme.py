"""Every console block of the README runs as written, in an empty folder."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[2] / "README.md").read_text()
COMMANDS = [
    line[2:]
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]


def test_the_readme_shows_commands() -> None:
    assert len(COMMANDS) >= 6


def test_the_commands_of_the_readme_run_as_written(tmp_path: Path) -> None:
    here = str(Path(sys.executable).parent)
    env = {**os.environ, "PATH": f"{here}:{os.environ['PATH']}", "HARNESS_HOME": str(tmp_path / "home")}
    for command in COMMANDS:
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120,
            input="\n\n",
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_every_option_the_readme_names_exists() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "harness", "run", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("harness run"):
                for word in shlex.split(line):
                    assert not word.startswith("--") or word in help_text
