"""The world of one episode: a sandbox with a persistent shell, graded in a copy of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from harness import (
    Action,
    Capabilities,
    Environment,
    EnvironmentFailure,
    Observation,
    Result,
    Sandbox,
    Score,
    Status,
)

from . import grading
from .play import Play
from .samples import Checks, OsSample, Script, State
from .scripts import needs_python, run
from .toolbox import Machines

T = TypeVar("T")


class OsEnvironment(Environment):
    """Opened closed: `reset` takes a sandbox, `close` gives it back."""

    capabilities = Capabilities(fork=True)

    def __init__(self, sample: OsSample, play: Play, machines: Machines) -> None:
        self.sample, self.play, self.machines = sample, play, machines
        self.sandbox: Sandbox | None = None
        self.answer: str | None = None
        """What was submitted; a submitted change has an answer too ("" or the published stand-in)."""
        self.golds: grading.Golds | None = None
        self.touched = False
        self.broken = False
        """The agent wrecked its machine (removed bash, say): nothing runs there any more."""

    def reset(self) -> Observation:
        self.close()
        self.answer, self.golds, self.touched, self.broken = None, None, False, False
        self.sandbox = self.machines.open()
        self._prepare(self.sandbox)
        self._begin()
        if isinstance(self.sample.grading, State):
            self.machines.toolbox()
        return Observation(self.sample.problem)

    def step(self, action: Action) -> Observation:
        if self.answer is not None:
            return Observation("The work is already submitted.", Status.COMPLETED)
        if action.name == "bash":
            return self._bash(str(action.arguments.get("script", "")))
        if action.name == "answer":
            self.answer = str(action.arguments.get("text", ""))
        elif action.name == "finish":
            self.answer = self._finished(str(action.arguments.get("thought", "")))
        else:
            return Observation(f"There is no action {action.name!r}; use bash, answer or finish.")
        return Observation("", Status.COMPLETED)

    def fork(self) -> "OsEnvironment":
        """Files, directory, variables and functions are copied. Processes do not survive a fork:
        those of the sample's `start` are started again, those of the agent are gone."""
        twin = OsEnvironment(self.sample, self.play, self.machines)
        twin.answer, twin.golds, twin.touched = self.answer, self.golds, self.touched
        twin.sandbox = self._surviving(lambda: self._open().fork(), None)
        twin.broken = self.broken
        if self.sample.start and twin.sandbox:
            twin._start()
        return twin

    def score(self) -> Score:
        """Graded in a fork that is closed afterwards; work that was never submitted earns progress only."""
        sample = self.sample
        if not isinstance(sample.grading, Checks | State):
            return grading.answered(sample.grading, self.answer, self.play)
        if isinstance(sample.grading, Checks) and self.answer is None:
            return Score(0.0)
        if isinstance(sample.grading, Checks) and self.golds is not None:
            return grading.compared(sample.grading, str(self.answer), self.golds, self.play)
        return self._surviving(self._inspected, Score(0.0, progress=0.0))

    def close(self) -> None:
        if self.sandbox is not None:
            self.sandbox.close()
            self.sandbox = None

    def _open(self) -> Sandbox:
        if self.sandbox is None:
            raise EnvironmentFailure(f"sample {self.sample.id}: the environment was not reset, or is closed")
        return self.sandbox

    def _prepare(self, sandbox: Sandbox) -> None:
        if needs_python(self.sample) and sandbox.execute(["python3", "-c", ""]).code != 0:
            raise EnvironmentFailure(
                f"sample {self.sample.id} runs Python programs, but its sandbox has no python3; "
                "choose a base with it (-T sandbox=...) or leave the sample out"
            )
        for script in self.sample.init:
            done = run(sandbox, _seeded(script), folder="/")
            if done.code != 0:
                said = (done.errors or done.output).strip()[-400:]
                ended = "ran out of time" if done.timed_out else f"ended with status {done.code}"
                raise EnvironmentFailure(f"sample {self.sample.id}: its preparation {ended}: {said}")

    def _begin(self) -> None:
        """Compute golds while nobody has acted, then hand the shell over."""
        wanted = self.sample.grading
        if isinstance(wanted, Checks) and grading.is_question(wanted):
            copy = self._open().fork()
            try:
                if self.sample.start:
                    copy.run(self.sample.start)
                self.golds = grading.golds(self.sample.id, wanted, copy, self.play)
            finally:
                copy.close()
        self._open().run(f"cd {self.play.folder}")
        if self.sample.start:
            self._start()

    def _start(self) -> None:
        begun = self._open().run(self.sample.start)
        if begun.timed_out:
            raise EnvironmentFailure(
                f"sample {self.sample.id}: its background processes did not start in time"
            )

    def _bash(self, script: str) -> Observation:
        if "\0" in script:
            return Observation("bash: a command cannot contain a NUL character")
        plain = script.encode("utf-8", "replace").decode()
        gone = Result("[the machine no longer runs commands]", 127)
        done = self._surviving(lambda: self._open().run(plain, self.play.seconds), gone)
        if not self.touched and script in self.sample.expert:
            grading.crosscheck(self.sample, done.output)
        self.touched = True
        text = self.play.cut(done.output.strip("\r\n"))
        if done.timed_out and self.play.says_stopped:
            text = f"{text}\n[stopped: the command ran longer than {self.play.seconds:g} seconds]".lstrip()
        return Observation(text)

    def _finished(self, thought: str) -> str:
        """The published profiles hand something on as the answer: v0.2 a literal None, fc the thought."""
        if self.play.corrected:
            return ""
        return thought or "None"

    def _inspected(self) -> Score:
        copy = self._open().fork()
        try:
            return grading.inspected(self.sample, self.answer, copy, self.play, self.machines)
        finally:
            copy.close()

    def _surviving(self, work: Callable[[], T], otherwise: T) -> T:
        """What `work` gives, or `otherwise` where the agent broke its own machine; else it is ours."""
        if self.broken:
            return otherwise
        try:
            return work()
        except Exception:
            if not self._wrecked():
                raise
            self.broken = True
            return otherwise

    def _wrecked(self) -> bool:
        """Whether this machine fails where a fresh one works."""
        probe = ["bash", "-c", "exit 42"]
        try:
            if self.touched and self._open().execute(probe).code == 42:
                return False
        except EnvironmentFailure:
            pass
        fresh = self.machines.open()
        try:
            return self.touched and fresh.execute(probe).code == 42
        finally:
            fresh.close()


def _seeded(script: Script) -> Script:
    """Preparations that draw from $RANDOM draw the same numbers in every reset."""
    return replace(script, code=f"RANDOM=20231\n{script.code}") if script.language == "bash" else script
