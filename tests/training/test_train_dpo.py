"""Preferences: which pairs episodes give, and that only the agent's turns count in them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.training.conversation import Conversation, Turn
from harness.training.preferences import Pair, read, write

from harness import Message, UsageError
from harness.testing import harness

from .conftest import Train

pytestmark = pytest.mark.filterwarnings("default")

QUERY = "Action: Operation\n```sql\nSELECT 1\n```"


def exported(folder: Path) -> list[dict[str, Any]]:
    done = harness("export", folder / "runs", "--format", "dpo", "-o", folder / "pairs.jsonl")
    assert done.code == 0, done.err
    return [json.loads(line) for line in (folder / "pairs.jsonl").read_text().splitlines()]


def played(folder: Path, *more: str | Path) -> None:
    done = harness("run", "--tasks", "db", "--limit", "2", "-o", folder / "runs", *more)
    assert done.code == 0, done.err


def agent(side: dict[str, Any]) -> list[str]:
    return [m["content"] for m in side["messages"] if m.get("train")]


def test_success_is_preferred_to_failure_at_one_sample(tmp_path: Path) -> None:
    played(tmp_path, "--model", "oracle")
    played(tmp_path, "--model", "random")
    rows = exported(tmp_path)
    assert [r["kind"] for r in rows] == ["trajectory", "trajectory"]
    for row in rows:
        assert row["chosen"]["source"]["reward"] > row["rejected"]["source"]["reward"]
        assert row["chosen"]["messages"][0] == row["rejected"]["messages"][0]


def test_a_failure_is_cut_to_five_turns_more_than_the_success(tmp_path: Path) -> None:
    played(tmp_path, "--model", "oracle")
    replies = tmp_path / "replies.jsonl"
    replies.write_text(json.dumps({"text": QUERY}) + "\n")
    played(tmp_path, "--model", f"scripted/{replies}", "-M", "end=repeat")
    for row in exported(tmp_path):
        assert len(agent(row["rejected"])) == len(agent(row["chosen"])) + 5
        assert row["rejected"]["messages"][-1].get("train")


def test_what_was_followed_is_preferred_to_what_was_put_aside(tmp_path: Path) -> None:
    """Three candidates a turn, two of them the expert's; the judge is of no help, so the majority wins."""
    played(tmp_path / "expert", "--model", "oracle")
    (file,) = tmp_path.glob("expert/runs/*/episodes.jsonl")
    lines = []
    for said in map(json.loads, file.read_text().splitlines()):
        replies: list[Any] = []
        for node in said["nodes"][1:]:
            right = {"text": node["messages"][0]["content"]}
            replies += [[right, right, {"text": QUERY}], {"text": "?"}]
        lines.append({"episode": f"{said['task']}/{said['sample']}#1", "replies": replies})
    script = tmp_path / "replies.jsonl"
    script.write_text("".join(json.dumps(line) + "\n" for line in lines))
    played(tmp_path, "--model", f"scripted/{script}", "--strategy", "multibranch", "-S", "branches=3")
    rows = exported(tmp_path)
    assert [r["kind"] for r in rows] == ["branch"] * 4
    for row in rows:
        assert row["chosen"]["messages"][:-1] == row["rejected"]["messages"][:-1]
        assert agent(row["rejected"]) == [QUERY] != agent(row["chosen"])
        for side in ("chosen", "rejected"):
            source = row[side]["source"]
            assert (source["kind"], source["split"], source["task"]) == ("agent", "test", "db")
            assert source["run"].startswith(row["id"].partition("/")[0])


def test_of_two_paths_only_the_submitted_one_is_learnt(tmp_path: Path) -> None:
    """The first path put aside what the second one followed, in the same words at the same turn."""
    first, last = played_by_the_expert(tmp_path)
    other, wrong = QUERY.replace("1", "2"), 'Action: Answer\nFinal Answer: ["nonsense"]'
    asked = [[QUERY, first], "?", [wrong, last], "?", "No"]
    asked += [[first, other], "?", [last, wrong], "?", *["Yes"] * 5]
    replies = [[{"text": t} for t in r] if isinstance(r, list) else {"text": r} for r in asked]
    script = tmp_path / "replies.jsonl"
    script.write_text(json.dumps({"episode": "db/test-000#1", "replies": replies}) + "\n")
    options = ("--sample-id", "test-000", "--strategy", "multibranch,backtrack")
    done = harness("run", "db", "--model", f"scripted/{script}", *options, "-o", tmp_path / "runs")
    assert done.code == 0, done.err
    rows = exported(tmp_path)
    said = [(agent(row["chosen"]), agent(row["rejected"])) for row in rows]
    assert said == [([first], [other]), ([last], [wrong])]
    asked_last = [row["chosen"]["messages"][:-1] for row in rows][1]
    assert [m["content"] for m in asked_last if m["role"] == "assistant"][-1] == first
    assert harness("export", tmp_path / "runs", "--format", "sft", "-o", tmp_path / "sft").code == 0
    shown, answered = [json.loads(line) for line in (tmp_path / "sft").read_text().splitlines()]
    assert (agent(shown), agent(answered)) == ([first], [last])
    assert any("nonsense" in m["content"] for m in shown["messages"]), "what was tried is in its prompt"


def scripted(folder: Path, *said: str) -> None:
    """Played by these replies, the last one again and again."""
    file = folder / f"{len(list(folder.iterdir()))}.jsonl"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in said))
    played(folder, "--model", f"scripted/{file}", "-M", "end=repeat")


def test_replies_that_could_not_be_read_count_where_they_failed(tmp_path: Path) -> None:
    """Also the first one, before which both sides are alike."""
    played(tmp_path, "--model", "oracle")
    scripted(tmp_path, "I have no idea.", QUERY, "Still none.")
    rows = exported(tmp_path)
    assert len(rows) == 2
    for row in rows:
        assert agent(row["rejected"])[:3] == ["I have no idea.", QUERY, "Still none."]


def test_replies_that_could_not_be_read_never_become_likelier(tmp_path: Path) -> None:
    played(tmp_path, "--model", "random")
    wrong = [*played_by_the_expert(tmp_path)]
    scripted(tmp_path, "I have no idea.", *wrong)
    (row,) = [r for r in exported(tmp_path) if r["problem"] == "db/test-000"]
    assert agent(row["chosen"]) == wrong
    said = [m["content"] for m in row["chosen"]["messages"] if m["role"] == "assistant"]
    assert "I have no idea." in said


def played_by_the_expert(folder: Path) -> list[str]:
    """The expert's replies to the first problem."""
    (folder / "expert").mkdir()
    played(folder / "expert", "--model", "oracle")
    (file,) = folder.glob("expert/runs/*/episodes.jsonl")
    first = next(e for e in map(json.loads, file.read_text().splitlines()) if e["sample"] == "test-000")
    return [node["messages"][0]["content"] for node in first["nodes"][1:]]


@pytest.mark.parametrize("advised", [("--protocol", "tools"), ("--strategy", "cot")])
def test_advice_given_at_each_turn_keeps_no_episodes_apart(advised: tuple[str, str], tmp_path: Path) -> None:
    for model in ("oracle", "random"):
        played(tmp_path, "--model", model, *advised)
    rows = exported(tmp_path)
    assert [r["kind"] for r in rows] == ["trajectory", "trajectory"]
    for chosen, rejected in ((r["chosen"]["messages"], r["rejected"]["messages"]) for r in rows):
        first = next(n for n, m in enumerate(chosen) if m.get("train"))
        assert chosen[:first] == rejected[:first], "the first prompt as it was sent"
        said = "\n".join(m["content"] for m in chosen)
        assert said.count("Write one short thought") + said.count("step by step") == 1
        assert chosen[first + 1]["role"] in ("user", "tool") and chosen[first + 2].get("train")


def test_episodes_that_cannot_be_compared_are_told_of(tmp_path: Path) -> None:
    """Of `household` only the newest command list is shown."""
    played(tmp_path, "--model", "oracle")
    played(tmp_path, "--model", "random")
    done = harness("run", "household", "-m", "oracle", "--limit", "1", "-o", tmp_path / "runs")
    assert done.code == 0, done.err
    done = harness("export", tmp_path / "runs", "--format", "dpo", "-o", tmp_path / "pairs.jsonl")
    assert done.code == 0 and "left out: 1 episodes whose prompts show a part" in done.out + done.err


def test_episodes_without_a_difference_hold_no_pair(tmp_path: Path) -> None:
    played(tmp_path, "--model", "oracle")
    done = harness("export", tmp_path / "runs", "--format", "dpo", "-o", tmp_path / "pairs.jsonl")
    assert done.code == 2 and "hold no pair" in done.err
    assert not (tmp_path / "pairs.jsonl").exists()


# What is trained on


def pair(n: int) -> Pair:
    """Two trajectories of one prompt; what the environment says differs more than what the agent says."""

    def side(action: str, seen: str) -> Conversation:
        said = [Turn(Message("user", f"How many eggs are in the barn? ({n})"))]
        said += [Turn(Message("assistant", f"Action: look[{action}]"), True)]
        said += [Turn(Message("user", seen)), Turn(Message("assistant", f"Action: answer[{action}]"), True)]
        return Conversation(f"c{n}", f"p{n}", tuple(said))

    return Pair(
        f"r{n}", f"p{n}", "trajectory", side("barn", "There are eggs there."), side("dust", "Nothing.")
    )


@pytest.fixture(scope="module")
def file(workshop: Path) -> Path:
    write([pair(n) for n in range(4)], workshop / "pairs.jsonl")
    return workshop / "pairs.jsonl"


def test_exactly_the_agents_turns_count_on_both_sides(workshop: Path) -> None:
    from harness.training.dpo import encode
    from harness.training.masks import Coder
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(workshop / "model")
    row = encode(pair(1), Coder(tokenizer))
    for ids, mask, word in (
        (row.chosen_ids, row.chosen_mask, "barn"),
        (row.rejected_ids, row.rejected_mask, "dust"),
    ):
        counted = tokenizer.decode([i for i, m in zip(ids, mask, strict=True) if m])
        assert counted == f"Action: look[{word}]<|im_end|>Action: answer[{word}]<|im_end|>"
    assert tokenizer.decode(row.prompt_ids).endswith("<|im_start|>assistant\n")


def test_what_the_environment_said_has_no_part_in_the_loss(workshop: Path) -> None:
    """The loss does not change when a masked token becomes another, seen from the tokens before it.

    The last observation token of a row without later turns is seen by nothing that counts: were it counted,
    another token there would have another likelihood, and the loss would move.
    """
    import torch
    from harness.training.preference_trainer import Collator
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(workshop / "model", dtype=torch.float32)
    row = {
        "prompt_ids": [5, 6, 7],
        "chosen_ids": [8, 9, 20, 21],
        "rejected_ids": [10, 22],
        "chosen_mask": [1, 1, 0, 0],
        "rejected_mask": [1, 0],
    }
    collator = Collator(pad_token_id=0)
    made = collator([row])
    assert made["completion_mask"].tolist() == [[0, 0, 0, 1, 1, 0, 0], [0, 0, 0, 1, 0, 0, 0]]

    def likelihood(row: dict[str, Any]) -> Any:
        batch = collator([row])
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits[:, :-1]
        each = logits.log_softmax(-1).gather(-1, batch["input_ids"][:, 1:, None]).squeeze(-1)
        return (each * batch["completion_mask"][:, 1:]).sum()

    other = {**row, "chosen_ids": [8, 9, 20, 33], "rejected_ids": [10, 44]}
    assert torch.equal(likelihood(row), likelihood(other))
    model.zero_grad()
    embedded = model.get_input_embeddings()
    likelihood(row).backward()
    assert embedded.weight.grad is not None
    assert embedded.weight.grad[8].abs().sum() > 0


def test_training_makes_the_chosen_likelier_than_the_rejected(
    tmp_path: Path, train: Train, file: Path
) -> None:
    settings = ("--set", f"data.agent={file}", "--set", "adapter.method=lora", "--set", "train.epochs=4")
    done = train(tmp_path / "out", *settings, "--set", "train.batch=1", kind="dpo")
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").read_text().splitlines()]
    assert lines[0]["loss"] == pytest.approx(0.6931, abs=1e-3)  # log 2: nothing is preferred yet
    assert lines[-1]["loss"] < 0.5 and lines[-1]["rewards/accuracies"] == 1.0
    assert "dpo, finished" in harness("train", "info", tmp_path / "out").out


def test_pairs_survive_their_file(tmp_path: Path) -> None:
    made = [pair(n) for n in range(3)]
    assert write(made, tmp_path / "pairs.jsonl") == {"trajectory": 3}
    assert list(read(tmp_path / "pairs.jsonl")) == made


def test_a_line_that_is_no_pair_is_named(tmp_path: Path, file: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text(file.read_text() + '{"id": "x", "problem": "p", "chosen": {}}\n')
    with pytest.raises(UsageError, match=rf"{broken}:5: not a preference pair"):
        list(read(broken))


@pytest.mark.parametrize("line", [b"\xff\xfe", b'{"id": "\xe4"}'], ids=["no text", "latin 1"])
def test_bytes_that_are_no_text_are_named(line: bytes, tmp_path: Path, file: Path, train: Train) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(file.read_bytes() + line + b"\n")
    done = train(tmp_path / "out", "--set", f"data.agent={broken}", kind="dpo")
    assert done.code == 2 and f"{broken}:5: not UTF-8" in done.err


def look(train: Train, folder: Path, *settings: str) -> Any:
    """The dry run with these settings."""
    return train(folder / "out", *(w for s in settings for w in ("--set", s)), "--dry-run", kind="dpo")


def test_halves_of_surrogate_pairs_are_mended(tmp_path: Path, train: Train, file: Path) -> None:
    halves = tmp_path / "halves.jsonl"
    halves.write_text(file.read_text().replace("There are eggs there.", "\\ud83d eggs"))
    done = look(train, tmp_path, f"data.agent={halves}")
    assert done.code == 0, done.err
    assert "4 to train" in done.out


def test_pairs_of_the_evaluation_and_duplicates_are_left_out_and_told(tmp_path: Path, train: Train) -> None:
    made = [pair(n) for n in range(4)]
    test = Conversation("x", "p2", made[2].chosen.turns, source={"task": "db", "split": "test"})
    write([*made, made[1], replace(made[2], chosen=test)], tmp_path / "pairs.jsonl")
    asked = {"name": "db/test-9", "text": "How many eggs are in the barn? (3)"}
    (tmp_path / "asked.jsonl").write_text(json.dumps(asked) + "\n")
    done = look(train, tmp_path, f"data.agent={tmp_path}/pairs.jsonl", f"data.against={tmp_path}/asked.jsonl")
    assert done.code == 0, done.err
    assert "left out  2 duplicates" in done.out and "left out  1 contaminated by the evaluation" in done.out
    assert "compared  with 1 evaluation texts: 1 rows contaminated" in done.out and "3 to train" in done.out
    first = replace(made[0], chosen=replace(test, turns=made[0].chosen.turns, problem="p0"))
    write([first], tmp_path / "pairs.jsonl")
    done = look(train, tmp_path, f"data.agent={tmp_path}/pairs.jsonl")
    assert "warning   1 rows are of db/test: scores on it will say nothing" in done.out
    assert "contamination is not known" in done.out


@pytest.mark.parametrize("setting", ["data.general=bundled", "data.share=0.2", "data.format=sharegpt"])
def test_what_only_conversations_have_is_refused(
    setting: str, tmp_path: Path, train: Train, file: Path
) -> None:
    done = look(train, tmp_path, f"data.agent={file}", setting)
    assert (
        done.code == 2 and setting.partition("=")[0] in done.err and "pairs of data.agent alone" in done.err
    )


def test_an_only_problem_is_trained_on_whatever_the_validation(tmp_path: Path, train: Train) -> None:
    write([pair(1)], tmp_path / "pairs.jsonl")
    done = look(train, tmp_path, f"data.agent={tmp_path}/pairs.jsonl", "data.validation=0.6")
    assert done.code == 0 and "1 to train, 0 to validate" in done.out


def test_sides_that_begin_differently_are_refused(workshop: Path) -> None:
    from harness.training.dpo import encode
    from harness.training.masks import Coder
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(workshop / "model")
    strange = replace(pair(1), rejected=pair(2).rejected)
    with pytest.raises(UsageError, match="do not begin with the same prompt"):
        encode(strange, Coder(tokenizer))
