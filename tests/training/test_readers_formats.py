"""Training data in the field's formats: what is trained on, and how a bad row is told of."""

import json
from pathlib import Path
from typing import Any

import pytest
from harness.training.conversation import Conversation
from harness.training.formats import FORMATS, Named, detect
from harness.training.sources import Source, load
from hypothesis import given
from hypothesis import strategies as st

from harness import UsageError

EXAMPLES: dict[str, dict[str, Any]] = {
    "conversation": {
        "id": "run/db/train-000#1",
        "problem": "db/train-000",
        "messages": [
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": "example"},
            {"role": "assistant", "content": "a", "train": True},
        ],
    },
    "messages": {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
    "sharegpt": {
        "id": "abc_3",
        "conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}],
    },
    "alpaca": {"instruction": "q", "input": "", "output": "a"},
    "agentinstruct": {
        "id": "os_0",
        "conversations": [
            {"from": "human", "loss": None, "value": "instructions"},
            {"from": "gpt", "loss": False, "value": "OK."},
            {"from": "human", "loss": None, "value": "q"},
            {"from": "gpt", "loss": True, "value": "a"},
        ],
    },
    "agenttraj": {
        "item_id": "alfworld_7",
        "conversations": [
            {"from": "human", "loss": None, "value": "instructions"},
            {"from": "gpt", "loss": False, "value": "OK."},
            {"from": "human", "loss": None, "value": "q"},
            {"from": "gpt", "loss": True, "value": "a"},
        ],
    },
    "toolbench": {
        "id": "Step 4: How is the weather?",
        "conversations": [
            {"from": "system", "value": "You have tools."},
            {"from": "user", "value": "q"},
            {"from": "assistant", "value": "a"},
            {"from": "function", "value": '{"error": ""}'},
        ],
    },
}  # fmt: skip


def written(folder: Path, rows: list[Any], name: str = "data.jsonl") -> Source:
    file = folder / name
    file.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return Source(file)


def row_of(folder: Path, row: dict[str, Any]) -> Conversation:
    (read,) = load(written(folder, [row])).rows
    return read


def trained(row: Conversation) -> list[str]:
    return [t.message.content for t in row.turns if t.train]


@pytest.mark.parametrize("form", FORMATS)
def test_a_row_is_recognised_by_its_fields(form: str) -> None:
    assert detect(EXAMPLES[form]) == form


@pytest.mark.parametrize("form", FORMATS)
def test_only_the_agents_own_turn_is_trained_on(form: str, tmp_path: Path) -> None:
    loaded = load(written(tmp_path, [EXAMPLES[form]]))
    assert loaded.format == form
    assert trained(loaded.rows[0]) == ["a"]
    assert all(t.message.role == "assistant" for t in loaded.rows[0].turns if t.train)


@pytest.mark.parametrize("form", FORMATS)
def test_a_json_array_is_read_as_jsonl_is(form: str, tmp_path: Path) -> None:
    array = tmp_path / "data.json"
    array.write_text(json.dumps([EXAMPLES[form]] * 2, indent=1))
    lines = written(tmp_path, [EXAMPLES[form]] * 2)
    assert [r.turns for r in load(Source(array)).rows] == [r.turns for r in load(lines).rows]


def test_a_missing_or_null_loss_flag_of_a_reply_means_that_it_is_trained_on(tmp_path: Path) -> None:
    said = [{"from": "gpt", "loss": None, "value": "one"}, {"from": "gpt", "loss": False, "value": "two"}]
    assert trained(row_of(tmp_path, {"id": "x", "conversations": said})) == ["one"]


def test_a_loss_flag_of_a_users_turn_trains_nothing(tmp_path: Path) -> None:
    said = [{"from": "human", "loss": True, "value": "q"}, {"from": "gpt", "loss": True, "value": "a"}]
    assert trained(row_of(tmp_path, {"id": "x", "conversations": said})) == ["a"]


def test_an_empty_reply_is_never_trained_on(tmp_path: Path) -> None:
    assert trained(row_of(tmp_path, {"instruction": "q", "input": "", "output": "  "})) == []


def test_tool_calls_are_kept_and_their_arguments_are_text(tmp_path: Path) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": {"at": "sea"}}}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "q"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "blue", "tool_call_id": "c1"},
        {"role": "assistant", "content": "blue"},
    ]
    row = row_of(tmp_path, {"messages": messages, "tools": json.dumps([{"name": "look", "parameters": {}}])})
    assert row.turns[0].message.content == "q"
    assert row.turns[1].train and row.turns[1].message.tool_calls[0].arguments == '{"at": "sea"}'
    assert row.turns[2].message.tool_call_id == "c1"
    assert row.tools[0]["function"] == {"name": "look", "parameters": {}}


def test_a_prompt_and_completion_trains_the_completion_only(tmp_path: Path) -> None:
    said = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "shown"}]
    row = {"prompt": [*said, said[0]], "completion": [{"role": "assistant", "content": "a"}]}
    assert trained(row_of(tmp_path, row)) == ["a"]


def test_an_alpaca_answer_is_trained_on_whole_and_its_input_follows_the_instruction(tmp_path: Path) -> None:
    """The paper's code trained on the first character of a text answer."""
    row = row_of(tmp_path, {"instruction": "Add.", "input": "1 2", "output": "It is three."})
    assert trained(row) == ["It is three."]
    assert row.turns[0].message.content == "Add.\n\n1 2"


def test_pieces_of_one_shared_conversation_are_one_problem(tmp_path: Path) -> None:
    rows = [{**EXAMPLES["sharegpt"], "id": name} for name in ("abc_0", "abc_7", "xyz_0")]
    first, second, third = load(written(tmp_path, rows)).rows
    assert first.problem == second.problem != third.problem


def test_a_problem_without_a_name_is_what_is_asked_first(tmp_path: Path) -> None:
    asked = [{"instruction": q, "input": "", "output": a} for q, a in (("q", "1"), (" q ", "2"), ("r", "3"))]
    first, second, third = load(written(tmp_path, asked)).rows
    assert first.problem == second.problem != third.problem


def test_a_shared_conversation_may_call_its_voices_user_and_assistant() -> None:
    said = [{"from": "user", "value": "q"}, {"from": "assistant", "value": "a"}]
    assert detect({"id": "abc_0", "conversations": said}) == "sharegpt"
    assert detect({"id": "Step 1: q", "conversations": said}) == "toolbench"


def test_steps_of_one_toolbench_question_are_one_problem(tmp_path: Path) -> None:
    rows = [{**EXAMPLES["toolbench"], "id": f"Step {n}: How?"} for n in (1, 2)]
    first, second = load(written(tmp_path, rows)).rows
    assert first.problem == second.problem


# Bad rows


BAD = [
    ({"instruction": "q", "input": "", "output": ["a", "b"]}, "output is list, not text"),
    ({"instruction": "q", "input": ""}, "there is no 'output'"),
    ("q", "a row is a JSON object, not str"),
    ({"instruction": None, "output": 7}, "output is int"),
]


@pytest.mark.parametrize(("bad", "said"), BAD)
def test_a_bad_row_is_named_by_file_and_line_and_nothing_of_the_file_is_read(
    bad: Any, said: str, tmp_path: Path
) -> None:
    source = written(tmp_path, [EXAMPLES["alpaca"], EXAMPLES["alpaca"], bad])
    with pytest.raises(UsageError, match=rf"{source.path}:3: not a row of format 'alpaca'") as refused:
        load(source)
    assert said in str(refused.value)


def test_a_bad_element_of_an_array_is_named_by_its_index(tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text(json.dumps([EXAMPLES["alpaca"], {"instruction": "q", "output": 1}]))
    with pytest.raises(UsageError, match=r"data\.json\[1\]: not a row"):
        load(Source(file))


def test_a_corrupt_line_is_named(tmp_path: Path) -> None:
    source = written(tmp_path, [EXAMPLES["alpaca"]])
    with source.path.open("a") as file:
        file.write('{"instruction": "q", "inp')
    with pytest.raises(UsageError, match=rf"{source.path}:2: not JSON"):
        load(source)


def test_bytes_that_are_no_text_are_named_by_line(tmp_path: Path) -> None:
    source = written(tmp_path, [EXAMPLES["alpaca"]])
    source.path.write_bytes(source.path.read_bytes() + b'{"instruction": "\xff"}\n')
    with pytest.raises(UsageError, match=rf"{source.path}:2: not UTF-8"):
        load(source)


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        ({"from": "narrator", "value": "x"}, "a turn of 'narrator'"),
        ({"from": "gpt", "value": 7}, "content is int, not text"),
        ({"from": "gpt", "value": "x", "loss": "yes"}, "a loss flag of 'yes'"),
        ({"value": "x"}, "there is no 'from'"),
    ],
)
def test_a_bad_turn_is_told_of(turn: dict[str, Any], said: str, tmp_path: Path) -> None:
    good = EXAMPLES["agentinstruct"]
    bad = {"id": "x", "conversations": [*good["conversations"], turn]}
    with pytest.raises(UsageError, match=r":2: not a row") as refused:
        load(written(tmp_path, [good, bad]))
    assert said in str(refused.value)


def test_an_unknown_format_names_the_fields_and_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not known by its fields \(question, answer\).*alpaca"):
        load(written(tmp_path, [{"question": "q", "answer": "a"}]))


def test_a_file_of_two_formats_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"several formats \(alpaca, messages\)"):
        load(written(tmp_path, [EXAMPLES["alpaca"], EXAMPLES["messages"]]))


@pytest.mark.parametrize("text", ["", "\n\n", "[]"])
def test_an_empty_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text(text)
    with pytest.raises(UsageError, match="holds no rows"):
        load(Source(tmp_path / "data.json"))


def test_a_file_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        load(Source(tmp_path / "none.jsonl"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["id", "item_id", "conversations", "messages", "instruction", "output", "input", "tools", "problem"]
TURN = st.dictionaries(st.sampled_from(["from", "value", "role", "content", "loss", "tool_calls"]), JSON)


@given(
    st.sampled_from(sorted(FORMATS)),
    st.dictionaries(st.sampled_from(KEYS), JSON | st.lists(TURN, max_size=3)),
)
def test_no_row_breaks_a_reader(form: str, row: dict[str, Any]) -> None:
    detect(row)
    try:
        made = FORMATS[form].read(row, Named("f:1", "f", "agent"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # what `load` turns into a UsageError
    assert all(t.message.role == "assistant" for t in made.turns if t.train)


def test_a_conversation_without_turns_trains_nothing_and_is_no_error(tmp_path: Path) -> None:
    """ShareGPT's files have some."""
    rows = [EXAMPLES["sharegpt"], {"id": "empty_0", "conversations": []}]
    assert [r.trained for r in load(written(tmp_path, rows)).rows] == [1, 0]
