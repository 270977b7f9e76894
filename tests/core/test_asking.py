"""Environments that ask the run's judge model: counted apart, journaled, asked each thing once."""

from pathlib import Path

import pytest

from harness.records import EpisodeRecord
from harness.store import RunStore
from harness.testing import harness

RIDDLE = Path(__file__).parent / "plugins" / "riddle.py"
RUN = ("run", "--tasks", "riddle", "--model", "oracle", "--plugin", RIDDLE)
JUDGED = (*RUN, "--judge-model", "sphinx")


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the judge model writes what it was asked."""
    file = tmp_path / "asked"
    monkeypatch.setenv("SPHINX", str(file))
    return file


def played(folder: Path) -> tuple[RunStore, EpisodeRecord]:
    (path,) = (p.parent for p in folder.glob("*/run.json"))
    store = RunStore(path)
    (episode,) = store.episodes()
    return store, episode


def test_the_judge_model_answers_and_its_tokens_are_counted_apart(tmp_path: Path, notes: Path) -> None:
    assert harness(*JUDGED, "-o", tmp_path / "runs").code == 0
    _, episode = played(tmp_path / "runs")
    assert episode.score is not None and episode.score.value == 1
    assert (episode.usage["host"].calls, episode.usage["host"].tokens) == (2, 202)
    assert set(episode.usage) == {"act", "host"}


def test_without_a_judge_model_there_is_nobody_to_ask(tmp_path: Path) -> None:
    assert harness(*RUN, "-o", tmp_path / "runs").code == 0
    _, episode = played(tmp_path / "runs")
    assert episode.path()[-1].observation == "Nobody is at the gate."


def test_the_token_limit_of_the_agent_does_not_count_what_the_environment_asks(
    tmp_path: Path, notes: Path
) -> None:
    assert harness(*JUDGED, "--token-limit", "50", "-o", tmp_path / "runs").code == 0
    _, episode = played(tmp_path / "runs")
    assert episode.usage["host"].tokens > 50
    assert episode.spent is None


def test_a_question_is_asked_once_however_often_a_path_is_played_again(tmp_path: Path, notes: Path) -> None:
    branches = ("--model", "sphinx", "--strategy", "multibranch", "-S", "execute=true")
    done = harness(*JUDGED, *branches, "-o", tmp_path / "runs")
    assert done.code == 0, done.err
    asked = notes.read_text().splitlines()
    assert len(asked) == len(set(asked)) == 8  # two branches, four turns


def test_scoring_again_takes_the_answers_from_the_journal(tmp_path: Path, notes: Path) -> None:
    harness(*JUDGED, "-o", tmp_path / "runs")
    notes.unlink()
    store, _ = played(tmp_path / "runs")
    done = harness("score", store.path, "--plugin", RIDDLE)
    assert done.code == 0, done
    assert "0 differ" in done.out
    assert not notes.exists()


def test_a_question_that_the_journal_lacks_is_no_score(tmp_path: Path, notes: Path) -> None:
    harness(*JUDGED, "-o", tmp_path / "runs")
    store, _ = played(tmp_path / "runs")
    (store.path / "events.jsonl").write_text("")
    done = harness("score", store.path, "--plugin", RIDDLE)
    assert done.code == 1
    assert "without the model it cannot be scored again" in done.out


def test_a_resumed_episode_does_not_ask_again(tmp_path: Path, notes: Path) -> None:
    harness(*JUDGED, "-o", tmp_path / "runs")
    store, _ = played(tmp_path / "runs")
    (store.path / "episodes.jsonl").write_text("")
    lines = (store.path / "events.jsonl").read_text().splitlines(keepends=True)
    (store.path / "events.jsonl").write_text("".join(lines[:-2]))  # cut before its last question
    notes.unlink()
    assert harness(*JUDGED, "-o", tmp_path / "runs").code == 0
    assert len(notes.read_text().splitlines()) == 1
    _, episode = played(tmp_path / "runs")
    assert episode.score is not None and episode.score.value == 1
    assert episode.usage["host"].calls == 2
