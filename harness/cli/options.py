"""Options that several commands share, and what they are turned into."""

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import click

from harness.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def pairs(flag: str, given: Iterable[str]) -> dict[str, str]:
    """`key=value` texts as a mapping. Raises `UsageError` that names the flag.

    >>> pairs("-S", ["branches=3"])
    {'branches': '3'}
    """
    found = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(f"{flag} {text}: expected key=value")
        found[key.replace("_", "-") if flag == "-T" else key] = value
    return found


def comma(given: Iterable[str]) -> tuple[str, ...]:
    """Names from several options, each with commas or spaces between.

    >>> comma(["db,os", "kg"])
    ('db', 'os', 'kg')
    """
    return tuple(n for text in given for n in text.replace(",", " ").split())


def strategies(text: str) -> tuple[str, ...]:
    """The names of `--strategy`. Raises `UsageError` for none, and for one that is named twice.

    >>> strategies("decompose,multibranch")
    ('decompose', 'multibranch')
    """
    names = comma([text])
    if not names:
        raise UsageError("which strategy? for example: --strategy react (see `harness list strategies`)")
    if twice := [n for n in names if names.count(n) > 1]:
        raise UsageError(f"--strategy {text}: {twice[0]} is named twice")
    return names


def check_judge(given: Mapping[str, Any]) -> None:
    """Raises `UsageError` for a `--judge-base-url` that is of no judge model."""
    if given["judge_base_url"] and not given["judge_model"]:
        raise UsageError("--judge-base-url is of a --judge-model, and none is given")


class Finite(click.FloatRange):
    """A range of numbers; `nan` and `inf` are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{number} is not a number that can be used", param, ctx)
        return number


def plugin_options(command: F) -> F:
    """`--plugin FILE` and `--no-plugin NAME`."""
    command = click.option(
        "--plugin",
        "plugin_files",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Load a plug-in from a Python file. Repeatable.",
    )(command)
    return click.option(
        "--no-plugin", "blocked", multiple=True, metavar="NAME", help="Do without a plug-in. Repeatable."
    )(command)


def task_flags(command: F) -> F:
    """`-T K=V`, and flags of their own for those that are asked for most."""
    for option in (
        click.option("--live", is_flag=True, help="mind2web: a real browser instead of saved pages."),
        click.option(
            "--kg-endpoint", metavar="URL", help="kg: a SPARQL endpoint, such as Virtuoso with Freebase."
        ),
        click.option(
            "--interface",
            type=click.Choice(["plain", "renamed"]),
            help="renamed: other action names and wording, to see whether a tuned model learnt the task.",
        ),
        click.option("--engine", help="The engine of the task: sqlite, mariadb, alfworld ..."),
        click.option("--sandbox", help="Where shells run: namespaces, namespaces:ROOT or docker:IMAGE."),
        click.option("--db-url", help="A MySQL server for db: mysql://user:password@host:port."),
        click.option(
            "-T",
            "task_options",
            multiple=True,
            metavar="K=V",
            help="Option of the tasks; TASK.K=V is for one of them.",
        ),
    ):
        command = option(command)
    return command


def task_options(given: dict[str, Any]) -> dict[str, str]:
    """What `task_flags` were given, as the tasks' options."""
    flags = ("db_url", "engine", "interface", "kg_endpoint", "sandbox")
    named = {k.replace("_", "-"): given[k] for k in flags if given[k] is not None}
    if given["live"]:
        named["live"] = "true"
    return {**pairs("-T", given["task_options"]), **named}


def json_option(command: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")(command)


def from_file(ctx: click.Context, _: click.Parameter, file: Path | None) -> Path | None:
    """`--config FILE`: YAML whose keys are option names; the command line wins."""
    if file is None:
        return None
    import yaml

    try:
        said = yaml.safe_load(file.read_text()) or {}
    except (OSError, yaml.YAMLError) as e:
        raise UsageError(f"--config {file}: {e}") from e
    if not isinstance(said, dict):
        raise UsageError(f"--config {file}: expected a mapping of option names to values")
    known = {o.lstrip("-").replace("-", "_"): p for p in ctx.command.params for o in p.opts}
    defaults: dict[str, Any] = {}
    for key, value in said.items():
        param = known.get(str(key).replace("-", "_"))
        if param is None or param.name is None:
            raise UsageError(
                f"--config {file}: there is no option {key!r}; options are {', '.join(sorted(known))}"
            )
        defaults[param.name] = _texts(value) if param.multiple or param.nargs == -1 else value
    ctx.default_map = {**(ctx.default_map or {}), **defaults}
    return file


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{k}={str(v).lower() if isinstance(v, bool) else v}" for k, v in value.items()]
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]
