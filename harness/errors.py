"""Every failure names the side that broke; what an agent does wrong is not a failure.

HarnessError                 raised on purpose, shown without a traceback          exit 1
├── UsageError               the person typed something we cannot do               exit 2
├── PluginError              someone's code raised, or does not fit a hook         exit 3
├── ModelError               a model or its server failed                          exit 1
├── EnvironmentFailure       an environment, sandbox or grader failed              exit 1
└── StoreError               a run directory cannot be read or written             exit 1

Outcome                      how an agent's turn can end; always becomes a Status
├── FormatError              the reply holds no action that can be read
├── ContextLimit             the prompt no longer fits into the model
└── BudgetSpent              steps, tokens, time or money ran out
"""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.types import Status


class HarnessError(Exception):
    """Base of everything raised on purpose."""

    exit_code = 1
    side = "harness"


class UsageError(HarnessError):
    """The request cannot be met; the message says what can."""

    exit_code = 2
    side = "usage"


class PluginError(HarnessError):
    """Code that is not the host's failed."""

    exit_code = 3
    side = "plug-in"


class ModelError(HarnessError):
    """A model, or the server behind it, failed for a reason that is not the agent's."""

    side = "model"


class EnvironmentFailure(HarnessError):
    """An environment, its sandbox or its grader failed; the agent gets no score for that."""

    side = "environment"


class StoreError(HarnessError):
    """A run directory cannot be read or written."""

    side = "store"


class Outcome(Exception):
    """An end that the agent earned; the loop turns it into a status."""


class FormatError(Outcome):
    """A reply without a readable action.

    `kind` is one of: no action, several actions, unparseable, unknown tool, bad argument, truncated.
    `status` is what the task's rules call it if the episode ends there.
    """

    def __init__(self, message: str, kind: str = "no action", status: Status = Status.INVALID_FORMAT) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status


class ContextLimit(Outcome):
    """The prompt does not fit into the model's context."""


class BudgetSpent(Outcome):
    """A budget of the episode is used up; the message says which."""


@contextmanager
def blame(
    who: str, doing: str, error: type[HarnessError] = PluginError, kind: str = "plug-in"
) -> Iterator[None]:
    """Run a stranger's code; whatever escapes comes out with the stranger's name on it.

    >>> with blame("sums", "score"):
    ...     int("x")
    Traceback (most recent call last):
    harness.errors.PluginError: plug-in 'sums' failed in score: ValueError: ...
    """
    try:
        yield
    except (HarnessError, Outcome):
        raise
    except Exception as e:
        raise error(f"{kind} {who!r} failed in {doing}: {type(e).__name__}: {e}") from e
