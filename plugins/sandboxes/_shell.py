"""A persistent bash in a sandbox: typed commands, their output, and knowing when each has ended.

The shell is an interactive bash without a terminal, so that an interrupt ends the command and not the
shell. Each command is typed as one line: `eval` of the quoted text, then a report of the exit status
and a random word on a pipe of its own. The word is drawn for each command and is never in a pipe or a
variable while the command runs; a report with any other word is ignored.
"""

import contextlib
import os
import re
import secrets
import select
import time
from collections.abc import Callable
from typing import Final, Protocol

from harness import EnvironmentFailure, Result

from ._output import Output

_STATUS_FD: Final = 201
_OUTPUT_FD: Final = 202
_STATE_FD: Final = 203
_SET_UP = (
    "PS1= PS2= PS4='+ ' PROMPT_COMMAND=; unset HISTFILE; set +o history +H; history -c;"
    f" shopt -s expand_aliases; exec 1>&{_OUTPUT_FD} 2>&{_OUTPUT_FD}"
)
_RESTORE = f"builtin source /proc/self/fd/{_STATE_FD} 2>/dev/null; exec {_STATE_FD}<&-"
_DUMP = (
    "builtin printf 'builtin cd -- %q\\n' \"$PWD\"; builtin declare -p; builtin declare -f;"
    " builtin declare -Fx; builtin alias -p; builtin shopt -p; builtin umask -p;"
    " builtin printf 'builtin set --'; [[ $# -eq 0 ]] || builtin printf ' %q' \"$@\"; builtin printf '\\n';"
    " builtin set +o; builtin trap -p"
)
_OURS: Final = re.compile(
    r"^bash: \[\d+: \d+ \(\d+\)\] tcsetattr: Inappropriate ioctl .*\n|^\++ builtin (eval -- |exit \d+$).*\n",
    re.M,
)
_GRACE = 1.0
"""Seconds that an interrupted shell has for coming back."""


class Launcher(Protocol):
    """What a shell needs of its sandbox."""

    def spawn_shell(self, state: bytes, fds: tuple[int, int, int]) -> "Pipes": ...
    def interrupt(self, since: int, shell: int) -> None: ...
    def kill_since(self, since: int, keep: tuple[int, ...]) -> None: ...


class Pipes:
    """The harness's ends of a running bash."""

    def __init__(self, pid: int, commands: int, output: int, report: int, ended: int) -> None:
        self.pid, self.commands, self.output, self.report, self.ended = pid, commands, output, report, ended
        self.open: tuple[int, ...] = (commands, output, report, ended)
        os.set_blocking(output, False)
        os.set_blocking(report, False)
        os.set_blocking(commands, False)

    def close(self) -> None:
        """Once: a second close would hit descriptors that others were given since."""
        fds, self.open = self.open, ()
        for fd in fds:
            os.close(fd)


class _Ended(Exception):
    """The shell itself is gone; the status it left."""

    def __init__(self, status: int) -> None:
        self.status = status


def quoted(text: str) -> str:
    return "'" + text.replace("\0", "").replace("'", "'\\''") + "'"


def _tidy(output: Output) -> str:
    """Without what our way of typing adds: complaints about no terminal, our own lines under `set -x`."""
    return _OURS.sub("", output.text())


def ticks() -> int:
    """Now, as /proc counts process starts: clock ticks since boot."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))


class Shell:
    """Not safe for two threads at once; the sandbox holds a lock."""

    def __init__(self, launcher: Launcher, state: bytes = b"", last: int = 0) -> None:
        self._launcher = launcher
        self.last = last
        """Exit status of the latest command: `$?` of the next."""
        self._half_typed = False
        try:
            self._start(state)
        except (TimeoutError, _Ended):
            if not state:
                raise EnvironmentFailure(
                    "no bash can be started in the sandbox; is there one in its root?"
                ) from None
            self.restart()  # a state that ends the shell, such as a trap that exits: files matter more

    def _start(self, state: bytes) -> None:
        self._half_typed = False
        self._pipes = self._launcher.spawn_shell(state, (_STATUS_FD, _OUTPUT_FD, _STATE_FD))
        self._type(f"{_SET_UP}; {_RESTORE if state else ':'}", Output(), time.monotonic() + 30)

    @property
    def pid(self) -> int:
        return self._pipes.pid

    def run(self, command: str, timeout: float) -> Result:
        output = Output()
        if not self._alive():  # it died of a late wound, such as a closed input
            if not self.restart():
                output.note("the shell is gone and cannot be started any more")
                return Result(output.text(), 127)
            output.note("the shell had ended and was started anew")
        since = ticks()
        deadline = time.monotonic() + timeout
        # Only a child can leave a status that is not 0 or 1 without touching anything else.
        status = f"(builtin exit {self.last}); " if self.last else ""
        line = f"{status}builtin eval -- {quoted(command)} </dev/null >&{_OUTPUT_FD} 2>&1"
        try:
            code = self._type(line, output, deadline)
        except TimeoutError:
            return self._stop(output, since)
        except _Ended as e:
            return self._replace(output, e.status)
        self.last = code
        self._drain(output)
        return Result(_tidy(output), code)

    def dump(self) -> bytes:
        """What a copy of this shell needs to be like it, as bash text."""
        state = Output(limit=1 << 26)
        line = f"{{ {_DUMP}; }} >&{_STATUS_FD} 2>/dev/null </dev/null"
        try:
            self._type(line, Output(), time.monotonic() + 10, state)
        except (TimeoutError, _Ended):
            self.restart()
            return b":"
        return state.data()

    def close(self) -> None:
        self._pipes.close()

    def restart(self) -> bool:
        """A new shell, all processes gone; False if the sandbox has lost its bash."""
        self._launcher.kill_since(0, ())
        self._pipes.close()
        self.last = 0
        try:
            self._start(b"")
        except (TimeoutError, _Ended):
            self._pipes.close()
        return self._alive()

    def _alive(self) -> bool:
        watch = select.poll()
        for fd in self._pipes.open[-1:]:  # where its end is reported
            watch.register(fd, select.POLLIN)
        return bool(self._pipes.open) and not watch.poll(0)

    def _type(self, line: str, output: Output, deadline: float, said: Output | None = None) -> int:
        """Type a line with its report and wait for that report; answers the exit status."""
        word = secrets.token_hex(16)
        report = f"{{ builtin printf '\\0%s %d\\0' {word} $? >&{_STATUS_FD}; }} 2>/dev/null"
        typed = f"{line}; {report}\n".encode("utf-8", "surrogateescape")
        return self._wait(typed, word.encode(), output, deadline, said)

    def _wait(self, typed: bytes, word: bytes, output: Output, deadline: float, said: Output | None) -> int:
        pipes, rest, seen = self._pipes, memoryview(typed), b""
        mark = re.compile(b"\0" + word + rb" (\d+)\0")
        watch = select.poll()
        for fd in (pipes.output, pipes.report, pipes.ended):
            watch.register(fd, select.POLLIN)
        watch.register(pipes.commands, select.POLLOUT)
        while (left := deadline - time.monotonic()) > 0:
            ready = {fd for fd, _ in watch.poll(left * 1000 + 1)}
            if pipes.commands in ready:
                with contextlib.suppress(BrokenPipeError, BlockingIOError):
                    rest = rest[os.write(pipes.commands, rest) :]
                if not rest:
                    watch.unregister(pipes.commands)
            if pipes.output in ready and not self._read(pipes.output, output.add):
                watch.unregister(pipes.output)
            if pipes.report in ready:
                piece: list[bytes] = []
                if not self._read(pipes.report, piece.append):
                    watch.unregister(pipes.report)
                seen += b"".join(piece)
                if found := mark.search(seen):
                    if said:
                        said.add(seen[: found.start()])
                    return int(found[1])
                if said is None:
                    seen = seen[-64:]  # forged reports must not fill our memory
            if pipes.ended in ready:
                raise _Ended(int(os.read(pipes.ended, 16) or b"137"))
        self._half_typed = bool(rest)
        raise TimeoutError

    @staticmethod
    def _read(fd: int, take: Callable[[bytes], None]) -> bool:
        """False at the end of the pipe."""
        try:
            data = os.read(fd, 1 << 16)
        except BlockingIOError:
            return True
        if data:
            take(data)
        return bool(data)

    def _drain(self, output: Output) -> None:
        """Take what is in the pipe now; a program in the background may go on writing for ever."""
        for _ in range(16):
            with contextlib.suppress(BlockingIOError):
                data = os.read(self._pipes.output, 1 << 16)
                if data:
                    output.add(data)
                    if len(data) == 1 << 16:
                        continue
            return

    def _stop(self, output: Output, since: int) -> Result:
        """Interrupt as a terminal would, then kill what does not listen, then the shell itself."""
        self._drain(output)
        until = time.monotonic() + _GRACE
        pause, unseen = 0.03, Output()  # an interrupted shell prints an empty line
        while time.monotonic() < until and not self._half_typed:
            self._launcher.interrupt(since, self._pipes.pid)
            try:
                self._type(":", unseen, time.monotonic() + pause)
            except TimeoutError:
                self._launcher.kill_since(since, (self._pipes.pid,))
                pause = min(0.3, 2 * pause)
                continue
            except _Ended:
                break
            self._launcher.kill_since(since, (self._pipes.pid,))
            self._drain(unseen)
            self.last = 130
            return Result(_tidy(output), None)
        self.restart()
        output.note("the shell did not come back from the command and was started anew")
        return Result(_tidy(output), None)

    def _replace(self, output: Output, status: int) -> Result:
        """Programs that the shell had left in the background live on, as after a logout."""
        self._drain(output)
        self._pipes.close()
        self.last = 0
        try:
            self._start(b"")
            output.note(f"the shell ended with status {status} and was started anew")
        except (TimeoutError, _Ended):
            self._pipes.close()
            output.note(f"the shell ended with status {status} and cannot be started any more")
        return Result(_tidy(output), status)
