"""AgentBench's spreadsheets: what is in them, and what is said of a bad one."""

from pathlib import Path

import pytest
from harness.tasks.games.puzzles.official import FILES, FOLDERS, load

from harness import UsageError
from harness.testing import harness
from tests.puzzles._world import ask, world

openpyxl = pytest.importorskip("openpyxl", reason="needs openpyxl")
HEADING = ("story", "answer", "Story keys", "Answer keys")
ROW = (
    "A man laughs.",
    "He heard a joke.",
    "A man laughs.",
    "1. He heard a joke.\n2. It was told by a parrot.",
)


def sheet(folder: Path, *rows: tuple[str | None, ...], language: str = "en") -> Path:
    """A checkout whose development file has these rows."""
    file = folder / "data" / FOLDERS[language] / FILES["agentbench-dev"]
    file.parent.mkdir(parents=True)
    book = openpyxl.Workbook()
    for row in (HEADING, *rows):
        book.active.append(row)
    book.save(file)
    return folder


def test_keys_lose_their_numbers_and_blank_lines_are_counted(tmp_path: Path) -> None:
    row = (*ROW[:3], "1. One thing.\n\n2、Another.\n- A third.\n \n3.5 km.\n12:30 came.")
    (sample,), blanks = load(sheet(tmp_path, row), "agentbench-dev", "en")
    assert [f.text for f in sample.facts] == ["One thing.", "Another.", "A third.", "3.5 km.", "12:30 came."]
    assert blanks == {"dev-en-0": 2}


def test_rows_are_numbered_from_zero_and_empty_ones_left_out(tmp_path: Path) -> None:
    samples, _ = load(sheet(tmp_path, ROW, (None,) * 4, ROW), "agentbench-dev", "en")
    assert [s.id for s in samples] == ["dev-en-0", "dev-en-1"]
    assert samples[0].told == ("A man laughs.",)


def test_chinese_puzzles_are_asked_in_chinese(tmp_path: Path) -> None:
    row = ("一个男人笑了。", "他听了一个笑话。", "一个男人笑了。", "1. 他听了一个笑话。\n2. 鹦鹉讲的笑话。")
    (sample,), _ = load(sheet(tmp_path, row, language="zh"), "agentbench-dev", "zh")
    opened = world(sample)
    for fact in sample.facts:
        ask(opened, fact.question)
    assert opened.score().value == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("A man laughs.", "", "x", "y"), "answer"),
        (("A man laughs.", "He heard a joke."), "Answer keys"),
        (("A man laughs.", "He heard a joke.", "x", "1."), "Answer keys"),
        ((None, "He heard a joke.", "x", "y"), "story"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: tuple[str | None, ...], column: str) -> None:
    with pytest.raises(UsageError, match=rf"dev\.xlsx, row 3: {column} is empty; expected the columns story"):
        load(sheet(tmp_path, ROW, row), "agentbench-dev", "en")


def test_a_file_that_is_no_spreadsheet_is_named(tmp_path: Path) -> None:
    file = sheet(tmp_path) / "data" / FOLDERS["en"] / FILES["agentbench-dev"]
    file.write_bytes(b"PK not a workbook")
    with pytest.raises(UsageError, match=r"dev\.xlsx: not a readable spreadsheet"):
        load(tmp_path, "agentbench-dev", "en")


def test_a_file_without_puzzles_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no puzzle"):
        load(sheet(tmp_path), "agentbench-dev", "en")


def test_without_the_files_the_command_that_adds_them_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_HOME", str(tmp_path))
    done = harness("audit", "puzzles", "--split", "agentbench-dev")
    assert done.code == 2
    assert "harness data add agentbench" in done.err


def test_an_added_checkout_is_audited_with_the_scripted_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_HOME", str(tmp_path / "home"))
    assert harness("data", "add", "agentbench", sheet(tmp_path, ROW)).code == 0
    done = harness("audit", "puzzles", "--split", "agentbench-dev")
    assert done.code == 0, done.err
    assert "host: scripted" in done.out + done.err


@pytest.mark.parametrize("language", FOLDERS)
@pytest.mark.parametrize("split", FILES)
def test_official_puzzles_are_solved_with_the_scripted_host(
    agentbench: Path | None, split: str, language: str
) -> None:
    if agentbench is None or not (agentbench / "data" / FOLDERS[language] / FILES[split]).is_file():
        pytest.skip(f"no {FOLDERS[language]}/{FILES[split]} here")
    samples, _ = load(agentbench, split, language)
    assert len(samples) == {"agentbench-dev": 20, "agentbench-std": 50}[split]
    for sample in samples:
        opened = world(sample)
        for fact in sample.facts:
            ask(opened, fact.question)
        assert opened.score().value == 1, sample.id
