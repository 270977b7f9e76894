"""`harness run`: play, show progress, write everything down, print the table."""

import asyncio
import json
import os
import shlex
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from harness.cli._stdout import kept_for_json
from harness.cli.options import (
    Finite,
    check_judge,
    comma,
    from_file,
    json_option,
    pairs,
    plugin_options,
    strategies,
    task_flags,
    task_options,
)
from harness.errors import HarnessError, StoreError, UsageError

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = [
    click.argument("task_names", nargs=-1, metavar="[TASK]..."),
    click.option("--tasks", "-t", multiple=True, help="Tasks and groups, with commas: db,os."),
    click.option("--model", "-m", default="smollm2", show_default=True, help="provider/name."),
    click.option("--strategy", "--solver", "--agent", "-s", default="react", show_default=True,
                 help="One or several, with commas; the last is asked first."),
    click.option("-S", "strategy_options", multiple=True, metavar="K=V", help="Option of a strategy."),
    task_flags,
    click.option("-M", "--model-args", "model_args", multiple=True, metavar="K=V",
                 help="Option of the model's provider: see docs/models.md."),
    click.option("--base-url", "--model-base-url", help="An OpenAI-compatible server: http://host:8000/v1."),
    click.option("--judge-model", help="Judges with another model than the one that acts."),
    click.option("--judge-base-url", help="Where the judge model is served."),
    click.option("--profile", default="native", show_default=True, help="native, v0.2 or fc."),
    click.option("--protocol", type=click.Choice(["text", "tools"]), help="How actions are written."),
    click.option("--split", default="test", show_default=True,
                 help="test, train, agentbench-dev, agentbench-std, or a FILE.jsonl of problems."),
    click.option("--limit", "-l", metavar="N|N-M|SHARE", help="Only some samples: 10, 10-20 or 0.1."),
    click.option("--sample-id", multiple=True, help="Only these samples, with commas."),
    click.option("--epochs", "-k", default=1, show_default=True, type=click.IntRange(1)),
    click.option("--seed", default=0, show_default=True, help="Of sampling, strategies and environments."),
    click.option("--temperature", default=0.0, show_default=True, type=Finite(0)),
    click.option("--top-p", default=1.0, show_default=True, type=Finite(0, 1)),
    click.option("--max-tokens", default=512, show_default=True, type=click.IntRange(1),
                 help="Of one reply."),
    click.option("--max-steps", default=0, type=click.IntRange(0),
                 help="Replies executed in one episode, over all branches. [0: no limit]"),
    click.option("--token-limit", default=0, type=click.IntRange(0), help="Tokens of one episode."),
    click.option("--time-limit", default=0.0, type=Finite(0), help="Seconds of one episode."),
    click.option("--cost-limit", default=0.0, type=Finite(0), help="US dollars of one episode."),
    click.option("--prompts", type=click.Path(path_type=Path, exists=True, file_okay=False),
                 help="A folder of prompts that replace the tasks' own: db/NAME.md."),
    click.option("--max-samples", "-n", default=8, show_default=True, type=click.IntRange(1),
                 help="Episodes at once."),
    click.option("--max-connections", default=16, show_default=True, type=click.IntRange(1),
                 help="Model requests at once."),
    click.option("--executor", default="local", show_default=True, help="Where episodes run."),
    click.option("--fail-on-error", is_flag=True, help="Stop at the first harness error."),
    click.option("--log-dir", "--output-path", "-o", default=Path("runs"), show_default=True,
                 type=click.Path(path_type=Path), help="Where run directories are made."),
    click.option("--resume", type=click.Path(path_type=Path), metavar="DIR",
                 help="Go on with this run directory. The same command finds it by itself."),
    click.option("--new", "anew", is_flag=True, help="Start anew even if the same run lies unfinished."),
    click.option("--dry-run", is_flag=True, help="Show what would run, and stop."),
    click.option("--config", "-C", type=click.Path(path_type=Path, exists=True, dir_okay=False),
                 is_eager=True, expose_value=False, callback=from_file,
                 help="YAML with these options; the command line wins."),
]  # fmt: skip


def _options(command: F) -> F:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command(epilog="Example: harness run --tasks db,os --strategy multibranch -S branches=3 --limit 20")
@_options
@plugin_options
@json_option
def command(**given: Any) -> None:
    """Play TASKs with a model under a strategy, and print the scores.

    Everything that happens is written to a run directory. Interrupt it when you like: the same
    command goes on where it stopped.
    """
    as_json, store = given["as_json"], None
    with kept_for_json(as_json):
        run = _planned(given)
        try:
            if not given["dry_run"]:
                store = directory(run, given)
                _play(run, store, as_json)
        finally:
            run.close()
    if store is None:
        from harness.cli.dry import show

        show(run, as_json)
        return
    sys.exit(0 if _finish(store, as_json) else 1)


def _planned(given: dict[str, Any]) -> Any:
    from harness.cli._plugins import opened
    from harness.runner import plan

    spec = spec_of(given)
    plugins = opened(given["plugin_files"], given["blocked"])
    plugins.load_all(["plugins"])
    return plan(spec, plugins, shlex.join(["harness", *sys.argv[1:]]))


def spec_of(given: dict[str, Any]) -> Any:
    """The options of the command line as a `RunSpec`."""
    from harness.model import Generation, ModelOptions
    from harness.spec import RunSpec
    from harness.types import Limits

    tasks = comma([*given["tasks"], *given["task_names"]])
    if not tasks:
        raise UsageError(_which_tasks(given["resume"]))
    check_judge(given)
    at_once = given["max_connections"]
    options = ModelOptions(
        given["base_url"], max_connections=at_once, seed=given["seed"], args=pairs("-M", given["model_args"])
    )
    return RunSpec(
        tasks,
        given["model"],
        strategies(given["strategy"]),
        pairs("-S", given["strategy_options"]),
        task_options(given),
        given["judge_model"],
        given["profile"],
        given["protocol"],
        given["split"],
        given["limit"],
        comma(given["sample_id"]),
        given["epochs"],
        given["seed"],
        Generation(given["temperature"], given["top_p"], given["max_tokens"]),
        Limits(given["max_steps"], given["token_limit"], given["time_limit"], given["cost_limit"]),
        given["prompts"],
        options,
        ModelOptions(given["judge_base_url"] or given["base_url"], max_connections=at_once),
        given["max_samples"],
        given["executor"],
        given["fail_on_error"],
    )


def _which_tasks(resumed: Path | None) -> str:
    if resumed is None:
        return "which tasks? for example: harness run --tasks db,os (see `harness list tasks`)"
    from harness.report.table import resume_command
    from harness.store import RunStore

    command = resume_command(RunStore(resumed).record.command, resumed)
    return f"--resume goes on by the options that the run was begun with; the whole command is:\n  {command}"


def directory(run: Any, given: dict[str, Any]) -> Any:
    """The run directory: the one named, an unfinished one of the same plan, or a new one."""
    from harness.runner import find_unfinished, same_content
    from harness.store import RunStore

    found = given["resume"] or (None if given["anew"] else find_unfinished(given["log_dir"], run.record))
    if found is None:
        stamp = datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
        tasks = "+".join(t.name for t in run.record.tasks)
        strategy = "+".join(run.spec.strategy)
        name = f"{stamp}_{tasks}_{strategy}_{run.record.plan[:6]}"
        return RunStore.create(_new_folder(given["log_dir"], name), run.record)
    store = RunStore(found)
    if store.record.plan != run.record.plan:
        raise UsageError(
            f"--resume {found}: that run was made by another command:\n  {store.record.command}\n"
            "give the same options, or leave --resume out to start a new run"
        )
    if (part := same_content(store.record, run.record)) is not None:
        raise UsageError(f"--resume {found}: {part} changed since; its episodes would not be comparable")
    return store


def _new_folder(parent: Path, name: str) -> Path:
    """A folder called `name`, or `name-2` and so on where another run was begun in the same second."""
    folder, number = parent / name, 1
    while True:
        try:
            folder.mkdir(parents=True)
            return folder
        except OSError as e:
            if not folder.is_dir():
                raise StoreError(f"cannot write the run directory {folder}: {e.strerror}") from e
        number += 1
        folder = parent / f"{name}-{number}"


def _play(run: Any, store: Any, quiet: bool) -> None:
    """Play to the end, or to Ctrl-C."""
    from rich.console import Console

    from harness.report.progress import Progress

    with ExitStack() as stack:
        stack.enter_context(store)
        progress = stack.enter_context(Progress(Console(stderr=True), quiet=quiet))
        try:
            failures = asyncio.run(_interruptible(run, store, progress))
        except asyncio.CancelledError:
            failures = []
    for failure in failures:
        click.echo(f"warning: {failure}", err=True)
    for failure in run.plugins.tell("harness_done", run=store):
        click.echo(f"warning: {failure}", err=True)


async def _interruptible(run: Any, store: Any, progress: Any) -> list[HarnessError]:
    """The first Ctrl-C ends the run in order; the second ends the process."""
    from harness.runner import carry_out

    task = asyncio.ensure_future(carry_out(run, store, [progress]))
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        loop.add_signal_handler(signal.SIGINT, os._exit, 130)
        click.echo("\nstopping: finishing what is being written (Ctrl-C again to stop at once)", err=True)
        task.cancel()

    loop.add_signal_handler(signal.SIGINT, interrupt)
    return await task


def _finish(store: Any, as_json: bool) -> bool:
    """Print the scores. True when every episode has a record that is no error."""
    from rich.console import Console

    from harness.report.summary import summarise
    from harness.report.table import render, resume_command, to_json

    summary = summarise(store.record, store.episodes(), where=store.path)
    if not as_json:
        render(summary, Console())
        return summary.complete
    if left := sum(t.planned - t.n for t in summary.tasks):
        hint = resume_command(summary.command, store.path)
        click.echo(f"{left} episodes are left; go on with:\n{hint}", err=True)
    click.echo(json.dumps(to_json(summary), ensure_ascii=False))
    return summary.complete
