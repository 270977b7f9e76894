"""What the evaluation asks, to compare training rows with: from tasks of the harness, or from files.

An entry is `TASK` (its split `test`), `TASK/SPLIT`, a group such as `games`, `all` (every split of every
task but `train`), or a file: JSONL of name and text, or conversations of any format that is read here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness import HarnessError, Tell, UsageError

from .cleaning import Text
from .sources import Source, items, load

if TYPE_CHECKING:
    from harness.host import Plugins
    from harness.plan import PlannedTask

Entry = tuple[str, str] | Path | str
"""A text with its name; a task; or a file."""
EVERY = "all"
TRAIN = "train"


@dataclass(slots=True)
class Asked:
    """The evaluation texts, and which splits of `all` cannot be read here."""

    texts: list[Text] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def collect(entries: Sequence[Entry], tell: Tell) -> Asked:
    """The texts of all entries. Raises `UsageError` for one that is neither file nor task."""
    asked = Asked()
    for entry in entries:
        if isinstance(entry, tuple):
            asked.texts.append(Text(*entry))
        elif Path(entry).is_file():
            asked.texts += _of_file(Path(entry))
        else:
            _add_tasks(asked, str(entry), tell)
    return asked


def _of_file(file: Path) -> list[Text]:
    rows = list(items(file))
    if rows and all(isinstance(r, dict) and {"name", "text"} <= set(r) for _, r in rows):
        return [Text(str(r["name"]), str(r["text"])) for _, r in rows]
    return [
        Text(row.problem, "\n".join(t.message.content for t in row.turns if t.message.role != "assistant"))
        for row in load(Source(file)).rows
    ]


def _add_tasks(asked: Asked, entry: str, tell: Tell) -> None:
    from harness.host import Plugins

    plugins = Plugins()
    name, _, split = entry.partition("/")
    if name == EVERY:
        for task in plugins.names("tasks"):
            for one in (s for s in plugins.task(task).splits if s != TRAIN):
                try:
                    asked.texts += prompts(plugins, task, one, tell)
                except HarnessError:  # no official files, or no sandbox, on this machine
                    asked.absent.append(f"{task}/{one}")
        return
    try:
        names = plugins.expand_tasks([name])
    except UsageError as e:
        raise UsageError(f"against: {entry!r} is no file, and {e}") from None
    for task in names:
        asked.texts += prompts(plugins, task, split or "test", tell)


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
