"""`prepare`: every row that is read is trained on, validated on, or counted with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from harness.training.cleaning import distinct
from harness.training.conversation import Conversation, Turn, write
from harness.training.dataset import Prepared, Source, prepare
from harness.training.masks import IGNORED
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Message, ToolCall, UsageError

pytest.importorskip("transformers")


def tokenizer() -> Any:
    """Its tokens are bytes."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({char: n for n, char in enumerate(alphabet)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    marks = ("<|im_start|>", "<|im_end|>")
    made.add_special_tokens([AddedToken(m, special=True, normalized=False) for m in marks])
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|im_end|>")


TOKENIZER = tokenizer()


def row(n: int, reply: str = "", problem: str = "", train: bool = True) -> Conversation:
    turns = (
        Turn(Message("user", f"question {n}")),
        Turn(Message("assistant", reply or f"answer {n}"), train),
    )
    return Conversation(f"run/{n}", problem or f"db/train-{n}", turns)


def saved(folder: Path, rows: list[Conversation], name: str = "agent.jsonl") -> Source:
    write(rows, folder / name)
    return Source(folder / name, "general" if "general" in name else "agent")


def prepared(*sources: Source, **given: Any) -> Prepared:
    return prepare(sources, TOKENIZER, **{"template": "chatml", "max_length": 500, **given})


def texts(rows: list[Any]) -> list[str]:
    return [TOKENIZER.decode(r.input_ids) for r in rows]


def test_rows_come_out_as_tokens_with_their_labels(tmp_path: Path) -> None:
    (one,) = prepared(saved(tmp_path, [row(1)])).train
    assert TOKENIZER.decode([t for t in one.labels if t != IGNORED]) == "answer 1<|im_end|>"
    assert (one.problem, one.kind, one.trained) == ("db/train-1", "agent", 9)


def test_duplicates_and_rows_that_train_nothing_are_counted(tmp_path: Path) -> None:
    rows = [row(1), row(2), row(1), row(3, train=False)]
    done = prepared(saved(tmp_path, rows))
    assert len(done.train) == 2
    assert done.report.dropped == {"without a turn of the agent to train on": 1, "duplicates": 1}


def test_blanks_do_not_make_a_row_another(tmp_path: Path) -> None:
    done = prepared(saved(tmp_path, [row(1, "a  b"), row(1, "a b"), row(1, "a b ")]))
    assert len(done.train) == 1


def test_a_problem_is_on_one_side_with_all_its_rows(tmp_path: Path) -> None:
    rows = [row(n, problem=f"db/train-{n % 20}") for n in range(100)]
    done = prepared(saved(tmp_path, rows), validation=0.2)
    train, held = ({r.problem for r in part} for part in (done.train, done.validation))
    assert len(train) == 16 and len(held) == 4 and not train & held
    assert (len(done.train), len(done.validation)) == (80, 20)


def test_the_same_seed_gives_the_same_rows_in_the_same_order(tmp_path: Path) -> None:
    source = saved(tmp_path, [row(n) for n in range(30)])
    first, again, other = (prepared(source, validation=0.2, seed=s) for s in (1, 1, 2))
    assert texts(first.train) == texts(again.train) != texts(other.train)
    assert texts(first.validation) == texts(again.validation)


# Contamination


QUESTION = "Which of the eleven ships that lie in the harbour of Bergen today carries the most timber?"
RULES = "You work with a database and have fifteen turns. First think, then write one action. Problem: "


def asked(text: str, reply: str = "yes", problem: str = "db/train-x") -> Conversation:
    return Conversation("r", problem, (Turn(Message("user", text)), Turn(Message("assistant", reply), True)))


def test_a_row_about_a_problem_of_the_evaluation_is_dropped(tmp_path: Path) -> None:
    rows = [row(1), row(2, problem="db/test-002")]
    done = prepared(saved(tmp_path, rows), against=[("db/test-002", "something quite different")])
    assert [r.problem for r in done.train] == ["db/train-1"]
    assert done.report.hits[0].how == "same problem"
    assert "1 rows contaminated" in "\n".join(done.report.lines())


def test_a_row_that_quotes_an_evaluation_text_anywhere_is_dropped(tmp_path: Path) -> None:
    rows = [asked("hello", f"I was once asked: {QUESTION.upper()}"), row(2)]
    done = prepared(saved(tmp_path, rows), against=[("db/test-001", QUESTION)])
    assert len(done.train) == 1
    assert (done.report.hits[0].how, done.report.hits[0].text) == ("same text", "db/test-001")


def test_a_row_that_holds_four_fifths_of_the_ngrams_is_dropped(tmp_path: Path) -> None:
    nearly = QUESTION.replace("timber", "wood")  # the last of its 10-grams is another: 6 of 7
    texts = [("db/test-001", QUESTION)]
    assert len(prepared(saved(tmp_path, [asked(nearly), row(2)]), against=texts).train) == 1
    assert len(prepared(saved(tmp_path, [asked(nearly), row(2)]), against=texts, overlap=0.9).train) == 2
    assert len(prepared(saved(tmp_path, [asked(nearly), row(2)]), against=texts, overlap=None).train) == 2


def test_an_evaluation_text_that_was_given_several_times_is_one(tmp_path: Path) -> None:
    texts = [("db/test-001", QUESTION)] * 3
    assert len(prepared(saved(tmp_path, [asked(QUESTION), row(2)]), against=texts).train) == 1


def test_several_texts_of_one_problem_share_what_marks_it(tmp_path: Path) -> None:
    """As episodes of a problem that was played three times do."""
    texts = [("db/test-001", f"{QUESTION} {said}") for said in ("One.", "Two.", "Three.")]
    assert len(prepared(saved(tmp_path, [asked(QUESTION), row(2)]), against=texts).train) == 1


def test_problems_that_no_words_mark_are_told_of(tmp_path: Path) -> None:
    texts = [(f"cards/test-{n}", RULES) for n in range(10)] + [("db/test-001", QUESTION)]
    said = "\n".join(prepared(saved(tmp_path, [row(1), row(2)]), against=texts).report.lines())
    assert "10 of 11 evaluation problems have no 10 words in a row that are theirs alone" in said


def test_equal_calls_are_equal_whatever_their_ids(tmp_path: Path) -> None:
    def called(id: str, at: str) -> Conversation:
        call = ToolCall(id, "look", json.dumps({"at": at}))
        return Conversation(
            f"run/{id}",
            f"db/train-{id}",
            (Turn(Message("user", "Look.")), Turn(Message("assistant", "", (call,)), True)),
        )

    assert distinct([called("a", "sky"), called("b", "sky"), called("c", "sea")])[1] == 1


def test_what_all_prompts_of_a_task_share_is_no_contamination(tmp_path: Path) -> None:
    texts = [(f"db/test-{n}", f"{RULES} How many of the {n} ships are red?") for n in range(10)]
    rows = [asked(f"{RULES} How many houses are blue?"), asked(f"{RULES} How many of the 7 ships are red?")]
    done = prepared(saved(tmp_path, rows), against=texts)
    assert [h.text for h in done.report.hits] == ["db/test-7"]
    assert "blue" in texts_of(done)


def texts_of(done: Prepared) -> str:
    return "\n".join(texts(done.train))


def test_nothing_compared_with_is_said(tmp_path: Path) -> None:
    assert "contamination is not known" in "\n".join(prepared(saved(tmp_path, [row(1)])).report.lines())


def test_the_evaluation_may_be_a_file_of_texts_or_of_conversations(tmp_path: Path) -> None:
    source = saved(tmp_path, [asked(QUESTION), row(2)])
    listed = tmp_path / "texts.jsonl"
    listed.write_text(json.dumps({"name": "db/test-001", "text": QUESTION}))
    told = tmp_path / "test.jsonl"
    write([asked(QUESTION, problem="db/test-001")], told)
    for against in (listed, told):
        assert len(prepared(source, against=[against]).train) == 1


def test_the_evaluation_may_be_a_task_and_its_worked_example_does_not_count(tmp_path: Path) -> None:
    """Rows of the train split share the instructions with the test split, and nothing else."""
    from harness.training.evaluation import prompts

    from harness.host import Plugins

    test = list(prompts(Plugins(), "db", "test", lambda *_: None))
    train = next(prompts(Plugins(), "db", "train", lambda *_: None))
    assert test[0].name == "db/test-000"
    rows = [asked(train.text, problem=train.name), asked(test[5].text, problem="elsewhere")]
    done = prepared(saved(tmp_path, rows), max_length=9000, against=["db"])
    assert done.report.against == len(test)
    assert [(h.text, h.how) for h in done.report.hits] == [("db/test-005", "same text")]


def test_what_is_no_file_and_no_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"against: 'bd' is no file, and there is no task 'bd'"):
        prepared(saved(tmp_path, [row(1)]), against=["bd"])


# The mix


def mixed(folder: Path, agent: int, general: int, **given: Any) -> Prepared:
    sources = [
        saved(folder, [row(n, problem=f"a{n}") for n in range(agent)]),
        saved(folder, [row(n, "g" * (1 + n % 40), f"g{n}") for n in range(general)], "general.jsonl"),
    ]
    return prepared(*sources, **given)


@given(st.integers(5, 40), st.integers(5, 40), st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.8]))
@settings(deadline=None, max_examples=20)
def test_lambda_is_achieved_within_one_row(
    tmp_path_factory: pytest.TempPathFactory, agent: int, general: int, lam: float
) -> None:
    done = mixed(tmp_path_factory.mktemp("mix"), agent, general, lam=lam)
    mix = done.report.mix
    assert abs(mix.agent_rows - lam * (mix.agent_rows + mix.general_rows)) <= 1
    assert mix.agent_rows == agent or mix.general_rows == general, "one side is used up"
    left = sum(count for why, count in done.report.dropped.items() if "no use for" in why)
    assert mix.agent_rows + mix.general_rows + left == agent + general


@given(st.integers(5, 40), st.integers(5, 40), st.sampled_from([0.1, 0.3, 0.5, 0.8]))
@settings(deadline=None, max_examples=20)
def test_lambda_by_tokens_is_achieved_within_the_longest_row(
    tmp_path_factory: pytest.TempPathFactory, agent: int, general: int, lam: float
) -> None:
    done = mixed(tmp_path_factory.mktemp("mix"), agent, general, lam=lam, unit="token")
    mix = done.report.mix
    longest = max(r.trained for r in done.train)
    assert abs(mix.agent_tokens - lam * (mix.agent_tokens + mix.general_tokens)) <= longest


def test_every_beginning_of_the_order_has_the_mix_too(tmp_path: Path) -> None:
    done = mixed(tmp_path, 20, 80, lam=0.2)
    for n in range(1, len(done.train) + 1):
        assert abs(sum(r.kind == "agent" for r in done.train[:n]) - 0.2 * n) <= 1


def test_without_a_lambda_every_row_is_used_and_the_share_is_told(tmp_path: Path) -> None:
    done = mixed(tmp_path, 3, 9)
    assert len(done.train) == 12 and done.report.mix.rows == 0.25
    assert done.report.dropped == {}


def test_a_lambda_that_needs_a_side_which_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"0\.2 needs general data, and there is none.*bundled"):
        prepared(saved(tmp_path, [row(1)]), lam=0.2)


@pytest.mark.parametrize(("lam", "kind"), [(0.0, "general"), (1.0, "agent")])
def test_the_ends_of_the_sweep_are_one_side_alone(lam: float, kind: str, tmp_path: Path) -> None:
    assert {r.kind for r in mixed(tmp_path, 3, 4, lam=lam).train} == {kind}


@pytest.mark.parametrize("given", [{"lam": 1.5}, {"unit": "word"}, {"long": "cut"}, {"validation": 1.0}])
def test_an_option_that_cannot_be_met_is_refused(given: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        prepared(saved(tmp_path, [row(1)]), **given)


# What is left, and what is told


def test_what_is_too_long_is_counted_and_nothing_left_is_an_error(tmp_path: Path) -> None:
    source = saved(tmp_path, [row(1, "x" * 900), row(2)])
    done = prepared(source, long="drop")
    assert len(done.train) == 1
    assert done.report.dropped == {"conversations longer than 500 tokens": 1}
    with pytest.raises(UsageError, match=r"nothing is left to train on: 2 conversations longer than 9"):
        prepared(source, max_length=9, long="drop")


def test_no_agent_turn_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is left to train on: 1 without a turn of the agent"):
        prepared(saved(tmp_path, [row(1, train=False)]))


def test_no_source_is_an_error() -> None:
    with pytest.raises(UsageError, match="names no source"):
        prepared()


def test_a_bad_line_stops_everything_before_training(tmp_path: Path) -> None:
    good, bad = saved(tmp_path, [row(1)]), saved(tmp_path, [row(2)], "bad.jsonl")
    with bad.path.open("a") as lines:
        lines.write("{oops\n")
    with pytest.raises(UsageError, match=rf"{bad.path}:2"):
        prepared(good, bad)


def test_the_report_has_the_hash_of_each_file_and_is_json(tmp_path: Path) -> None:
    from hashlib import sha256

    source = saved(tmp_path, [row(n) for n in range(9)])
    said = json.loads(json.dumps(prepared(source, validation=0.3).report.to_json()))
    assert said["files"][0]["sha256"] == sha256(source.path.read_bytes()).hexdigest()
    assert said["lengths"]["train"]["rows"] + said["lengths"]["validation"]["rows"] == 9
    assert said["mix"]["achieved"] == {"row": 1.0, "token": 1.0}
    assert said["ends"] == ["<|im_end|>"]


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    prepared(saved(tmp_path, [row(n) for n in range(120)]), tell=lambda what, *_: told.append(what))
    assert any("reading" in t for t in told) and any("encoding" in t for t in told)


# The general data that comes along


def test_bundled_data_is_mixed_in_by_its_name(tmp_path: Path) -> None:
    source = saved(tmp_path, [row(n) for n in range(20)])
    done = prepared(source, Source(Path("bundled:200"), "general"), lam=0.2)
    assert (done.report.mix.agent_rows, done.report.mix.general_rows) == (20, 80)


def test_a_count_of_bundled_data_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="expected bundled or bundled:COUNT"):
        prepared(Source(Path("bundled:many"), "general"))


# Warnings


def test_rows_of_a_split_that_is_not_for_training_are_warned_of(tmp_path: Path) -> None:
    from dataclasses import replace

    rows = [
        replace(row(n), source={"task": "db", "split": s}) for n, s in enumerate(("test", "train", "test"))
    ]
    done = prepared(saved(tmp_path, rows))
    assert done.report.warnings == ("2 rows are of db/test: scores on it will say nothing",)


def test_special_tokens_in_what_is_said_are_warned_of(tmp_path: Path) -> None:
    done = prepared(saved(tmp_path, [row(1, "I say <|im_end|> in the middle"), row(2)]))
    assert "1 rows hold the tokenizer's special tokens" in done.report.warnings[0]


def test_halves_of_surrogate_pairs_are_mended(tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text('{"instruction": "q\\ud83d", "input": "", "output": "a\\udc00b"}\n')
    (one,) = prepared(Source(file)).train
    assert "a\N{REPLACEMENT CHARACTER}b<|im_end|>" in TOKENIZER.decode(one.input_ids)


def test_a_row_that_the_template_refuses_is_counted_and_the_reason_told(tmp_path: Path) -> None:
    """Shared conversations often begin with the assistant, which Llama-2 cannot write."""
    begun = Conversation("r/9", "p", (Turn(Message("assistant", "hello"), True),))
    strict = tmp_path / "strict.jinja"
    strict.write_text(
        "{% if messages[0].role == 'assistant' %}{{ raise_exception('users begin') }}{% endif %}"
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    done = prepared(saved(tmp_path, [row(1), begun]), template=str(strict))
    assert len(done.train) == 1
    assert done.report.dropped == {"that the chat template refuses": 1}
    assert "r/9: the chat template" in done.report.warnings[0] and "users begin" in done.report.warnings[0]
    with pytest.raises(UsageError, match=r"nothing is left to train on.*users begin"):
        prepared(saved(tmp_path, [begun]), template=str(strict))


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["agent", "general"])), min_size=1, max_size=30),
    st.floats(0, 0.99),
    st.integers(0, 5),
)
def test_no_problem_is_on_both_sides(rows: list[tuple[int, str]], share: float, seed: int) -> None:
    from harness.training.splitting import split

    given = [
        Conversation(str(n), f"p{problem}", (), (), {"kind": kind}) for n, (problem, kind) in enumerate(rows)
    ]
    train, held = split(given, share, seed)
    assert not {r.problem for r in train} & {r.problem for r in held}
    assert sorted(train + held, key=lambda r: int(r.id)) == given


def test_both_kinds_are_validated_on(tmp_path: Path) -> None:
    done = mixed(tmp_path, 4, 60, validation=0.05)
    assert {r.kind for r in done.validation} == {"agent", "general"}
