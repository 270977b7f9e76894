"""A machine of its own for one episode: a persistent shell over a private file system."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What a command printed and how it ended."""

    output: str
    """Standard output; in the shell, standard output and error as they came."""
    code: int | None
    """Exit status; None when the command was stopped at its time limit."""
    errors: str = ""
    """Standard error, where it is kept apart (`execute`)."""

    @property
    def timed_out(self) -> bool:
        return self.code is None


class Sandbox(ABC):
    """One isolated machine. The agent is root inside and nobody outside."""

    @abstractmethod
    def run(self, command: str, timeout: float = 30.0) -> Result:
        """Type a command into the persistent shell: directory, variables and functions live on.

        A command past its limit (seconds) is killed with its descendants; the shell survives.
        """

    @abstractmethod
    def execute(self, argv: Sequence[str], stdin: bytes = b"", timeout: float = 30.0) -> Result:
        """Run a program beside the shell, in the same file system, with a fresh environment."""

    @abstractmethod
    def write(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Create a file as root of the sandbox, with the folders above it."""

    @abstractmethod
    def fork(self) -> "Sandbox":
        """An independent copy: files, directory, variables, functions; not running processes."""

    @abstractmethod
    def close(self) -> None:
        """End every process and throw the file system away."""


class SandboxProvider(ABC):
    """Opens sandboxes of one kind; made once a run by the hook `harness_sandbox(spec)`."""

    @abstractmethod
    def open(self) -> Sandbox:
        """A fresh sandbox. Raises `EnvironmentFailure` that says what is missing and what to do."""

    @abstractmethod
    def describe(self) -> Mapping[str, str]:
        """What scores depend on: kind, base root, limits. Part of the task's content hash."""

    def close(self) -> None:  # noqa: B027
        """Give back what is shared by all sandboxes of the run."""
