"""What was asked for and no task reads: refused, or another run than the one meant would be played."""

from collections.abc import Collection, Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.host import Plugins
from harness.interface import OPTION
from harness.near import suggest
from harness.spec import RunSpec
from harness.task import Task


def refuse_unused(spec: RunSpec, plugins: Plugins, names: Sequence[str]) -> None:
    """Raises `UsageError` for a task option or a prompt file that none of the tasks `names` takes."""
    tasks = [plugins.task(name) for name in names]
    for key in spec.task_options:
        _check_option(key, tasks)
    if spec.prompts is not None:
        _check_prompts(spec.prompts, tasks, plugins.names("tasks"))


def _check_option(key: str, tasks: Sequence[Task]) -> None:
    owner, dot, rest = key.partition(".")
    option = rest if dot else key
    asked = [t for t in tasks if not dot or t.name == owner]
    if not asked:
        played = ", ".join(t.name for t in tasks)
        raise UsageError(f"-T {key}: {owner!r} is not played; the tasks are {played}")
    known = [(name, f"{t.name}: {what}") for t in asked for name, what in t.options.items()]
    if option == OPTION or option in dict(known):
        return
    who = ", ".join(t.name for t in asked)
    said = "".join(f"\n  {name:<14} {what}" for name, what in known)
    raise UsageError(f"-T {key}: no option of {who}; {suggest(option, sorted({OPTION, *dict(known)}))}{said}")


def _check_prompts(folder: Path, tasks: Sequence[Task], installed: Collection[str]) -> None:
    own = {t.name: t.prompts() for t in tasks}
    common = sorted(set().union(*own.values()))
    used = 0
    for entry in _listed(folder):
        if not entry.is_dir():
            used += _replaces(entry, common)
        elif entry.name in own:
            used += sum(_replaces(file, sorted(own[entry.name])) for file in _listed(entry))
        elif entry.name not in installed:
            raise UsageError(f"--prompts: {entry} is of no task; {suggest(entry.name, sorted(own))}")
    if not used:
        which = "; ".join(f"{name}/{{{','.join(sorted(n))}}}.md" for name, n in own.items())
        raise UsageError(f"--prompts {folder}: nothing in it replaces a prompt of this run: {which}")


def _listed(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if not f.name.startswith(".") and f.name != "README.md")


def _replaces(file: Path, known: Sequence[str]) -> bool:
    """True. Raises `UsageError` where the file is no prompt by any of these names."""
    if file.suffix != ".md" or file.stem not in known or not file.is_file():
        files = [f"{name}.md" for name in known]
        raise UsageError(f"--prompts: {file} replaces nothing; {suggest(file.name, files)}")
    return True
