"""For tests of plug-ins: load them, audit a task, play a sample with replies you write.

    from harness.testing import audit_task, play_scripted

    def test_every_sample_is_fair():
        assert audit_task("nim.py").ok

    def test_a_wrong_move_loses():
        assert play_scripted("nim.py", "00", ["Action: 9"]).score.value == 0

The helpers are plain functions: no pytest plug-in is registered and no fixture is magic.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.audit import TaskAudit
from harness.audit import audit_task as _audit
from harness.errors import UsageError
from harness.hooks import hookimpl
from harness.host import Plugins
from harness.model import Episode, Model, ModelOptions, Request, Response
from harness.records import EpisodeRecord
from harness.runner import carry_out, plan
from harness.spec import RunSpec
from harness.store import RunStore
from harness.types import Action, Reply

__all__ = ["audit_task", "play_scripted", "plugins"]


def plugins(*files: Path | str) -> Plugins:
    """The installed plug-ins and these files. Raises `PluginError` if one of the files is broken."""
    found = Plugins([Path(f) for f in files])
    for name in found.broken:
        raise found.blamed(name)
    return found


def audit_task(task: Path | str, split: str = "test", **spec: Any) -> TaskAudit:
    """`harness audit` as a function.

    `task` is the name of an installed task, or a plug-in file that offers exactly one. `spec` are
    fields of `harness.spec.RunSpec`, such as `profile="fc"` or `limit="5"`.
    """
    found, name, files = _found(task)
    return _audit(found, RunSpec((name,), "oracle", split=split, **spec), name, files)


def play_scripted(
    task: Path | str, sample: str, replies: Sequence[str | Reply | Action], **spec: Any
) -> EpisodeRecord:
    """Play one sample with these replies, one a turn; the last is repeated if the episode goes on.

    It is a real run of one episode in a temporary folder: rules, limits, journal and scoring are
    those of `harness run`. An `Action` is written by the task's own rules. Raises `HarnessError`
    for a harness error; whatever the agent did wrong is in the record's status.
    """
    found, name, _ = _found(task)
    found.register(_Script(tuple(replies)), "harness.testing")
    asked = RunSpec((name,), _Written.name, ("act",), sample_ids=(sample,), **spec)
    run = plan(replace(asked, fail_on_error=True), found)
    try:
        with tempfile.TemporaryDirectory() as folder:
            with RunStore.create(Path(folder) / "run", run.record) as store:
                asyncio.run(carry_out(run, store))
            (record,) = store.episodes()
    finally:
        run.close()
    return record


def _found(task: Path | str) -> tuple[Plugins, str, tuple[Path, ...]]:
    """The plug-ins, the task's name, and the plug-in file it comes from, if one was given."""
    if not str(task).endswith(".py"):
        return Plugins(), str(task), ()
    offered = plugins(task)
    ours = {o.name for o in offered.offers if o.kind == "tasks"}
    names = [n for n in offered.names("tasks") if n not in ours]
    if len(names) != 1:
        raise UsageError(f"{task} offers {len(names)} tasks ({', '.join(names)}); expected one")
    return offered, names[0], (Path(task),)


class _Script:
    """A plug-in made of an object: its methods are the hooks."""

    def __init__(self, replies: tuple[str | Reply | Action, ...]) -> None:
        self.replies = replies

    @hookimpl
    def harness_model(self, name: str, options: ModelOptions) -> Model | None:
        return _Written(self.replies) if name == _Written.name else None


class _Written(Model):
    """Says at each turn what the test wrote for it."""

    name = "written-in-the-test"

    def __init__(self, replies: tuple[str | Reply | Action, ...], episode: Episode | None = None) -> None:
        self.replies = replies
        self.episode = episode

    def bind(self, episode: Episode) -> Model:
        return _Written(self.replies, episode)

    async def generate(self, request: Request) -> Response:
        assert self.episode is not None
        said = self.replies[min(request.turn, len(self.replies) - 1)]
        if isinstance(said, Action):
            said = self.episode.rules.write(said)
        return Response((Reply(said) if isinstance(said, str) else said,) * request.n)
