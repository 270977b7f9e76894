"""`harness export --format sft`: what is trained on is what the agent wrote where it read what it read."""

import json
from pathlib import Path
from typing import Any

import pytest
from harness.training.conversation import Conversation, Turn, from_json, read, to_json, write
from hypothesis import given
from hypothesis import strategies as st

from harness import Message, UsageError
from harness.testing import harness

Rows = list[dict[str, Any]]


def exported(folder: Path, *run: str) -> Rows:
    """The rows of one run of the first two bundled db problems by the expert."""
    done = harness("run", "--tasks", "db", "--model", "oracle", "--limit", "2", "-o", folder / "runs", *run)
    assert done.code == 0, done.err
    done = harness("export", folder / "runs", "--format", "sft", "-o", folder / "agent.jsonl")
    assert done.code == 0, done.err
    return [json.loads(line) for line in (folder / "agent.jsonl").read_text().splitlines()]


def test_an_episode_is_one_conversation_where_its_prompts_grow(tmp_path: Path) -> None:
    rows = exported(tmp_path)
    assert [r["problem"] for r in rows] == ["db/test-000", "db/test-001"]
    roles = [m["role"] for m in rows[0]["messages"]]
    assert roles[-3:] == ["assistant", "user", "assistant"]


def test_only_replies_of_the_agent_are_trained_on_and_the_example_is_not(tmp_path: Path) -> None:
    messages = exported(tmp_path)[0]["messages"]
    trained = [m for m in messages if m.get("train")]
    assert len(trained) == 2  # one query, one answer
    assert all(m["role"] == "assistant" for m in trained)
    untrained = [m for m in messages if m["role"] == "assistant" and not m.get("train")]
    assert untrained, "the worked example of the prompt is there, and not learnt"


def test_each_turn_is_a_row_where_the_prompt_is_not_a_continuation(tmp_path: Path) -> None:
    rows = exported(tmp_path, "--strategy", "cot")  # its advice stands in the last message only
    assert len(rows) == 4
    for row in rows:
        assert [m.get("train", False) for m in row["messages"]] == [False] * (len(row["messages"]) - 1) + [
            True
        ]
    assert "step by step" in rows[1]["messages"][-2]["content"]


def test_tools_and_their_calls_are_kept(tmp_path: Path) -> None:
    rows = [r for r in exported(tmp_path, "--protocol", "tools") if r["problem"] == "db/test-000"]
    for row in rows:
        assert [t["function"]["name"] for t in row["tools"]] == ["execute_sql", "commit_final_answer"]
    trained = [m for row in rows for m in row["messages"] if m.get("train")]
    assert [m["tool_calls"][0]["name"] for m in trained] == ["execute_sql", "commit_final_answer"]
    assert "tool" in [m["role"] for m in rows[-1]["messages"]]


def test_abandoned_branches_are_left_out(tmp_path: Path) -> None:
    rows = exported(tmp_path, "--strategy", "multibranch", "-S", "execute=true", "--model", "random")
    for row in rows:
        assert len({json.dumps(m) for m in row["messages"] if m.get("train")}) <= 15


def test_a_reply_that_could_not_be_read_is_not_learnt_but_what_corrected_it_is(tmp_path: Path) -> None:
    script = tmp_path / "replies.jsonl"
    said = ["I have no idea.", 'Action: Answer\nFinal Answer: ["7"]']
    script.write_text("".join(json.dumps({"text": text}) + "\n" for text in said))
    done = harness(
        "run", "--tasks", "db", "--model", f"scripted/{script}", "--limit", "1", "-o", tmp_path / "runs"
    )
    assert done.code == 0, done.err
    harness("export", tmp_path / "runs", "--format", "sft", "-o", tmp_path / "agent.jsonl")
    (row,) = read(tmp_path / "agent.jsonl")
    agent = [t for t in row.turns if t.message.role == "assistant"][-2:]
    assert [(t.message.content, t.train) for t in agent] == [(said[0], False), (said[1], True)]


def test_a_row_says_where_it_comes_from(tmp_path: Path) -> None:
    source = exported(tmp_path)[0]["source"]
    assert (source["kind"], source["task"], source["split"], source["reward"]) == ("agent", "db", "test", 1.0)


def test_a_journal_that_was_cut_is_told_of(tmp_path: Path) -> None:
    harness("run", "--tasks", "db", "--model", "oracle", "--limit", "1", "-o", tmp_path / "runs")
    (events,) = tmp_path.glob("runs/*/events.jsonl")
    events.write_text("")
    done = harness("export", tmp_path / "runs", "--format", "sft", "-o", tmp_path / "out")
    assert done.code == 2 and "is events.jsonl whole?" in done.err
    assert not (tmp_path / "out").exists()


# The file


TEXT = st.text(max_size=20)
TURNS = st.builds(
    lambda role, text, train: Turn(Message(role, text), train and role == "assistant"),
    st.sampled_from(["system", "user", "assistant"]), TEXT, st.booleans(),
)  # fmt: skip


@given(st.builds(Conversation, TEXT, TEXT, st.lists(TURNS, min_size=1).map(tuple)))
def test_a_conversation_survives_its_json(row: Conversation) -> None:
    assert from_json(json.loads(json.dumps(to_json(row)))) == row


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "JSONDecodeError"),
        ('{"id": "1", "problem": "p"}', "messages"),
        ('{"id": "1", "problem": "p", "messages": []}', "it has no messages"),
        ('{"id": "1", "problem": "p", "messages": [{"role": "human", "content": "x"}]}', "role 'human'"),
        (
            '{"id": "1", "problem": "p", "messages": [{"role": "user", "content": "x", "train": true}]}',
            "trained",
        ),
        ('{"id": "1", "problem": "p", "messages": [{"role": "user", "content": 7}]}', "not text"),
    ],
)
def test_a_line_that_is_no_conversation_is_named_by_file_and_line(
    line: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "data.jsonl"
    write([Conversation("1", "p", (Turn(Message("user", "x")),))], file)
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(UsageError, match=rf"{file}:2: not a conversation") as refused:
        list(read(file))
    assert said in str(refused.value)
