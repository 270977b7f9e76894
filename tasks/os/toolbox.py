"""The programs that read an agent's files for grading, as they were before any agent touched them.

An agent is root on its machine and may replace /bin/tar or the C library. So pristine copies are taken
once from an untouched sandbox, put into the graded copy under a name the agent cannot know, and run
through their own loader and libraries. Where that is not possible (no `ldd`), the machine's own are used.
"""

import secrets
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from harness import Sandbox, SandboxProvider

PROGRAMS = ("bash", "tar", "head", "base64")

_PIECE = 600_000
"""Bytes taken at a time: a sandbox keeps about a mebibyte of what a program prints."""

_LIST = """\
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
for program in "$@"; do
  file=$(command -v "$program") && echo "$file" && ldd "$file" | grep -o '/[^ ]*' || exit 1
done | sort -u | while read -r file; do echo "$(stat -Lc %s "$file") $file"; done
"""

_TAKE = 'tail -c "+$1" "$2" | head -c "$3" | base64 -w0'


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Programs and libraries by file name; empty where the machine's own have to do."""

    files: Mapping[str, bytes]

    def install(self, sandbox: Sandbox) -> str:
        """Put everything into the sandbox; gives the shell words that run a program `P` as `{words}P`."""
        if not self.files:
            return "/bin/"
        place = f"/root/.{secrets.token_hex(8)}"  # programs start in /root, so it has to be there
        for name, data in self.files.items():
            sandbox.write(f"{place}/{name}", data, 0o755)
        sandbox.write("/etc/ld.so.preload", b"")  # the one file outside that the loader would obey
        loader = next(n for n in self.files if n.startswith("ld"))
        return f"{place}/{loader} --library-path {place} {place}/"


class Machines:
    """The provider of a run, with the toolbox made from its base when it is first needed."""

    def __init__(self, provider: SandboxProvider) -> None:
        self.provider = provider
        self._lock = Lock()
        self._toolbox: Toolbox | None = None

    def open(self) -> Sandbox:
        return self.provider.open()

    def toolbox(self) -> Toolbox:
        with self._lock:
            if self._toolbox is None:
                self._toolbox = self._gather()
            return self._toolbox

    def _gather(self) -> Toolbox:
        fresh = self.open()
        try:
            listed = fresh.execute(["/bin/bash", "-c", f"set -o pipefail; {_LIST}", "--", *PROGRAMS])
            sizes = [line.split(" ", 1) for line in listed.output.splitlines()]
            files = {path.rsplit("/", 1)[-1]: _take(fresh, path, int(size)) for size, path in sizes}
        except (ValueError, Error):
            return Toolbox({})
        finally:
            fresh.close()
        complete = listed.code == 0 and set(PROGRAMS) < set(files) and any(n.startswith("ld") for n in files)
        return Toolbox(files if complete and _elf(files) else {})


def _take(sandbox: Sandbox, path: str, size: int) -> bytes:
    """A file, piece by piece. Raises `ValueError` where it comes out incomplete."""
    pieces: list[bytes] = []
    for start in range(1, size + 1, _PIECE):
        argv = ["/bin/bash", "-c", _TAKE, "--", str(start), path, str(_PIECE)]
        pieces.append(b64decode(sandbox.execute(argv).output, validate=True))
    data = b"".join(pieces)
    if len(data) != size:
        raise ValueError(f"{path}: {len(data)} of {size} bytes")
    return data


def _elf(files: Mapping[str, bytes]) -> bool:
    return all(data.startswith(b"\x7fELF") for data in files.values())
