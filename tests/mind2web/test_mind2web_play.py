"""How a task goes: questions, the tournament, replies, and what is earned."""

import gzip
import json
import pickle
from pathlib import Path

import pytest
from harness.tasks.web.mind2web import official
from harness.tasks.web.mind2web.environment import Mind2WebEnvironment, expert
from harness.tasks.web.mind2web.rules import questions
from harness.tasks.web.mind2web.samples import Step, WebSample
from harness.tasks.web.mind2web.scoring import token_f1
from harness.tasks.web.mind2web.task import live
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Reply, Settings, Status, ToolCall, UsageError

PAGE = '<html backend_node_id="0"><body backend_node_id="1"><p backend_node_id="2">Days</p>{}</body></html>'
LINKS = "".join(f'<a backend_node_id="{n}">Link {n}</a>' for n in range(10, 30))
HTML = PAGE.format(f'{LINKS}<input backend_node_id="40" name="day">')
NAMES = (*map(str, range(10, 30)), "40")
STEPS = (
    Step("CLICK", "", ("29",), NAMES, "x", "[link] Link 29 -> CLICK"),
    Step("TYPE", "next friday", ("40",), NAMES, "x", "[input] day -> TYPE: next friday"),
)
SAMPLE = WebSample("t", "test", "site", "shop", "Choose the day next friday", STEPS)
TEXT, TOOLS, V02 = (
    questions(Settings(p, q)) for p, q in (("native", "text"), ("native", "tools"), ("v0.2", "text"))
)


def world(profile: str = "native", seed: int = 0) -> Mind2WebEnvironment:
    return Mind2WebEnvironment(SAMPLE, lambda sample, step: HTML, profile, seed)


def answer(choice: str, action: str = "", value: str = "") -> Action:
    return Action("answer", {"choice": choice, "action": action, "value": value})


def test_the_expert_earns_everything() -> None:
    played = world()
    actions = expert(played)
    assert played.score().value == 1 and len(actions) == 4


def test_a_right_element_that_was_not_ranked_loses_the_step_under_v02_only() -> None:
    assert expert(world("v0.2")) == ()
    played = world()
    expert(played)
    assert played.score().parts["recall"] == 0.5


def test_none_at_every_question_goes_through_all_steps_and_earns_nothing() -> None:
    played = world()
    seen = played.reset()
    turns = 0
    while not seen.done:
        seen, turns = played.step(answer("A")), turns + 1
    assert (seen.status, turns, played.score().value) == (Status.COMPLETED, 4, 0)


def test_the_winner_goes_back_into_the_pool() -> None:
    played = world()
    played.reset()
    winner = played.options[2]
    played.step(answer("D", "CLICK"))
    assert played.pool[-1] == winner and len(played.pool) == 6


def test_a_letter_that_is_no_choice_is_corrected_under_native() -> None:
    played = world()
    played.reset()
    assert "not one of the choices" in played.step(answer("Z")).text and len(played.pool) == 10


def test_a_wrong_value_keeps_the_element_but_not_the_step() -> None:
    played = world()
    actions = [
        a if a.arguments["action"] != "TYPE" else answer(a.arguments["choice"], "TYPE", "friday")
        for a in expert(played)
    ]
    played.reset()
    for action in actions:
        played.step(action)
    found = played.score()
    assert (found.value, found.parts["element_accuracy"], found.parts["task_success"]) == (0.5, 1, 0)


def test_the_shuffle_depends_on_the_seed_alone() -> None:
    one, same, other = world(), world(), world(seed=1)
    assert one.reset() == same.reset() == one.reset()
    other.reset()
    assert one.pool != other.pool


def test_a_fork_leaves_its_parent_alone() -> None:
    parent = world()
    parent.reset()
    before = parent.pool
    parent.fork().step(answer("B", "CLICK"))
    assert parent.pool == before


def test_v02_takes_what_it_cannot_read_for_none() -> None:
    assert V02.parse(Reply("I give up")) == (answer("A"),)


@pytest.mark.parametrize("text", ["", "Answer: G.", "Answer: B.", "Action: CLICK"])
def test_native_corrects_what_it_cannot_read(text: str) -> None:
    with pytest.raises(FormatError):
        TEXT.parse(Reply(text))


def test_tools_say_the_same() -> None:
    call = ToolCall("c", "answer", json.dumps({"choice": "b.", "action": "type", "value": "x"}))
    assert TOOLS.parse(Reply("", (call, call))) == (answer("B", "TYPE", "x"),)


@given(
    st.sampled_from("BCDEF"),
    st.sampled_from(("TYPE", "SELECT")),
    st.from_regex(r"\A[a-z0-9]+( [a-z0-9]+)*\Z"),
)
def test_what_is_written_is_read_back(choice: str, action: str, value: str) -> None:
    said = answer(choice, action, value)
    for rules in (TEXT, TOOLS, V02):
        assert rules.parse(rules.write(said, "hm")) == (said,)


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_a_world(choice: str, action: str, value: str) -> None:
    for profile in ("native", "v0.2"):
        played = world(profile)
        played.reset()
        played.step(answer(choice, action, value))
        assert 0 <= played.score().value < 1


@given(st.text(), st.text())
def test_f1_is_symmetric_and_one_for_equals(one: str, other: str) -> None:
    assert token_f1(one, other) == token_f1(other, one) and token_f1(one, one) == 1


def test_only_the_newest_question_is_sent() -> None:
    played = world()
    first = played.reset()
    head = TOOLS.prompt(first)
    second = played.step(answer("A"))
    call = Message("assistant", "", (ToolCall("c", "answer", "{}"),))
    sent = TOOLS.view([*head, call, Message("tool", second.text, tool_call_id="c")])
    assert sent == [head[0], Message("user", second.text)]


def test_live_is_native_only() -> None:
    with pytest.raises(UsageError, match="native"):
        live(Settings("v0.2", options={"live": "true"}))


def tell(what: str, done: int = 0, total: int | None = None) -> None:
    """Progress that nobody looks at."""


def task_of_mind2web() -> dict[str, object]:
    node = {"tag": "a", "attributes": "{}", "is_original_target": True, "is_top_level_target": True}
    action = {
        "action_uid": "u1",
        "raw_html": HTML,
        "cleaned_html": HTML,
        "operation": {"op": "CLICK", "original_op": "CLICK", "value": ""},
        "pos_candidates": [{**node, "backend_node_id": "29"}],
        "neg_candidates": [{**node, "backend_node_id": str(n)} for n in range(10, 29)],
    }
    return {
        "annotation_id": "a1",
        "website": "site",
        "domain": "Shopping",
        "subdomain": "General",
        "confirmed_task": "Open link 29",
        "action_reprs": ["[a]  Link 29 -> CLICK"],
        "actions": [action],
    }


def test_mind2webs_own_files_are_converted_and_ranked_by_their_scores(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir(), target.mkdir()
    (source / "test_domain_0.json").write_text(json.dumps([task_of_mind2web()]))
    scores = {"scores": {"a1_u1": {"10": 0.1, "29": 0.9}}, "ranks": {}}
    (source / "scores_all_data.pkl").write_bytes(pickle.dumps(scores))
    assert official.convert(source, target, tell) == ["agentbench-std: 1 tasks, with the scores given"]
    (sample,) = official.load(target, "agentbench-std")
    assert official.page(target, sample.steps[0].page) == HTML
    played = Mind2WebEnvironment(sample, lambda s, i: HTML, "v0.2")
    assert expert(played) and played.score().value == 1
    assert gzip.decompress(next((target / "pages").iterdir()).read_bytes()).decode() == HTML


def test_a_pickle_that_would_call_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scores_all_data.pkl").write_bytes(pickle.dumps({"scores": Path}))
    (tmp_path / "test_domain_0.json").write_text(json.dumps([task_of_mind2web()]))
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError, match="scores_all_data"):
        official.convert(tmp_path, tmp_path / "out", tell)


def test_a_file_of_another_shape_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "test_domain_0.json").write_text('[{"annotation_id": "a9"}]')
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError, match="a9"):
        official.convert(tmp_path, tmp_path / "out", tell)
