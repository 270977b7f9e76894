"""Builds a small Debian root for `namespaces:DIR`: `build_root(Path("root"))`, half a minute and 180 MB.

Scores that are reported should come from a built root: the machine's own one differs from place to place.
"""

import os
import shutil
import subprocess
from pathlib import Path

from harness import EnvironmentFailure, UsageError

SUITE = "bookworm"
PACKAGES = (
    "procps",
    "findutils",
    "grep",
    "sed",
    "gawk",
    "tar",
    "gzip",
    "bzip2",
    "xz-utils",
    "file",
    "bc",
    "less",
)
_HOSTS = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tsandbox\n"


def build_root(target: Path, suite: str = SUITE, mirror: str | None = None) -> None:
    """Make a root in `target`, which must be absent or empty."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target}: a new root needs an absent or empty folder; remove it or name another")
    if os.geteuid() != 0:
        raise UsageError(
            "building a root takes root's rights (its files belong to many users): run it with sudo"
        )
    words = recipe(target, suite, mirror)
    target.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(words, capture_output=True, text=True, errors="replace")
    if done.returncode:
        shutil.rmtree(target, ignore_errors=True)
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise EnvironmentFailure(f"{words[0]} ended with status {done.returncode}:\n{last}")
    (target / "etc/hosts").write_text(_HOSTS)
    (target / "etc/hostname").write_text("sandbox\n")
    (target / "etc/resolv.conf").unlink(missing_ok=True)


def recipe(target: Path, suite: str, mirror: str | None) -> list[str]:
    """The command line that makes the root."""
    if shutil.which("mmdebstrap"):
        words = ["mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", suite, str(target)]
    elif shutil.which("debootstrap"):
        words = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", suite, str(target)]
    else:
        raise UsageError("neither mmdebstrap nor debootstrap is here: `apt-get install mmdebstrap`")
    return [*words, mirror] if mirror else words
