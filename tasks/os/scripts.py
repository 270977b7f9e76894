"""Running a sample's own programs beside the agent's shell."""

import shlex
from collections.abc import Sequence

from harness import EnvironmentFailure, Result, Sandbox

from .checkers import known
from .samples import Checks, OsSample, Script

CLEAN = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""References and checks look programs up here, whatever the agent's shell does."""


def run(
    sandbox: Sandbox, script: Script, params: Sequence[str] = (), folder: str = "/", seconds: float = 30.0
) -> Result:
    """One program with its parameters, in a clean environment, from `folder`."""
    given = [p.replace("\0", "").encode("utf-8", "replace").decode() for p in params]
    if script.language == "bash":
        inner = ["bash", "-c", script.code, "--", *given]
    elif script.language == "python":
        inner = ["python3", "-c", script.code, *given]
    else:
        named = script.name or script.code[:40]
        raise EnvironmentFailure(f"script {named!r}: unknown language {script.language!r}")
    opening = f'export {CLEAN}; cd {shlex.quote(folder)} && exec "$@"'
    return sandbox.execute(["/bin/bash", "-c", opening, "--", *inner], b"", seconds)


def needs_python(sample: OsSample) -> bool:
    """Whether something of the sample runs python3; of the checkers, only those we do not know do."""
    chain = sample.grading.chain if isinstance(sample.grading, Checks) else ()
    scripts = [*sample.init, *(s for s in chain if s is not None and not known(s.name))]
    return any(s.language == "python" for s in scripts) or "python3" in sample.start
