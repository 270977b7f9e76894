"""`hf/PATH`: a tiny random Llama shows that a batch says what each of its rows would say alone."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from harness.plugins.models import hf

from harness import (
    ContextLimit,
    Generation,
    Message,
    ModelError,
    ModelOptions,
    Request,
    Response,
    Tool,
    ToolCall,
    UsageError,
)

from ._tiny import tiny

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'agentbench-harness[hf]'")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("peft", reason="peft is not installed")

pytestmark = pytest.mark.filterwarnings("default")  # torch and transformers warn of themselves


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("tiny"))


def asked(text: str, n: int = 1, **generation: Any) -> Request:
    return Request((Message("user", text),), n, Generation(**{"max_tokens": 12, "seed": 3, **generation}))


def answers(
    checkpoint: Path | str, requests: Sequence[Request], adapter: str = "", **args: str
) -> list[Response]:
    """The answers to requests made at once."""
    given = {
        "dtype": "float32",
        "device": "cpu",
        "wait": "50",
        **{k.replace("_", "-"): v for k, v in args.items()},
    }

    async def run() -> list[Response]:
        m = hf.harness_model(f"hf/{checkpoint}{adapter}", ModelOptions(args=given))
        assert m is not None
        await m.start()
        try:
            return list(await asyncio.gather(*(m.generate(r) for r in requests)))
        finally:
            await m.close()

    return asyncio.run(asyncio.wait_for(run(), 60))


def texts(responses: Sequence[Response]) -> list[str]:
    return [reply.text for response in responses for reply in response.replies]


PROMPTS = ["the", "the cat sat on a mat and saw one red hat in its own big house", "a mat 1 2 3", "of wood"]


def test_a_batch_says_what_each_of_its_prompts_would_get_alone(checkpoint: Path) -> None:
    together = answers(checkpoint, [asked(p) for p in PROMPTS], batch="4")
    alone = answers(checkpoint, [asked(p) for p in PROMPTS], batch="1")
    assert texts(together) == texts(alone)
    assert len(set(texts(together))) > 1


def test_a_prompt_is_answered_as_transformers_itself_would(checkpoint: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    ids = tokenizer("<user> the cat </s><assistant>", return_tensors="pt")["input_ids"]
    made = model.generate(ids, max_new_tokens=12, do_sample=False)[0, ids.shape[1] :]
    expected = tokenizer.decode(made, skip_special_tokens=True)
    assert texts(answers(checkpoint, [asked("the cat")])) == [expected]


def test_sampling_depends_on_the_seed_and_not_on_the_company(checkpoint: Path) -> None:
    wanted = [asked(p, temperature=1.0, seed=i) for i, p in enumerate(PROMPTS)]
    together = texts(answers(checkpoint, wanted, batch="4"))
    assert together == texts(answers(checkpoint, wanted, batch="1"))
    assert together == texts(answers(checkpoint, wanted, batch="3"))
    assert texts(answers(checkpoint, [asked("the", temperature=1.0, seed=99)])) != together[:1]


def test_greedy_and_sampled_requests_share_a_batch(checkpoint: Path) -> None:
    greedy = texts(answers(checkpoint, [asked("the")]))
    mixed = texts(answers(checkpoint, [asked("the"), asked("the", temperature=2.0)], batch="2"))
    assert mixed[0] == greedy[0]
    assert mixed[1] != greedy[0]


def test_sampled_tokens_follow_the_model_s_distribution(checkpoint: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    ids = tokenizer("<user> the cat </s><assistant>", return_tensors="pt")["input_ids"]
    likeliest = (model(ids).logits[0, -1] / 2).softmax(-1).detach()
    best = int(likeliest.argmax())
    many = asked("the cat", 600, temperature=2.0, max_tokens=1)
    got = texts(answers(checkpoint, [many], batch="600"))
    share = got.count(tokenizer.decode([best], skip_special_tokens=True)) / len(got)
    assert abs(share - float(likeliest[best])) < 0.08


def test_top_p_leaves_only_the_likeliest(checkpoint: Path) -> None:
    narrow = asked("the cat", 5, temperature=2.0, top_p=1e-6)
    assert set(texts(answers(checkpoint, [narrow]))) == set(texts(answers(checkpoint, [asked("the cat")])))


def test_several_replies_differ_and_are_counted(checkpoint: Path) -> None:
    (response,) = answers(checkpoint, [asked("the cat", 4, temperature=1.5)])
    assert len({r.text for r in response.replies}) > 1
    assert response.usage.prompt_tokens == 5
    assert 4 <= response.usage.completion_tokens <= 48


def test_a_stop_string_ends_its_row_only(checkpoint: Path) -> None:
    whole = texts(answers(checkpoint, [asked(p) for p in PROMPTS]))
    word = whole[0].split()[3]
    stopped = answers(checkpoint, [asked("the", stop=(word,)), *(asked(p) for p in PROMPTS[1:])])
    assert texts(stopped) == [whole[0].split(word)[0], *whole[1:]]
    assert stopped[0].replies[0].finish == "stop"


def test_each_row_has_its_own_length(checkpoint: Path) -> None:
    short, long = answers(checkpoint, [asked("the", max_tokens=2), asked("the", max_tokens=9)])
    assert (short.replies[0].finish, short.usage.completion_tokens) == ("length", 2)
    assert long.replies[0].text.startswith(short.replies[0].text)


def test_a_long_reply_goes_on_in_a_later_batch_where_it_left_off(checkpoint: Path) -> None:
    """Batches of two while others wait: the longest is interrupted again and again."""
    lengths = [40, 2, 5, 3, 9, 1]
    wanted = [asked("the", temperature=1.0, seed=i, max_tokens=n) for i, n in enumerate(lengths)]
    order: list[int] = []

    async def one(m: Any, request: Request) -> Response:
        response: Response = await m.generate(request)
        order.append(request.generation.max_tokens)
        return response

    async def run() -> list[Response]:
        given = {"dtype": "float32", "device": "cpu", "wait": "50", "batch": "2"}
        m = hf.harness_model(f"hf/{checkpoint}", ModelOptions(args=given))
        assert m is not None
        await m.start()
        try:
            return list(await asyncio.gather(*(one(m, r) for r in wanted)))
        finally:
            await m.close()

    together = texts(asyncio.run(asyncio.wait_for(run(), 60)))
    assert together == texts(answers(checkpoint, wanted, batch="1"))
    assert order[-1] == 40


def test_a_prompt_that_does_not_fit_is_a_context_limit(checkpoint: Path) -> None:
    with pytest.raises(ContextLimit, match="64"):
        answers(checkpoint, [asked("cat " * 70)])
    with pytest.raises(ContextLimit, match="16"):
        answers(checkpoint, [asked("cat " * 20)], ctx="16")


def test_a_reply_gets_the_room_that_is_left(checkpoint: Path) -> None:
    (response,) = answers(checkpoint, [asked("cat " * 55, max_tokens=50)])
    assert response.usage.completion_tokens <= 64 - response.usage.prompt_tokens


def test_an_adapter_changes_the_replies_and_saved_weights_do_not(checkpoint: Path, tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    adapted = get_peft_model(
        model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    )
    adapted.save_pretrained(tmp_path / "adapter")
    adapted.merge_and_unload().save_pretrained(tmp_path / "merged")
    requests = [asked(p) for p in PROMPTS]
    base = texts(answers(checkpoint, requests))
    with_adapter = texts(answers(checkpoint, requests, adapter=f"+{tmp_path / 'adapter'}"))
    assert with_adapter != base
    from transformers import AutoTokenizer

    AutoTokenizer.from_pretrained(checkpoint).save_pretrained(tmp_path / "merged")
    assert texts(answers(tmp_path / "merged", requests)) == with_adapter


def test_a_checkpoint_that_was_trained_on_is_told_from_what_it_was(checkpoint: Path, tmp_path: Path) -> None:
    async def facts(adapter: str = "") -> dict[str, str]:
        m = hf.harness_model(f"hf/{checkpoint}{adapter}", ModelOptions(args={"device": "cpu"}))
        assert m is not None
        await m.start()
        await m.close()
        return dict(m.describe())

    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    plain = asyncio.run(facts())
    assert len(plain["sha256"]) == 64 and "adapter sha256" not in plain
    found = set()
    for seed in range(2):
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_pretrained(checkpoint)
        wanted = LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False)
        get_peft_model(model, wanted).save_pretrained(tmp_path)
        known = asyncio.run(facts(f"+{tmp_path}"))
        assert known["sha256"] == plain["sha256"]
        found.add(known["adapter sha256"])
    assert len(found) == 2


def test_tools_and_calls_go_through_the_template(checkpoint: Path) -> None:
    look = Tool("look", "Looks.", {"type": "object", "properties": {"at": {"type": "string"}}})
    call = ToolCall("c", "look", '{"at": "sky"}')
    history = (
        Message("user", "the"),
        Message("assistant", "", (call,)),
        Message("tool", "red", tool_call_id="c"),
    )
    (response,) = answers(checkpoint, [Request(history, tools=(look,), generation=Generation(max_tokens=2))])
    shown = "<tools> look </tools> <user> the </s> <assistant> call look sky </s> <tool> red </s> <assistant>"
    assert response.usage.prompt_tokens == len(shown.split())


def test_a_template_that_refuses_a_conversation_is_a_model_error(checkpoint: Path, tmp_path: Path) -> None:
    strict = tmp_path / "strict.jinja"
    strict.write_text("{{ raise_exception('roles must alternate') }}")
    with pytest.raises(ModelError, match="roles must alternate"):
        answers(checkpoint, [asked("the")], chat_template=str(strict))


def test_weights_that_cannot_be_loaded_are_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        answers(tmp_path, [asked("the")])


def test_a_checkpoint_without_a_chat_template_asks_for_one(checkpoint: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jinja"
    empty.write_text("")
    with pytest.raises(UsageError, match="-M chat-template"):
        answers(checkpoint, [asked("the")], chat_template=str(empty))


def test_a_cancelled_request_does_not_disturb_the_others(checkpoint: Path) -> None:
    async def run() -> Response:
        m = hf.harness_model(f"hf/{checkpoint}", ModelOptions(args={"dtype": "float32", "device": "cpu"}))
        assert m is not None
        await m.start()
        gone = asyncio.create_task(m.generate(asked("a mat")))
        stays = asyncio.create_task(m.generate(asked("the")))
        await asyncio.sleep(0)
        gone.cancel()
        answer = await stays
        await m.close()
        return answer

    assert asyncio.run(run()).replies[0].text == texts(answers(checkpoint, [asked("the")]))[0]


def test_a_long_prompt_keeps_no_short_ones_waiting() -> None:
    """A batch takes as long as its longest row, and is padded to it."""
    from harness.plugins.models._batches import Batches

    together: list[list[int]] = []

    def work(things: Sequence[int]) -> list[int]:
        together.append(sorted(things))
        return list(things)

    def near(first: int, other: int) -> bool:
        return max(first, other) <= 2 * min(first, other)

    async def asked() -> list[int]:
        batches = Batches(work, 4, 0.01, lambda n: n, near)
        got = await asyncio.gather(*(batches.ask(n) for n in (10, 900, 11, 12, 13, 14, 800)))
        await batches.close()
        return got

    assert asyncio.run(asked()) == [10, 900, 11, 12, 13, 14, 800]
    assert together == [[10, 11, 12, 13], [800, 900], [14]]


def test_what_cannot_be_sorted_into_batches_fails_and_does_not_wait() -> None:
    from harness.plugins.models._batches import Batches

    def size(thing: int) -> int:
        raise OverflowError("too large")

    async def asked() -> None:
        batches = Batches(lambda things: things, 4, 0.01, size)
        await asyncio.wait_for(batches.ask(1), 5)

    with pytest.raises(ModelError, match="OverflowError: too large"):
        asyncio.run(asked())
