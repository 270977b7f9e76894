"""What lies in a folder: as a list of entries, as a script that makes it, and as read from a tar stream."""

import io
import shlex
import tarfile
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LARGEST = 1 << 20
"""Bytes of one archive's contents that grading looks at; our samples stay far below."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, folder or link; a field that is None is not compared."""

    path: str
    kind: str = "file"
    """file, dir, link, or archive: a tar.gz, compared by what it holds."""
    content: bytes | None = None
    """Of a file its bytes, of a link its target."""
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    members: tuple[tuple[str, bytes], ...] = ()
    """Of an archive: base names and contents, sorted."""
    age: int = 0
    """Days since it was last changed, when made by `script`."""


def script(root: str, entries: Iterable[Entry]) -> str:
    """The bash script that makes `entries` under `root`, with builtins and a few coreutils calls."""
    entries = list(entries)
    folders = [root, *(f"{root}/{e.path}" for e in entries if e.kind == "dir")]
    lines = ["set -e", "umask 022", f"mkdir -p {shlex.join(folders)}"]
    lines += [_make(f"{root}/{e.path}", e) for e in entries if e.kind != "dir"]
    for command, value in (("chown -h", _owner), ("chmod", _mode), ("touch -h -d", _date)):
        by_value: dict[str, list[str]] = {}
        for entry in entries:
            if given := value(entry):
                by_value.setdefault(given, []).append(f"{root}/{entry.path}")
        lines += [f"{command} {shlex.quote(v)} {shlex.join(p)}" for v, p in by_value.items()]
    return "\n".join(lines) + "\n"


def read(stream: bytes, root: str) -> dict[str, Entry]:
    """The entries under `root` of a tar stream, by path. Raises `tarfile.TarError` for a broken one."""
    top = root.strip("/")
    found: dict[str, Entry] = {}
    with tarfile.open(fileobj=io.BytesIO(stream)) as tar:
        for member in tar:
            path = member.name.strip("/")
            if path.startswith(f"{top}/"):
                found[path[len(top) + 1 :]] = _entry(tar, member, path[len(top) + 1 :])
    return found


def files(stream: bytes, paths: Iterable[str]) -> dict[str, str]:
    """The texts of single files of a tar stream, by path; those that are not there are left out."""
    texts: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(stream)) as tar:
        for member in tar:
            if member.name in paths and (file := tar.extractfile(member)) is not None:
                texts[member.name] = file.read().decode(errors="replace")
    return texts


def agrees(wanted: Entry, found: Entry | None) -> bool:
    """Whether what was found is what was wanted, in every field that matters."""
    if found is None:
        return False
    if wanted.kind == "archive":
        return found.kind == "file" and unpack(found.content or b"") == wanted.members
    same = [
        wanted.kind == found.kind,
        wanted.mode is None or wanted.kind == "link" or wanted.mode == found.mode,
        wanted.uid is None or wanted.uid == found.uid,
        wanted.gid is None or wanted.gid == found.gid,
        wanted.content is None or wanted.content.rstrip(b"\n") == (found.content or b"").rstrip(b"\n"),
    ]
    return all(same)


def pack(members: Mapping[str, bytes]) -> bytes:
    """A tar.gz, the same bytes every time."""
    import gzip

    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), mtime=0)


def unpack(data: bytes) -> tuple[tuple[str, bytes], ...] | None:
    """Base names and contents of the files in a tar.gz, sorted; None where it is none, or huge."""
    held: list[tuple[str, bytes]] = []
    room = LARGEST
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
            for member in tar:
                room -= member.size + 512
                if room < 0:
                    return None
                file = tar.extractfile(member) if member.isreg() else None
                if file is not None:
                    held.append((member.name.rsplit("/", 1)[-1], file.read()))
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError):
        return None
    return tuple(sorted(held))


def changed(before: Sequence[Entry], after: Sequence[Entry]) -> frozenset[str]:
    """The paths that a problem asks to create, alter or remove."""
    old, new = {e.path: e for e in before}, {e.path: e for e in after}
    return frozenset(p for p in {*old, *new} if old.get(p) != new.get(p))


def _make(path: str, entry: Entry) -> str:
    content = entry.content or b""
    where = shlex.quote(path)
    if entry.kind == "link":
        return f"ln -s {shlex.quote(content.decode())} {where}"
    if not all(c in (9, 10) or 32 <= c < 127 for c in content):
        return f"base64 -d > {where} <<< {b64encode(content).decode()}"
    return f"printf %s {shlex.quote(content.decode())} > {where}" if content else f": > {where}"


def _owner(entry: Entry) -> str:
    if not entry.uid and not entry.gid:
        return ""
    return f"{entry.uid or 0}:{entry.gid or 0}"


def _mode(entry: Entry) -> str:
    usual = 0o755 if entry.kind == "dir" else 0o644
    return "" if entry.mode in (None, usual) or entry.kind == "link" else f"{entry.mode:o}"


def _date(entry: Entry) -> str:
    return f"{entry.age} days ago" if entry.age else ""


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> Entry:
    kind = "dir" if member.isdir() else "link" if member.issym() else "file" if member.isreg() else "other"
    content = member.linkname.encode() if kind == "link" else None
    if kind == "file" and (file := tar.extractfile(member)) is not None:
        content = file.read()
    return Entry(path, kind, content, member.mode & 0o7777, member.uid, member.gid)
