"""The command line: one file a command, loaded when it is asked for."""

import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final

import click

from harness.errors import HarnessError

COMMANDS: Final = {
    "run": "Play tasks with a model and a strategy, and print the scores.",
    "list": "List tasks, models, strategies, sandboxes, executors and exporters.",
    "audit": "Prove that a task is fair: experts score 1, silence and nonsense do not.",
    "score": "Score a run again from its records.",
    "compare": "Say whether one run is better than another, sample by sample.",
    "leaderboard": "Put runs side by side in one table.",
    "export": "Write episodes in another format, such as training data.",
    "play": "Play a sample yourself, under the same rules.",
    "data": "Register official data files, or generate data.",
    "plugins": "List plug-ins, what they implement, and the broken ones.",
    "new": "Write a working plug-in to start from.",
}
ALIASES: Final = {"eval": "run", "ls": "list"}


class Commands(click.Group):
    """Built-in commands from the table above; more from plug-ins; typos get a suggestion."""

    plugins_joined = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        self.join_plugins()
        return [*COMMANDS, *sorted(super().list_commands(ctx))]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        name = ALIASES.get(name, name)
        if name in COMMANDS:
            command: click.Command = import_module(f"harness.cli.{name}").command
            return command
        self.join_plugins()
        return super().get_command(ctx, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [*COMMANDS.items()]  # `list` is the module of the command, once that was imported
        self.join_plugins()
        for name in sorted(super().list_commands(ctx)):
            joined = super().get_command(ctx, name)
            rows.append((name, joined.get_short_help_str(70) if joined else ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as e:
            near = get_close_matches(args[0], self.list_commands(ctx), 1)
            if not near:
                raise
            raise click.UsageError(f"{e.message} Did you mean {near[0]!r}?", ctx) from None

    def join_plugins(self) -> None:
        """Let plug-ins of the group harness.plugins add commands; one that fails is told of."""
        if self.plugins_joined:
            return
        self.plugins_joined = True
        from harness.host import Plugins

        plugins = Plugins()
        plugins.load_all(["plugins"])
        for broken in plugins.broken.values():
            click.echo(f"warning: plug-in {broken.name!r} ({broken.origin}): {broken.why}", err=True)
        for failure in plugins.tell("harness_commands", cli=self):
            click.echo(f"warning: {failure}", err=True)


@click.group(
    cls=Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "token_normalize_func": lambda token: token.replace("_", "-"),
        "max_content_width": 100,
    },
)
@click.version_option(package_name="agentbench-harness", prog_name="harness")
def cli() -> None:
    """Plays AgentBench's tasks on one plain machine, with any model and any strategy.

    \b
    harness run --tasks db,os --strategy multibranch
    harness run --tasks db --model openai/my-7b --base-url http://localhost:8000/v1
    """


def main(argv: list[str] | None = None) -> None:
    """Entry point. Exit status: 0 done, 1 fell short, 2 usage error, 3 broken plug-in."""
    from harness.cli._stdout import take_any_text, unwritten

    take_any_text()
    status, failure = 1, None
    try:
        status = _status(argv)
    except OSError as e:
        failure = e
    if (why := unwritten("\n" if failure else "")) is not None:  # was it this that failed?
        click.echo(f"error: standard output cannot be written to: {why}", err=True)
        sys.exit(1)
    if failure is not None:
        raise failure
    if status:
        sys.exit(status)


def _status(argv: list[str] | None) -> int:
    try:
        cli.main(argv, prog_name="harness", standalone_mode=False)
    except SystemExit as e:
        if isinstance(e.code, str):
            click.echo(e.code, err=True)
        return e.code if isinstance(e.code, int) else int(e.code is not None)
    except click.exceptions.Exit as e:
        return e.exit_code
    except click.ClickException as e:
        e.show()
        return e.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        return 130
    except HarnessError as e:
        click.echo(f"error: {e}", err=True)
        return e.exit_code
    return 0
