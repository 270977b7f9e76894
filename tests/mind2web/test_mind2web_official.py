"""Mind2Web's own files: hand-made ones in their exact format."""

import gzip
import json
import pickle
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import pytest
from harness.tasks.web.mind2web import official
from harness.tasks.web.mind2web.document import Document
from harness.tasks.web.mind2web.environment import Mind2WebEnvironment, expert
from harness.tasks.web.mind2web.samples import WebSample
from harness.tasks.web.mind2web.scores import read_scores
from hypothesis import given
from hypothesis import strategies as st

from harness import UsageError
from harness.testing import harness

LINKS = "".join(
    f'<a backend_node_id="{n}"><text backend_node_id="{n + 50}">Link {n}</text></a>' for n in range(10, 30)
)
HTML = f'<html backend_node_id="0"><body backend_node_id="1"><div backend_node_id="2">{LINKS}</div>' \
       '<select backend_node_id="40" name="size"><option backend_node_id="41" value="l">Large</option>' \
       "</select></body></html>"  # fmt: skip


def candidate(node: int, tag: str = "a", right: bool = False) -> dict[str, Any]:
    attributes = json.dumps({"backend_node_id": str(node), "class": "x", "is_clickable": "true"})
    found = {"tag": tag, "attributes": attributes, "backend_node_id": str(node)}
    return found | ({"is_original_target": True, "is_top_level_target": True} if right else {})


def action(uid: str, right: int, op: str, value: str, tag: str = "a") -> dict[str, Any]:
    return {
        "action_uid": uid,
        "raw_html": "<html></html>",
        "cleaned_html": HTML,
        "operation": {"op": op, "original_op": op, "value": value},
        "pos_candidates": [candidate(right, tag, True)],
        "neg_candidates": [candidate(n) for n in range(10, 30) if n != right],
    }


def task(name: str = "a1") -> dict[str, Any]:
    return {
        "annotation_id": name,
        "website": "teashop",
        "domain": "Shopping",
        "subdomain": "General",
        "confirmed_task": "Open link 29 and choose the size Large",
        "action_reprs": ["[a]  Link 29 -> CLICK", "[combobox]  size -> SELECT: Large"],
        "actions": [action("u1", 29, "CLICK", ""), action("u2", 40, "SELECT", "Large", "select")],
    }


def tell(what: str, done: int = 0, total: int | None = None) -> None:
    """Progress that nobody looks at."""


class Files:
    """A folder as Mind2Web has it, and the store that it becomes."""

    def __init__(self, folder: Path) -> None:
        self.source, self.target = folder / "in", folder / "out"
        self.source.mkdir(), self.target.mkdir()

    def put(self, name: str, content: Any) -> Path:
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def convert(self) -> list[str]:
        return official.convert(self.source, self.target, tell)

    def samples(self, split: str = "agentbench-std") -> tuple[WebSample, ...]:
        return official.load(self.target, split)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_tasks_are_converted_in_order(files: Files) -> None:
    files.put("test_domain_0.json", [task("a1"), task("a2")])
    files.put("test_domain_1.json", [task("a3")])
    assert files.convert() == ["agentbench-std: 3 tasks, without scores: ranked by BM25"]
    assert [s.id for s in files.samples()] == ["a1", "a2", "a3"]


def test_a_step_keeps_what_is_right_and_candidates_in_document_order(files: Files) -> None:
    files.put("test_domain_0.json", [task()])
    files.convert()
    (sample,) = files.samples()
    click, select = sample.steps
    assert (click.operation, click.value, click.positives) == ("CLICK", "", ("29",))
    assert click.candidates == tuple(map(str, range(10, 30)))
    assert (select.operation, select.value, select.target) == (
        "SELECT",
        "Large",
        "[combobox]  size -> SELECT: Large",
    )
    assert select.candidates[-1] == "40"


def test_equal_pages_are_kept_once_and_come_back_as_they_were(files: Files) -> None:
    files.put("test_domain_0.json", [task()])
    files.convert()
    (kept,) = (files.target / "pages").iterdir()
    assert gzip.decompress(kept.read_bytes()).decode() == HTML
    assert official.page(files.target, files.samples()[0].steps[1].page) == HTML


def test_two_conversions_are_the_same_to_the_byte(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        files = Files(tmp_path / name)
        files.put("test_domain_0.json", [task()])
        files.convert()
        made.append({p.name: p.read_bytes() for p in files.target.rglob("*") if p.is_file()})
    assert made[0] == made[1]


def test_scores_rank_the_candidates(files: Files) -> None:
    files.put("test_domain_0.json", [task()])
    scores = {"a1_u1": {"10": 0.1, "29": 0.9, "404": 1.0}, "a1_u2": {"40": -1.5, "10": -3.25}}
    files.put("scores_all_data.pkl", pickle.dumps({"scores": scores, "ranks": {}}))
    assert files.convert() == ["agentbench-std: 1 tasks, scores for 2 of 2 steps"]
    (sample,) = files.samples()
    assert sample.ranked == (("29", "10"), ("40", "10"))  # type: ignore[attr-defined]
    played = Mind2WebEnvironment(sample, lambda s, i: HTML, "v0.2")
    assert expert(played) and played.score().value == 1


def test_scores_of_some_steps_are_counted(files: Files) -> None:
    files.put("test_domain_0.json", [task()])
    files.put("scores_all_data.json", {"scores": {"a1_u1": {"29": 0.9}, "a1_u2": {"404": 1}}})
    assert files.convert() == ["agentbench-std: 1 tasks, scores for 1 of 2 steps"]


def test_scores_of_other_tasks_are_refused(files: Files) -> None:
    files.put("test_domain_0.json", [task()])
    files.put("scores_all_data.json", {"scores": {"a1-u1": {"29": 0.9}}})
    assert "'a1-u1'" in refused(files)


def test_a_value_of_several_lines_is_one_line_of_the_same_words(files: Files) -> None:
    steps = [action("u1", 29, "CLICK", ""), action("u2", 40, "TYPE", "Ann Lee\n1 High St\r\nYork\n", "input")]
    files.put("test_domain_0.json", [task() | {"actions": steps}])
    files.convert()
    (sample,) = files.samples()
    assert sample.steps[1].value == "Ann Lee 1 High St York"


def test_folders_named_dev_and_std_are_the_splits(files: Files) -> None:
    files.put("data_dev/some.json", [task("d1")])
    files.put("data_std/other.json", [task("s1"), task("s2")])
    files.put("train/train_0.json", [task("t1")])
    assert [line.split(",")[0] for line in files.convert()] == [
        "agentbench-dev: 1 tasks",
        "agentbench-std: 2 tasks",
    ]
    assert [s.id for s in files.samples("agentbench-dev")] == ["d1"]


def refused(files: Files) -> str:
    with pytest.raises(UsageError) as caught:
        files.convert()
    return str(caught.value)


def test_a_folder_without_tasks_is_refused(files: Files) -> None:
    assert "test_domain_*.json" in refused(files)


def test_an_element_that_is_closed_at_once_holds_nothing(files: Files) -> None:
    empty = '<button backend_node_id="3"/><br backend_node_id="4"/><textarea backend_node_id="5" name="x"/>'
    page = HTML.replace("<div", f"{empty}<div")
    broken = task() | {"actions": [a | {"cleaned_html": page} for a in task()["actions"]]}
    files.put("test_domain_0.json", [broken])
    files.convert()
    (sample,) = files.samples()
    document = Document(official.page(files.target, sample.steps[0].page))
    assert document.describe("3") == "<button>" and document.describe("5") == "<textarea name=x>"
    assert {"4", "10", "40"} <= document.elements.keys()


def test_json_that_is_too_deep_is_refused_by_name(files: Files) -> None:
    path = files.put("test_domain_0.json", "[" * 100_000)
    assert str(path) in refused(files)


@pytest.mark.parametrize(
    "text", ["{", "[{}", '[{"a": 1} {"b": 2}]', "\x00", "", '{"annotation_id": "a1"}', '"tasks"']
)
def test_a_file_that_is_no_list_is_refused_by_name(files: Files, text: str) -> None:
    path = files.put("test_domain_0.json", text)
    assert str(path) in refused(files)


@pytest.mark.parametrize(
    "broken",
    [{"annotation_id": "a9"}, 7, None, task() | {"actions": "none"}, task() | {"action_reprs": []},
     task() | {"actions": [{}, {}]}, {k: v for k, v in task().items() if k != "confirmed_task"},
     task() | {"actions": [], "action_reprs": []},
     task() | {"actions": [a | {"pos_candidates": [], "neg_candidates": []} for a in task()["actions"]]},
     task() | {"actions": [action("u", 29, "HOVER", ""), action("v", 40, "CLICK", "")]}],
)  # fmt: skip
def test_a_task_of_another_shape_is_refused_by_file_and_place(files: Files, broken: Any) -> None:
    path = files.put("test_domain_3.json", [task("fine"), broken])
    assert f"{path}: task 1" in refused(files)


def test_a_task_that_is_there_twice_is_refused(files: Files) -> None:
    files.put("test_domain_0.json", [task(), task()])
    said = refused(files)
    assert "task 1" in said and "task 0" in said and "a1" in said


@pytest.mark.parametrize("bad", [Path("/tmp"), print, Exception("x"), range(3)])
def test_a_pickle_that_would_call_code_is_refused(files: Files, bad: object) -> None:
    files.put("test_domain_0.json", [task()])
    path = files.put("scores_all_data.pkl", pickle.dumps({"scores": bad}))
    said = refused(files)
    assert str(path) in said and "not loaded" in said


def test_a_pickle_that_would_run_a_command_runs_nothing(files: Files) -> None:
    mark = files.target / "ran"
    files.put("test_domain_0.json", [task()])
    files.put("scores_all_data.pkl", f"cos\nsystem\n(S'touch {mark}'\ntR.".encode())
    assert "posix" in refused(files) or "os.system" in refused(files)
    assert not mark.exists()


@pytest.mark.parametrize("data", [b"", b"nonsense", pickle.dumps(7), pickle.dumps({"ranks": {}}),
                                  pickle.dumps({"scores": {"a": {"1": "high"}}})])  # fmt: skip
def test_scores_of_another_shape_are_refused_by_name(files: Files, data: bytes) -> None:
    files.put("test_domain_0.json", [task()])
    assert str(files.put("scores_all_data.pkl", data)) in refused(files)


@given(st.binary(max_size=60))
def test_any_bytes_are_scores_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("scores")
    (folder / "scores_all_data.pkl").write_bytes(data)
    with pytest.raises(UsageError, match="not read"):
        read_scores(folder)


@pytest.mark.parametrize("protocol", [2, 4])
def test_scores_that_are_numpys_numbers_are_read(tmp_path: Path, protocol: int) -> None:
    numpy = pytest.importorskip("numpy", reason="numpy makes the pickle of this test")
    inner = {"1": numpy.float32(0.25), "2": numpy.float64(-1.5), "3": numpy.float16(2), "4": 7}
    scores = {"scores": defaultdict(dict, {"a_b": OrderedDict(inner)})}
    (tmp_path / "scores_all_data.pkl").write_bytes(pickle.dumps(scores, protocol))
    assert read_scores(tmp_path) == {"a_b": {"1": 0.25, "2": -1.5, "3": 2.0, "4": 7.0}}


def test_the_command_line_adds_the_files_and_plays_them(files: Files, tmp_path: Path) -> None:
    files.put("test_domain_0.json", [task()])
    scores = {"a1_u1": {"29": 0.9, "10": 0.1}, "a1_u2": {"40": 0.8}}
    files.put("scores_all_data.json", {"scores": scores})
    env = {"HARNESS_HOME": str(tmp_path / "home")}
    added = harness("data", "add", "mind2web", files.source, env=env)
    assert added.code == 0 and "1 tasks" in added.out
    for profile, count in (("native", "1 samples, 1 fair"), ("v0.2", "2 samples, 2 fair")):
        audit = harness("audit", "mind2web", "--split", "agentbench-std", "--profile", profile, env=env)
        assert audit.code == 0 and count in audit.out, audit.out + audit.err


def test_without_the_files_the_command_line_says_how_to_get_them(tmp_path: Path) -> None:
    env = {"HARNESS_HOME": str(tmp_path)}
    done = harness("audit", "mind2web", "--split", "agentbench-std", env=env)
    assert done.code == 2 and "harness data add mind2web PATH" in done.err
