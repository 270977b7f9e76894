"""What a run directory promises: a line is whole or absent, and what was written is read back."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StoreError
from harness.records import EpisodeRecord, NodeRecord, RunRecord, TaskRecord
from harness.store import RunStore
from harness.types import Message, Score, Status, ToolCall, Usage

RUN = RunRecord(
    "m", "react", False, (TaskRecord("t", "native", "text", "test", ("a", "b"), {}),), 1, 0, "p", "c"
)


def episode(sample: str = "a", text: str = "x", attempt: int = 0) -> EpisodeRecord:
    root = NodeRecord(0, None, (Message("user", text),))
    said = Message("assistant", text, (ToolCall("1", "f", "{}"),))
    child = NodeRecord(1, 0, (said,), (("f", {"q": text}),), None, text, Status.COMPLETED, 0.5)
    score = Score(1.0, {"raw": 1.0})
    usage = {"act": Usage(1, 2, 3)}
    return EpisodeRecord(
        "t", sample, 1, Status.COMPLETED, score, usage, nodes=(root, child), leaf=1, attempt=attempt
    )


@given(st.text())
def test_any_text_is_read_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    store = RunStore.create(tmp_path_factory.mktemp("run"), RUN)
    with store:
        store.add_episode(episode(text=text))
    assert RunStore(store.path).episodes() == [episode(text=text)]


def test_a_torn_last_line_is_cut_off_and_nothing_else_is_lost(tmp_path: Path) -> None:
    with RunStore.create(tmp_path, RUN) as store:
        store.add_episode(episode("a"))
        store.add_episode(episode("b"))
    file = tmp_path / "episodes.jsonl"
    file.write_bytes(file.read_bytes()[:-10])
    assert [e.sample for e in RunStore(tmp_path).episodes()] == ["a"]
    with RunStore(tmp_path) as store:
        store.add_episode(episode("b"))
    assert [e.sample for e in RunStore(tmp_path).episodes()] == ["a", "b"]


def test_a_later_attempt_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    with RunStore.create(tmp_path, RUN) as store:
        store.add_episode(episode(text="old"))
        store.add_episode(episode(text="new", attempt=1))
    (kept,) = store.episodes()
    assert kept.attempt == 1


def test_a_broken_line_is_named_by_file_and_number(tmp_path: Path) -> None:
    RunStore.create(tmp_path, RUN)
    (tmp_path / "episodes.jsonl").write_text("{}x\n")
    with pytest.raises(StoreError, match=r"episodes\.jsonl:1: not JSON"):
        RunStore(tmp_path).episodes()


@pytest.mark.parametrize("line", ["[1]", '{"a": 1}', "3"])
def test_a_line_that_is_no_episode_is_named_too(tmp_path: Path, line: str) -> None:
    RunStore.create(tmp_path, RUN)
    (tmp_path / "episodes.jsonl").write_text(line + "\n")
    with pytest.raises(StoreError, match=r"episodes\.jsonl:1: not a"):
        RunStore(tmp_path).episodes()


@pytest.mark.parametrize(("old", "new"), [('"completed"', '"done"'), ('"value":1.0', '"value":"a"')])
def test_an_episode_with_a_field_of_another_kind_is_named(tmp_path: Path, old: str, new: str) -> None:
    with RunStore.create(tmp_path, RUN) as store:
        store.add_episode(episode())
    file = tmp_path / "episodes.jsonl"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(StoreError, match=r"episodes\.jsonl:1: not an episode"):
        RunStore(tmp_path).episodes()


@pytest.mark.parametrize("text", ["[]", "3", '{"format": 1}'])
def test_a_run_file_that_describes_no_run_is_refused(tmp_path: Path, text: str) -> None:
    RunStore.create(tmp_path, RUN)
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(StoreError, match=r"run\.json does not describe a run"):
        RunStore(tmp_path)


def test_two_writers_of_one_run_are_refused(tmp_path: Path) -> None:
    with RunStore.create(tmp_path, RUN):
        with pytest.raises(StoreError, match="another process is writing"):
            RunStore(tmp_path).__enter__()


def full_disk(folder: Path) -> RunStore:
    """A run whose episodes go to a device that is full."""
    store = RunStore.create(folder, RUN)
    (folder / "episodes.jsonl").symlink_to("/dev/full")
    return store


def test_a_full_disk_is_told_of_once_with_the_directory_and_what_to_do(tmp_path: Path) -> None:
    store = full_disk(tmp_path)
    store._appendable = lambda name: (tmp_path / name).open("a")  # type: ignore[method-assign]  # no device is cut
    said = f"cannot write to the run directory {tmp_path}: No space left on device .*the same command goes on"
    with pytest.raises(StoreError, match=said) as told, store:
        store.add_episode(episode())
    assert told.value.__context__ is told.value.__cause__, "closing the files adds no second failure"


def test_what_could_not_be_written_is_no_silence_at_the_end_either(tmp_path: Path) -> None:
    store = full_disk(tmp_path)
    store._appendable = lambda name: (tmp_path / name).open("a")  # type: ignore[method-assign]
    with pytest.raises(StoreError, match="No space left"), store, suppress(StoreError):
        store.add_episode(episode())


@pytest.mark.parametrize("name", ["lock", "events.jsonl"])
def test_a_run_directory_that_cannot_be_written_to_is_a_store_error(tmp_path: Path, name: str) -> None:
    store = RunStore.create(tmp_path, RUN)
    (tmp_path / name).mkdir()
    with pytest.raises(StoreError, match=r"cannot write to the run directory .*: Is a directory"):
        store.__enter__()
    (tmp_path / name).rmdir()
    with store:
        pass  # the lock was given back


def test_a_folder_without_a_run_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no run directory"):
        RunStore(tmp_path)


def test_the_trajectory_leads_from_the_root_to_the_submitted_leaf() -> None:
    assert [n.id for n in episode().path()] == [0, 1]
