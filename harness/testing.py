"""For tests of plug-ins: load them, audit a task, play a sample with replies you write.

    from harness.testing import audit_task, play_scripted

    def test_every_sample_is_fair():
        assert audit_task("nim.py").ok

    def test_a_wrong_move_loses():
        assert play_scripted("nim.py", "00", ["Action: 9"]).score.value == 0

The helpers are plain functions: no pytest plug-in is registered and no fixture is magic.
"""

import asyncio
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from harness.audit import TaskAudit
from harness.audit import audit_task as _audit
from harness.cli import main
from harness.errors import UsageError
from harness.hooks import hookimpl
from harness.host import Plugins
from harness.model import Episode, Model, ModelOptions, Request, Response
from harness.records import EpisodeRecord
from harness.runner import carry_out, plan
from harness.spec import RunSpec
from harness.store import RunStore
from harness.strategy import Strategy
from harness.types import Action, Reply
from harness.unused import refuse_unused

__all__ = ["Done", "audit_task", "harness", "play_scripted", "plugins"]


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


def harness(*arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Done:
    """The command line as a function: `harness("audit", "nim", "--plugin", "nim.py").code == 0`.

    It runs in this process, which is quick; with `env`, in a new one that has these variables too.
    """
    if env is not None:
        return _apart(list(map(str, arguments)), cwd, env)
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), chdir(cwd or "."):
        try:
            main(list(map(str, arguments)))
            code = 0
        except SystemExit as e:
            code = e.code if isinstance(e.code, int) else int(e.code is not None)
    return Done(code, out.getvalue(), err.getvalue())


def _apart(arguments: list[str], cwd: Path | None, env: Mapping[str, str]) -> Done:
    root = str(Path(__file__).parent.parent)
    path = os.pathsep.join(p for p in (root, env.get("PYTHONPATH")) if p)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "harness", *arguments],
        cwd=cwd,
        env={**os.environ, **env, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Done(done.returncode, done.stdout, done.stderr)


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
    asked = RunSpec((name,), "oracle", split=split, **spec)
    refuse_unused(asked, found, [name])
    return _audit(found, asked, name, files)


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
    asked = RunSpec((name,), _Written.name, (_AsWritten.name,), sample_ids=(sample,), **spec)
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

    @hookimpl
    def harness_strategy(self, name: str) -> type[Strategy] | None:
        return _AsWritten if name == _AsWritten.name else None


class _AsWritten(Strategy):
    """Adds nothing to the task's own prompt."""

    name = "as-written"


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
