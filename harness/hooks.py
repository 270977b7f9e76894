"""The contract: every hook a plug-in may implement, when it is called, and what its answer means.

A plug-in is a Python module, installed or a single file. It implements hooks by defining functions of
these names, marked with `@hookimpl`. Rules for implementations: take only the arguments you use,
give them no defaults, and be cheap: return objects and let those do the slow work. Importing a
plug-in must not import its heavy dependencies.

An installed plug-in names what it offers in its entry points, one group a kind, so that nothing is
imported before it is asked for:

    [project.entry-points."harness.tasks"]
    nim = "harness_nim"

Groups: harness.tasks, harness.strategies, harness.models, harness.sandboxes, harness.executors,
harness.exporters; and harness.plugins for modules that listen or add commands. The entry's name is
the name that is offered. What a strategy may do to a turn is described in `harness/strategy.py`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from harness.events import Event
    from harness.executor import Executor
    from harness.exporter import Exporter
    from harness.model import Model, ModelOptions
    from harness.sandbox import SandboxProvider
    from harness.store import RunStore
    from harness.strategy import Factory
    from harness.task import Task

hookspec = pluggy.HookspecMarker("harness")
hookimpl = pluggy.HookimplMarker("harness")


@hookspec
def harness_tasks() -> "Iterable[Task]":
    """Offer tasks.

    Called once, when a task of this plug-in is wanted or all tasks are listed. All answers are
    joined; two tasks of one name are an error that names both plug-ins. If it raises, whoever
    asked for the task is told so; other plug-ins are not affected. A task takes the options of `-T`
    that it names in `Task.options`, and no others.
    """
    return ()


@hookspec(firstresult=True)
def harness_strategy(name: str) -> "Factory | None":
    """Give the strategy called `name`: a `Strategy` class, or a function that builds a preset.

    Called once a run for each name in `--strategy`. None lets another plug-in try; the plug-in
    registered last is asked first. The class is instantiated anew for every episode, with the
    options of `-S`. If it raises, the run does not start.
    """


@hookspec(firstresult=True)
def harness_model(name: str, options: "ModelOptions") -> "Model | None":
    """Build the model for `provider/name`, or None to let another plug-in try.

    Called once for each model of a run. Do not load weights or connect here: `Model.start` is for
    that. If it raises `UsageError`, the user sees its text; anything else blames the plug-in.
    """


@hookspec(firstresult=True)
def harness_sandbox(spec: str) -> "SandboxProvider | None":
    """Build the provider of sandboxes for `spec` (say `namespaces`, or `docker:debian:12`), or None.

    Called once a run. Sandboxes are opened later, one an episode, from worker threads. If it
    raises, the task that asked for it cannot be played, and the message says why.
    """


@hookspec(firstresult=True)
def harness_executor(name: str) -> "Executor | None":
    """Build the executor called `name`, which decides where episodes run; None to let others try.

    Called once a run. The built-in one, `local`, runs them in this process.
    """


@hookspec(firstresult=True)
def harness_exporter(format: str) -> "Exporter | None":
    """Build the writer of finished runs for `format` (`sft`, `dpo` ...), or None to let others try.

    Called once for each `harness export --format`.
    """


@hookspec
def harness_commands(cli: Any) -> None:
    """Add commands to the command line: `cli` is the click group of `harness`.

    Called once a process, only by the command line, for the installed plug-ins of group
    harness.plugins. If it raises, the command line goes on without these commands and says so.
    """


@hookspec
def harness_event(event: "Event") -> None:
    """Something happened in a run. `event` is frozen; fields are added, never this signature.

    Called often, on the event loop: return at once. One that raises is a warning in the summary.
    """


@hookspec
def harness_done(run: "RunStore") -> None:
    """A run has ended and its records are on disk. One that raises is a warning in the summary.

    Called once a run, also for one that was interrupted.
    """
