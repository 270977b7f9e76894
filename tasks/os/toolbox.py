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

_GATHER = """\
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
for program in "$@"; do
  file=$(command -v "$program") && echo "$program $(base64 -w0 "$file")" || exit 1
  ldd "$file" | grep -o '/[^ ]*' || exit 1
done | sort -u | while read -r name data; do
  [ -n "$data" ] && echo "$name $data" || echo "${name##*/} $(base64 -w0 "$name")"
done
"""


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Programs and libraries by file name; empty where the machine's own have to do."""

    files: Mapping[str, bytes]

    def install(self, sandbox: Sandbox) -> str:
        """Put everything into the sandbox; gives the shell words that run a program `P` as `{words}P`."""
        if not self.files:
            return "/bin/"
        place = f"/.{secrets.token_hex(8)}"
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
            done = fresh.execute(["/bin/bash", "-c", _GATHER, "--", *PROGRAMS])
            files = dict(_file(line) for line in done.output.splitlines())
        except (ValueError, Error):
            return Toolbox({})
        finally:
            fresh.close()
        complete = done.code == 0 and set(PROGRAMS) < set(files) and any(n.startswith("ld") for n in files)
        return Toolbox(files if complete and _elf(files) else {})


def _file(line: str) -> tuple[str, bytes]:
    name, data = line.split(" ")
    return name, b64decode(data, validate=True)


def _elf(files: Mapping[str, bytes]) -> bool:
    return all(data.startswith(b"\x7fELF") for data in files.values())
