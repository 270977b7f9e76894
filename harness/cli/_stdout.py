"""Standard output that may be full, closed, no UTF-8, or meant for JSON alone."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout


def take_any_text() -> None:
    """Characters that the encoding of standard output lacks are written as `\\u2013`."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")


def unwritten(probe: str = "") -> str | None:
    """Why what was printed, and `probe`, cannot be written, or None; it is given up then."""
    try:
        if sys.stdout is not None:
            sys.stdout.write(probe)
            sys.stdout.flush()
    except OSError as e:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return e.strerror or str(e)
    return None


@contextmanager
def kept_for_json(as_json: bool) -> Iterator[None]:
    """With `--json`, what plug-ins print meanwhile goes to standard error.

    Not covered: processes they start, and libraries that write to the file descriptor.
    """
    if not as_json:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield
