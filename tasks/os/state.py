"""Grading what a bundled problem asked to change: read the copy's files in one go, compare them here.

Nothing in the copy is asked for a verdict: it hands over a tar stream, and all comparing happens in
this process. The change counts only when everything else under the sample's folder is as it was.
"""

import binascii
import tarfile
from base64 import b64decode
from collections.abc import Mapping

from harness import Sandbox, Score

from . import manifest
from .samples import Demand, State
from .scripts import CLEAN
from .toolbox import Toolbox

_LIMIT = 700_000
"""Bytes of state that are read (a sandbox keeps a mebibyte of output); our samples need a tenth of that."""

_READ = (
    "kill -9 -1; cd / && {t}tar -cf - --numeric-owner --hard-dereference --ignore-failed-read "
    '"$@" etc/passwd etc/group 2>/dev/null | {t}head -c {limit} | {t}base64 -w0'
)


def grade(wanted: State, copy: Sandbox, toolbox: Toolbox, submitted: bool) -> Score:
    """1 when all goals are reached, nothing else is touched and the work was submitted. `progress` is the
    share of goals, times the share of what was to stay and did: deleting everything deletes what it earns."""
    run = toolbox.install(copy)
    script = _READ.format(t=run, limit=_LIMIT)
    argv = [*f"{run}bash".split(), "--norc", "--noprofile", "-c", script, "--", wanted.root.lstrip("/")]
    done = copy.execute(argv)
    try:
        stream = b64decode(done.output.strip(), validate=True)
        found = manifest.read(stream, wanted.root)
        lines = manifest.files(stream, ("etc/passwd", "etc/group"))
    except (binascii.Error, ValueError, tarfile.TarError, EOFError):
        return Score(0.0, progress=0.0)
    reached = goals(wanted, found, lines) + [_meets(d, copy) for d in wanted.demands]
    kept = [*untouched(wanted, found), *(_holds(p, lines.get(f, "")) for p, f in wanted.kept)]
    whole = all(reached) and all(kept) and submitted
    share = sum(kept) / len(kept) if kept else 1.0
    return Score(float(whole), {"intact": share}, share * sum(reached) / len(reached))


def goals(wanted: State, found: Mapping[str, manifest.Entry], lines: Mapping[str, str]) -> list[bool]:
    """One verdict for each entry and each account that the problem asks to change."""
    new = {e.path: e for e in wanted.after}
    moved = sorted(manifest.changed(wanted.before, wanted.after))
    entries = [manifest.agrees(new[p], found.get(p)) if p in new else p not in found for p in moved]
    return entries + [_holds(pattern, lines.get(file, "")) for pattern, file in wanted.accounts]


def untouched(wanted: State, found: Mapping[str, manifest.Entry]) -> list[bool]:
    """One verdict for each entry that was not to be changed, and a bad one for each that was added."""
    old = {e.path: e for e in wanted.before}
    moved = manifest.changed(wanted.before, wanted.after)
    kept = [manifest.agrees(e, found.get(p)) for p, e in old.items() if p not in moved]
    return kept + [False for _ in set(found) - set(old) - moved]


def _holds(pattern: str, text: str) -> bool:
    """Whether a line of an account file fits: fields between colons; `*` fits any, `+a` a list with a."""
    wanted = pattern.removeprefix("!").split(":")
    fits = any(_fits(wanted, line.split(":")) for line in text.splitlines())
    return fits != pattern.startswith("!")


def _fits(wanted: list[str], fields: list[str]) -> bool:
    if len(fields) != len(wanted):
        return False
    return all(
        w == "*" or (w[1:] in f.split(",") if w.startswith("+") else w == f)
        for w, f in zip(wanted, fields, strict=True)
    )


def _meets(demand: Demand, copy: Sandbox) -> bool:
    """Run what the agent wrote; only its output is looked at."""
    argv = ["/bin/bash", "-c", f'export {CLEAN}; cd /root; exec "$@"', "--", *demand.argv]
    done = copy.execute(argv, timeout=10.0)
    return done.code == 0 and done.output.strip() == demand.output.strip()
