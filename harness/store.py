"""A run directory: `run.json`, `episodes.jsonl`, `events.jsonl`. A line is whole or absent.

Lines are flushed as they are written, so a `kill -9` loses at most the line being written; such a
torn last line is cut off when the run is opened to go on.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any, Self

import jsonlines

from harness.errors import StoreError
from harness.records import FORMAT, EpisodeRecord, RunRecord
from harness.whole import whole

MISREAD = (AttributeError, KeyError, TypeError, ValueError)
"""What reading a record raises where the file says something else."""


class RunStore:
    """Reads a run directory; `writing` opens it to go on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record = self._run()
        self._files = ExitStack()

    @classmethod
    def create(cls, path: Path, record: RunRecord) -> Self:
        """A new run directory. Raises `StoreError` if there is one already."""
        if (path / "run.json").exists():
            raise StoreError(f"{path} holds a run already; give another --log-dir or --resume {path}")
        try:
            path.mkdir(parents=True, exist_ok=True)
            _replace(path / "run.json", record)
        except OSError as e:
            raise StoreError(f"cannot write the run directory {path}: {e.strerror}") from e
        return cls(path)

    def amend(self, record: RunRecord) -> None:
        """Replace `run.json`, whole or not at all."""
        with _written(self.path):
            _replace(self.path / "run.json", record)
        self.record = record

    def _run(self) -> RunRecord:
        file = self.path / "run.json"
        try:
            said = json.loads(file.read_text())
        except FileNotFoundError:
            raise StoreError(f"{self.path} is no run directory: it has no run.json") from None
        except (OSError, ValueError) as e:
            raise StoreError(f"{file} cannot be read: {e}") from e
        if not isinstance(said, dict):
            raise StoreError(f"{file} does not describe a run: it is no JSON object")
        if said.get("format") != FORMAT:
            raise StoreError(f"{file} has format {said.get('format')}; this harness reads format {FORMAT}")
        try:
            return RunRecord.from_json(said)
        except MISREAD as e:
            raise StoreError(f"{file} does not describe a run: {e}") from e

    # Reading

    def episodes(self) -> list[EpisodeRecord]:
        """The finished episodes, each in its latest attempt, in the order of the plan."""
        latest: dict[str, EpisodeRecord] = {}
        for number, said in enumerate(self._lines("episodes.jsonl"), 1):
            try:
                record = EpisodeRecord.from_json(said)
            except MISREAD as e:
                where = self.path / "episodes.jsonl"
                raise StoreError(f"{where}:{number}: not an episode: {type(e).__name__}: {e}") from e
            latest[record.key] = record
        order = {key: i for i, key in enumerate(self.record.keys())}
        return sorted(latest.values(), key=lambda e: order.get(e.key, len(order)))

    def events(self) -> Iterator[dict[str, Any]]:
        """The journal, line by line."""
        return self._lines("events.jsonl")

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        file = self.path / name
        if not file.exists():
            return
        try:
            opened = file.open("rb")
        except OSError as e:
            raise StoreError(f"{file} cannot be read: {e.strerror}") from e
        with opened as f:
            for number, line in enumerate(f, 1):
                if not line.endswith(b"\n"):
                    return  # torn by a kill: never written as far as readers are concerned
                try:
                    said = json.loads(line)
                except ValueError as e:
                    raise StoreError(f"{file}:{number}: not JSON: {e}") from e
                if not isinstance(said, dict):
                    raise StoreError(f"{file}:{number}: not a JSON object")
                yield said

    # Writing

    def __enter__(self) -> Self:
        with ExitStack() as opened, _written(self.path):
            lock = opened.enter_context((self.path / "lock").open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StoreError(f"another process is writing to {self.path}") from None
            episodes = opened.enter_context(self._appendable("episodes.jsonl"))
            events = opened.enter_context(self._appendable("events.jsonl"))
            self._files = opened.pop_all()
        dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        self._episodes = jsonlines.Writer(episodes, dumps=dump, flush=True)
        self._events = jsonlines.Writer(events, dumps=dump, flush=True)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        with suppress(StoreError) if error else nullcontext(), _written(self.path):
            self._files.close()

    def _appendable(self, name: str) -> IO[str]:
        file = self.path / name
        file.touch()
        with file.open("rb+") as f:
            f.truncate(_whole(f))
        return file.open("a", encoding="utf-8", errors="surrogatepass")

    def add_episode(self, record: EpisodeRecord) -> None:
        """Write one finished episode."""
        with _written(self.path):
            self._episodes.write(record.to_json())

    def add_event(self, said: dict[str, Any]) -> None:
        """Write one line of the journal."""
        with _written(self.path):
            self._events.write(said)


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """A disk that is full or read-only is told of as that."""
    try:
        yield
    except OSError as e:
        kept = "what is there is whole; once it can be written to, the same command goes on"
        raise StoreError(f"cannot write to the run directory {path}: {e.strerror or e} ({kept})") from e


def _whole(file: IO[bytes]) -> int:
    """The length of the file up to its last whole line, in bytes."""
    end = file.seek(0, 2)
    while end > 0:
        start = max(0, end - 65536)
        file.seek(start)
        if (newline := file.read(end - start).rfind(b"\n")) >= 0:
            return start + newline + 1
        end = start
    return 0


def _replace(file: Path, record: RunRecord) -> None:
    with whole(file) as out:
        out.write(json.dumps(record.to_json(), indent=1, ensure_ascii=False) + "\n")
