"""What the evaluation asks, to compare training rows with: from tasks of the harness, or from files.

An entry is `TASK` (its split `test`), `TASK/SPLIT`, a group such as `games`, `all` (every split of every
task but `train`), or a file: JSONL of name and text, or conversations of any format that is read here.

Covered: prompts under every profile, with changes that leave 80 % of their own 10-grams; problems that are a
text of their own, whatever stands around them. Not covered: problems said in other words; equal states of a
world told otherwise (a row holds no sample to compare; `harness synthesize` compares samples by their keys).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from harness import HarnessError, Observation, Sample, Tell, UsageError

from .cleaning import SHORTEST, Text, words
from .sources import Source, items, load

if TYPE_CHECKING:
    from harness.host import Plugins
    from harness.plan import PlannedTask

Entry = tuple[str, str] | Path | str
"""A text with its name; a task; or a file."""
EVERY = "all"
TRAIN = "train"
STATEMENT = "statement"
"""The kind of a text that is a problem without what a prompt says around it."""
PROBED = 3
"""Where so many samples look the same under another profile, the others are taken to: a world may be slow
to open."""


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
            for one in _evaluated(plugins, task):
                try:
                    asked.texts += list(prompts(plugins, task, one, tell))
                except HarnessError:  # no official files, libraries or sandbox on this machine
                    asked.absent.append(f"{task}/{one}")
        return
    try:
        names = plugins.expand_tasks([name])
    except UsageError as e:
        raise UsageError(f"against: {entry!r} is no file, and {e}") from None
    for task in names:
        asked.texts += prompts(plugins, task, split or "test", tell)


def _evaluated(plugins: "Plugins", task: str) -> list[str]:
    try:
        return [split for split in plugins.task(task).splits if split != TRAIN]
    except HarnessError:
        return ["test"]


def prompts(plugins: "Plugins", task: str, split: str, tell: Tell) -> Iterator[Text]:
    """What an agent reads before its first turn, of every sample of a split; named as rows name problems.

    Under each profile that can be played here, the usual one first; then the problems' own statements.
    Raises what the usual profile does where that cannot be.
    """
    from harness.plan import plan_task
    from harness.spec import RunSpec

    seen: dict[str, Observation] = {}
    stated: dict[str, str] = {}
    for number, profile in enumerate(plugins.task(task).profiles):
        try:
            planned = plan_task(plugins, RunSpec((task,), "oracle", split=split, profile=profile), task, [])
            try:
                texts = list(_rendered(planned, seen, stated, tell))
            finally:
                planned.close()
        except HarnessError:  # it needs data or an engine that is absent
            if number == 0:
                raise
            continue
        yield from texts
    yield from (Text(name, text, STATEMENT) for name, text in stated.items())


def _rendered(
    planned: "PlannedTask", seen: dict[str, Observation], stated: dict[str, str], tell: Tell
) -> Iterator[Text]:
    """The prompts under one profile. Adds to `seen` what the worlds show, and to `stated` the problems."""
    name, profile, alike = planned.task.name, planned.settings.profile, 0
    for number, sample in enumerate(planned.samples):
        tell(f"prompts of {name} {planned.split} under {profile}", number, len(planned.samples))
        shown = seen.get(sample.id)
        if shown is None or alike < PROBED:
            opened = _first(planned, sample)
            alike = alike + 1 if opened == shown else -len(planned.samples)
            shown = seen[sample.id] = opened
        for text in _statements(sample, shown.text):
            stated.setdefault(f"{name}/{sample.id}", text)
        yield Text(f"{name}/{sample.id}", "\n".join(m.content for m in planned.rules.prompt(shown)), profile)


def _first(planned: "PlannedTask", sample: Sample) -> Observation:
    world = planned.task.open(sample, planned.settings)
    try:
        return world.reset()
    finally:
        world.close()


def _statements(sample: Sample, shown: str) -> Iterator[str]:
    """The sample's own texts that are shown as they are: its question, instruction or story."""
    for own in fields(sample):
        value = getattr(sample, own.name)
        if isinstance(value, str) and len(words(value)) >= SHORTEST and value in shown:
            yield value
