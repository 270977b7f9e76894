"""AgentBench's own samples: published hashes, bad tables, errata, partial checkouts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.tasks.db import official
from harness.tasks.db.engines.mariadb import MariaDb
from harness.tasks.db.samples import DbSample

from harness import UsageError

from .conftest import Play, answer, sql

Builder = Callable[..., Play]


def entry(heads: list[str], rows: list[list[str]], **more: Any) -> dict[str, Any]:
    table = {
        "table_name": "t",
        "table_info": {"columns": [{"name": h, "type": "INT"} for h in heads], "rows": rows},
    }
    usual = {"description": "How many?", "add_description": "Table t.", "type": ["counting"], "label": ["2"]}
    return {**usual, "table": table, **more}


def checkout(folder: Path, entries: list[Any], name: str = "dev.jsonl") -> Path:
    (folder / "data/dbbench").mkdir(parents=True, exist_ok=True)
    lines = [e if isinstance(e, str) else json.dumps(e) for e in entries]
    (folder / "data/dbbench" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def changes(plays: Play) -> list[DbSample]:
    return [s for s in plays.task.samples("agentbench-dev") if s.changes]  # type: ignore[attr-defined]


def test_40_of_40_published_hashes_with_sqlite(play: Builder) -> None:
    plays = play(official=True)
    assert [plays.expert(s) for s in changes(plays)] == [1.0] * 40


@pytest.mark.parametrize("profile", ["native", "v0.2", "fc"])
def test_40_of_40_published_hashes_with_mariadb(play: Builder, mariadb: MariaDb, profile: str) -> None:
    plays = play(profile, official=True, engine="mariadb").share(mariadb)
    assert [plays.expert(s) for s in changes(plays)] == [1.0] * 40


@pytest.mark.parametrize("profile", ["native", "v0.2", "fc"])
def test_the_expert_is_right_on_every_dev_sample(play: Builder, profile: str) -> None:
    plays = play(profile, official=True, engine="sqlite")
    samples = list(plays.task.samples("agentbench-dev"))
    assert [s.id for s in samples if plays.expert(s) != 1] == []
    assert len(samples) + len(plays.task.skipped("agentbench-dev")) == 60


def test_a_nameless_column_is_mended_for_native_and_skipped_as_mysql_would(play: Builder) -> None:
    assert play(official=True).task.skipped("agentbench-dev") == {}
    for profile in ("v0.2", "fc"):
        skipped = play(profile, official=True, engine="sqlite").task.skipped("agentbench-dev")
        assert skipped == {"dev-5": "a column has no name; MySQL refuses such a table"}


def test_an_erratum_scores_the_corrected_answer_in_native_and_the_raw_one_elsewhere(play: Builder) -> None:
    said = {}
    for profile in ("native", "v0.2", "fc"):
        plays = play(profile, official=True, engine="sqlite")
        sample = next(s for s in plays.task.samples("agentbench-dev") if s.id == "dev-11")
        assert plays.task.errata(sample)
        for given in ("Qena", "Giza"):
            world = plays.open(sample)
            answer(world, given)
            score = world.score()
            assert score.parts == {"raw": given == "Giza", "corrected": given == "Qena"}
            said[profile, given] = score.value
    assert [k for k, v in said.items() if v] == [("native", "Qena"), ("v0.2", "Giza"), ("fc", "Giza")]


def test_the_erratum_of_dev_11_follows_from_its_table(play: Builder) -> None:
    plays = play(official=True)
    sample = next(s for s in plays.task.samples("agentbench-dev") if s.id == "dev-11")
    largest = sql(
        plays.open(sample),
        "SELECT Name FROM \"table\" ORDER BY CAST(REPLACE(\"Area (km²)\", ',', '') AS INTEGER) DESC LIMIT 1",
    )
    assert "Qena" in largest.text


def test_samples_without_an_erratum_have_none(play: Builder) -> None:
    plays = play(official=True)
    told = {s.id for s in plays.task.samples("agentbench-dev") if plays.task.errata(s)}
    assert told == {"dev-11", "dev-25", "dev-38"}


def test_errata_name_samples_reasons_and_corrections() -> None:
    errata = json.loads((Path(official.__file__).parent / "errata.json").read_text())
    assert set(errata) == set(official.SPLITS)
    for known in errata.values():
        for number, said in known.items():
            assert number.isdigit() and set(said) == {"why", "gold"} and said["why"].endswith(".")


def test_a_wrong_published_hash_is_corrected_by_the_reference(tmp_path: Path) -> None:
    change = entry(["a"], [["x"]], type=["UPDATE"], label=["UPDATE t SET a = 'y'"], answer_md5="[('bad',)]")
    folder = checkout(tmp_path, [entry(["a"], [["x"]])] * 225 + [change], "standard.jsonl")
    samples, _ = official.load(folder, "agentbench-std", "v0.2")
    assert (samples[225].gold, samples[225].corrected) == (
        ("bad",),
        (official.after(samples[225].tables, change["label"][0]),),
    )
    assert samples[21].corrected == ("11",)


@pytest.mark.parametrize(
    ("heads", "rows", "why"),
    [
        (["a", ""], [["1", "2"]], "no name"),
        (["a", "A"], [["1", "2"]], "one name"),
        (["a", "b"], [["1"], ["1", "2", "3"]], "another length"),
    ],
)
def test_tables_mysql_refuses(tmp_path: Path, heads: list[str], rows: list[list[str]], why: str) -> None:
    folder = checkout(tmp_path, [entry(["a"], [["1"]]), entry(heads, rows)])
    samples, skipped = official.load(folder, "agentbench-dev", "fc")
    assert [s.id for s in samples] == ["dev-0"] and why in skipped["dev-1"]
    mended, none = official.load(folder, "agentbench-dev", "native")
    assert len(mended) == 2 and not none
    (table,) = mended[1].tables
    assert len({h.lower() for h in table.heads}) == len(heads) and all(table.heads)
    assert {len(r) for r in table.rows} == {len(heads)}


def test_every_column_is_text_and_a_written_line_break_is_one(tmp_path: Path) -> None:
    folder = checkout(tmp_path, [entry(["a"], [["x\\ny"], [7]])])  # type: ignore[list-item]
    (sample,), _ = official.load(folder, "agentbench-dev", "fc")
    assert sample.tables[0].columns[0].type == "TEXT"
    assert sample.tables[0].rows == (("x\ny",), ("7",))


def test_without_a_checkout_the_command_that_adds_one_is_said(play: Builder, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="harness data add agentbench PATH"):
        play().task.samples("agentbench-dev")


def test_a_partial_checkout_names_the_missing_file(tmp_path: Path) -> None:
    folder = checkout(tmp_path, [entry(["a"], [["1"]])])
    assert len(official.load(folder, "agentbench-dev", "fc")[0]) == 1
    with pytest.raises(UsageError, match=r"standard\.jsonl is missing"):
        official.load(folder, "agentbench-std", "fc")


@pytest.mark.parametrize("line", ["{", "[]", '{"description": "x"}'])
def test_a_broken_record_is_named_by_file_and_line(tmp_path: Path, line: str) -> None:
    folder = checkout(tmp_path, [entry(["a"], [["1"]]), line])
    with pytest.raises(UsageError, match=r"dev\.jsonl:2: not a dbbench record"):
        official.load(folder, "agentbench-dev", "fc")


def test_the_project_contains_no_official_data(dev: Callable[[], Path]) -> None:
    first = (dev() / "data/dbbench/dev.jsonl").read_text().splitlines()[0]
    question = json.loads(first)["description"]
    folder = Path(official.__file__).parent
    assert not [f for f in folder.rglob("*.*") if f.is_file() and question in f.read_text(errors="ignore")]
