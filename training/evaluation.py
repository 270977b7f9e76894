"""What the evaluation asks, to compare training rows with: from tasks of the harness, or from files.

An entry is `TASK` (its split `test`), `TASK/SPLIT`, a group such as `games`, `all` (every split of every
task but `train`), or a file: JSONL of name and text, or conversations of any format that is read here.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness import Tell, UsageError

from .cleaning import Text
from .sources import Source, items, load

if TYPE_CHECKING:
    from harness.host import Plugins
    from harness.plan import PlannedTask

Entry = tuple[str, str] | Path | str
"""A text with its name; a task; or a file."""
EVERY = "all"
TRAIN = "train"


def texts(entries: Sequence[Entry], tell: Tell) -> list[Text]:
    """The evaluation texts of all entries. Raises `UsageError` for one that is neither file nor task."""
    found: list[Text] = []
    for entry in entries:
        if isinstance(entry, tuple):
            found.append(Text(*entry))
        elif Path(entry).is_file():
            found += _of_file(Path(entry))
        else:
            found += _of_tasks(str(entry), tell)
    return found


def _of_file(file: Path) -> list[Text]:
    rows = list(items(file))
    if rows and all(isinstance(r, dict) and {"name", "text"} <= set(r) for _, r in rows):
        return [Text(str(r["name"]), str(r["text"])) for _, r in rows]
    return [
        Text(row.problem, "\n".join(t.message.content for t in row.turns if t.message.role != "assistant"))
        for row in load(Source(file)).rows
    ]


def _of_tasks(entry: str, tell: Tell) -> Iterator[Text]:
    from harness.host import Plugins

    plugins = Plugins()
    name, _, split = entry.partition("/")
    try:
        names = plugins.names("tasks") if name == EVERY else plugins.expand_tasks([name])
    except UsageError as e:
        raise UsageError(f"against: {entry!r} is no file, and {e}") from None
    for task in names:
        offered = plugins.task(task).splits
        wanted = [split] if split else ["test"] if name != EVERY else [s for s in offered if s != TRAIN]
        for one in wanted:
            yield from prompts(plugins, task, one, tell)


def prompts(plugins: "Plugins", task: str, split: str, tell: Tell) -> Iterator[Text]:
    """What an agent reads before its first turn, of every sample of a split; named as rows name problems."""
    from harness.plan import plan_task
    from harness.spec import RunSpec

    planned = plan_task(plugins, RunSpec((task,), "oracle", split=split), task, [])
    try:
        for number, sample in enumerate(planned.samples):
            tell(f"prompts of {task} {split}", number, len(planned.samples))
            yield Text(f"{task}/{sample.id}", _prompt(planned, number))
    finally:
        planned.close()


def _prompt(planned: "PlannedTask", number: int) -> str:
    world = planned.task.open(planned.samples[number], planned.settings)
    try:
        messages = planned.rules.prompt(world.reset())
    finally:
        world.close()
    return "\n".join(m.content for m in messages)
