"""`openai/NAME`: what is tried again, what is given up, and what is the agent's context limit."""

import asyncio
import time
from email.utils import formatdate
from typing import Any

import pytest

from harness import ContextLimit, Generation, ModelError, Request
from tests.models._asking import HELLO, ask, model
from tests.models._server import Answer, chat, serving

# Failures that pass


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    answers, server = ask([Answer({"error": {"message": "busy"}}, status), Answer()])
    assert answers[0].replies[0].text == "hello"
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        Answer(drop=True),
        Answer(b'{"choices": [{"mess'),
        Answer(b""),
        Answer({"choices": []}),
        Answer({"choices": None}),
        Answer([]),
        Answer({"error": {"message": "upstream failed", "code": 502}}),
        Answer(chat(None, tool_calls=[{"id": "x"}])),  # type: ignore[arg-type]
    ],
    ids=["dropped", "cut", "empty", "no choices", "null choices", "a list", "error inside 200", "odd call"],
)
def test_broken_connections_and_answers_are_tried_again(answer: Answer) -> None:
    answers, server = ask([answer, Answer()])
    assert answers[0].replies[0].text == "hello"
    assert len(server.asked) == 2


def test_a_slow_server_is_a_timeout_and_tried_again() -> None:
    answers, _ = ask([Answer(delay=1.0), Answer()], timeout=0.2)
    assert answers[0].replies[0].text == "hello"


def test_the_time_and_the_tries_of_a_request_can_be_set() -> None:
    began = time.monotonic()
    with pytest.raises(ModelError, match="gave up after 2 tries, the last error was a timeout"):
        ask([Answer(delay=5.0)], args={"timeout": "0.2", "retries": "1"})
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("header", ["seconds", "date"])
def test_retry_after_is_honoured(header: str) -> None:
    # A date has whole seconds, so two from now are more than one.
    wait = "1" if header == "seconds" else formatdate(time.time() + 2, usegmt=True)
    began = time.monotonic()
    ask([Answer({}, 429, {"Retry-After": wait}), Answer()])
    assert 0.9 < time.monotonic() - began < 4


def test_a_pause_holds_no_connection() -> None:
    async def run() -> float:
        busy = Answer({}, 429, {"Retry-After": "1"})
        async with serving(lambda body: busy if body["seed"] == 1 else Answer()) as server:
            m = model(server, max_connections=1, max_retries=1)
            slow = asyncio.create_task(m.generate(Request((), generation=Generation(seed=1))))
            await asyncio.sleep(0.1)
            began = time.monotonic()
            await m.generate(HELLO)
            slow.cancel()
            await m.close()
            return time.monotonic() - began

    assert asyncio.run(run()) < 0.8


def test_the_end_of_all_tries_names_the_server_and_the_last_error() -> None:
    plan = [Answer({}, 500), Answer({"error": {"message": "out of memory"}}, 503)]
    with pytest.raises(ModelError, match=r"http://127.0.0.1:\d+/v1.* 3 tries.*503.*out of memory"):
        ask(plan, max_retries=2)


def test_dropped_connections_are_named_as_such() -> None:
    with pytest.raises(ModelError, match=r"Disconnected|ConnectionReset"):
        ask([Answer(drop=True)], max_retries=1)


def test_an_unreasonable_retry_after_is_not_waited_for() -> None:
    with pytest.raises(ModelError, match="wait 86400 s"):
        ask([Answer({}, 429, {"Retry-After": "86400"})])


# Failures that do not


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_other_refusals_are_told_at_once_in_the_server_s_words(status: int) -> None:
    async def run() -> int:
        async with serving([Answer({"error": {"message": "no such model: m"}}, status)]) as server:
            m = model(server)
            with pytest.raises(ModelError, match=f"{status}: no such model: m"):
                await m.generate(HELLO)
            await m.close()
            return len(server.asked)

    assert asyncio.run(run()) == 1


def test_a_spent_quota_is_not_waited_for() -> None:
    with pytest.raises(ModelError, match="check your plan"):
        ask([Answer({"error": {"message": "check your plan", "code": "insufficient_quota"}}, 429)])


DIALECTS = {
    "openai": (400, {"message": "...", "type": "invalid_request_error", "code": "context_length_exceeded"}),
    "openai old": (
        400,
        {"message": "This model's maximum context length is 4097 tokens. However, your messages resulted in "
         "5000 tokens. Please reduce the length of the messages."},
    ),
    "llama.cpp": (
        400,
        {"code": 400, "message": "request (731 tokens) exceeds the available context size (512 tokens), try "
         "increasing it", "type": "exceed_context_size_error", "n_prompt_tokens": 731, "n_ctx": 512},
    ),
    "vllm": (
        400,
        {"object": "error", "message": "This model's maximum context length is 2048 tokens. However, your "
         "request has 3000 input tokens. Please reduce the length of the input messages.",
         "type": "BadRequestError", "param": None, "code": 400},
    ),
    "sglang": (
        400,
        {"object": "error", "message": "The input (2000 tokens) is longer than the model's context length "
         "(1024 tokens).", "type": "BadRequestError", "code": 400},
    ),
    "tgi": (
        422,
        {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3900 "
         "`inputs` tokens and 512 `max_new_tokens`", "error_type": "validation"},
    ),
    "mistral": (
        400,
        {"object": "error", "message": "Prompt contains 40000 tokens and 0 draft tokens, too large for model "
         "with 32768 maximum context length", "type": "invalid_request_invalid_args"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_context_error_of_any_dialect_is_a_context_limit(dialect: str, wrapped: bool) -> None:
    status, error = DIALECTS[dialect]
    with pytest.raises(ContextLimit):
        ask([Answer({"error": error} if wrapped else error, status)])


@pytest.mark.parametrize(
    "words",
    [
        "'max_tokens' or 'max_completion_tokens' is too large: 512. This model's maximum context length is "
        "2048 tokens and your request has 1800 input tokens (512 > 2048 - 1800).",
        "This model's maximum context length is 2048 tokens. However, you requested 2312 tokens (1800 in the "
        "messages, 512 in the completion). Please reduce the length of the messages or completion.",
        "Requested token count exceeds the model's maximum context length of 2048 tokens. You requested a "
        "total of 2312 tokens: 1800 tokens from the input messages and 512 tokens for the completion.",
    ],
)
def test_a_prompt_that_fits_is_answered_in_the_room_that_is_left(words: str) -> None:
    def strict(body: dict[str, Any]) -> Answer:
        fits = body["max_tokens"] <= 248
        return Answer() if fits else Answer({"object": "error", "message": words, "code": 400}, 400)

    answers, server = ask(strict)
    assert answers[0].replies[0].text == "hello"
    assert [b["max_tokens"] for b in server.asked] == [512, 248]


def test_a_server_that_wants_max_completion_tokens_gets_it_from_then_on() -> None:
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."

    def strict(body: dict[str, Any]) -> Answer:
        return Answer({"error": {"message": words}}, 400) if "max_tokens" in body else Answer()

    _, server = ask(strict, HELLO, HELLO)
    assert [b.get("max_completion_tokens") for b in server.asked] == [None, 512, 512]
