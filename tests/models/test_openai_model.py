"""`openai/NAME`: what is sent and what is read, several replies, connections and options."""

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest
from harness.plugins.models import openai as provider

from harness import Generation, Message, ModelError, ModelOptions, Request, Tool, ToolCall, UsageError
from tests.models._asking import HELLO, ask, model
from tests.models._server import Answer, chat, serving

LOOK = Tool("look", "Looks.", {"type": "object", "properties": {"at": {"type": "string"}}})


def test_a_request_carries_messages_and_sampling() -> None:
    generation = Generation(temperature=0.7, top_p=0.9, max_tokens=33, stop=("\n\n",), seed=5)
    _, server = ask(
        [Answer()], Request((Message("system", "Be kind."), Message("user", "Hi")), 1, generation)
    )
    assert server.asked == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}],
            "max_tokens": 33,
            "temperature": 0.7,
            "top_p": 0.9,
            "stop": ["\n\n"],
            "seed": 5,
        }
    ]


def test_tools_and_their_history_are_sent_in_the_server_s_form() -> None:
    history = (
        Message("user", "Hi"),
        Message("assistant", "", (ToolCall("c1", "look", '{"at": "sky"}'),)),
        Message("tool", "It is blue.", tool_call_id="c1"),
    )
    _, server = ask([Answer()], Request(history, tools=(LOOK,)))
    (body,) = server.asked
    assert body["tools"] == [LOOK.to_openai()]
    function = {"name": "look", "arguments": '{"at": "sky"}'}
    assert body["messages"][1]["tool_calls"] == [{"id": "c1", "type": "function", "function": function}]
    assert body["messages"][2] == {"role": "tool", "content": "It is blue.", "tool_call_id": "c1"}


@pytest.mark.parametrize("slip", ["{'at': 1}", "[1]", "", "{" * 5000])
def test_a_model_s_unreadable_arguments_are_sent_back_as_an_object(slip: str) -> None:
    history = (Message("user", "Hi"), Message("assistant", "", (ToolCall("c1", "look", slip),)))
    _, server = ask([Answer()], Request(history))
    sent = server.asked[0]["messages"][1]["tool_calls"][0]["function"]["arguments"]
    assert isinstance(json.loads(sent), dict)


def test_usage_and_price_are_recorded() -> None:
    used = {"prompt_tokens": 1000, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 900}}
    answers, _ = ask([Answer(chat("a", usage=used))], args={"price-in": "2", "price-out": "50"})
    usage = answers[0].usage
    assert (usage.calls, usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (
        1,
        1000,
        10,
        900,
    )
    assert usage.cost == pytest.approx(1000 * 2e-6 + 10 * 50e-6)


@pytest.mark.parametrize(
    "message, text",
    [
        ({"content": None}, ""),
        ({"content": [{"type": "text", "text": "two "}, {"type": "text", "text": "parts"}]}, "two parts"),
        ({"content": "said", "reasoning_content": "thought"}, "said"),
        ({"content": None, "reasoning_content": "thought"}, ""),
        ({"content": "<think>Action: 1? No.</think>\n\nAction: 2"}, "Action: 2"),
        ({"content": "Action: 1? No.\n</think>\nAction: 2"}, "Action: 2"),
        ({"content": "<think>Action: 1 and so on"}, ""),
        ({"content": "half \ud83d of a pair"}, "half ? of a pair"),
        ({}, ""),
    ],
)
def test_odd_contents_are_read_as_what_was_said(message: dict[str, Any], text: str) -> None:
    choice = {"index": 0, "finish_reason": None, "message": {"role": "assistant", **message}}
    answers, _ = ask([Answer({"choices": [choice], "usage": None})])
    assert answers[0].replies[0].text == text


@pytest.mark.parametrize(
    "arguments, read", [('{"at": "x"}', '{"at": "x"}'), (None, ""), ({"at": "x"}, '{"at": "x"}'), ("{", "{")]
)
def test_tool_calls_are_read_as_the_model_wrote_them(arguments: Any, read: str) -> None:
    call = {"id": None, "type": "function", "function": {"name": "look", "arguments": arguments}}
    choice = {"finish_reason": "tool_calls", "message": {"content": None, "tool_calls": [call]}}
    answers, _ = ask([Answer({"choices": [choice]})], Request((Message("user", "Hi"),), tools=(LOOK,)))
    (reply,) = answers[0].replies
    assert reply.tool_calls == (ToolCall("call_0", "look", read),)
    assert reply.finish == "tool_calls"


def test_a_stop_string_that_a_server_ignores_still_ends_the_reply() -> None:
    request = Request((Message("user", "Hi"),), generation=Generation(stop=("Observation:",)))
    answers, _ = ask([Answer(chat("Action: x\nObservation: made up"))], request)
    assert answers[0].replies[0].text == "Action: x\n"


# Several replies


def count(body: dict[str, Any]) -> Answer:
    return Answer(chat(*(f"{body['seed']}.{i}" for i in range(body.get("n", 1)))))


def three(n: int = 3) -> Request:
    return Request((Message("user", "Hi"),), n, Generation(temperature=1.0, seed=7))


def test_several_replies_come_from_one_request_where_the_server_can() -> None:
    answers, server = ask(count, three())
    assert [r.text for r in answers[0].replies] == ["7.0", "7.1", "7.2"]
    assert len(server.asked) == 1


def test_a_server_that_ignores_n_is_asked_for_the_rest_and_remembered() -> None:
    answers, server = ask(lambda body: Answer(chat(str(body["seed"]))), three(), three())
    texts = [r.text for r in answers[0].replies]
    assert len(set(texts)) == 3
    assert [b.get("n", 1) for b in server.asked] == [3, 1, 1, 1, 1, 1]
    assert [r.text for r in answers[1].replies] == texts
    assert answers[0].usage.calls == 1


@pytest.mark.parametrize("status", [400, 422, 501])
def test_a_server_that_refuses_n_is_asked_one_by_one(status: int) -> None:
    def refuse(body: dict[str, Any]) -> Answer:
        if body.get("n", 1) > 1:
            return Answer({"error": {"message": "only one completion choice is allowed"}}, status)
        return count(body)

    answers, server = ask(refuse, three(), three(), max_retries=1)
    assert len({r.text for r in answers[1].replies}) == 3
    assert [b["n"] for b in server.asked if "n" in b][-1] == 3
    assert sum("n" in b for b in server.asked) in (1, 2)


def test_a_server_s_limit_of_replies_is_kept_to() -> None:
    _, server = ask(count, three(5), args={"n": "2"})
    assert sorted(b.get("n", 1) for b in server.asked) == [1, 2, 2]


def test_n_false_never_asks_for_several() -> None:
    _, server = ask(count, three(), args={"n": "false"})
    assert all("n" not in b for b in server.asked)
    assert len({b["seed"] for b in server.asked}) == 3


# The connection, and the options


def test_at_most_max_connections_requests_are_under_way() -> None:
    async def run() -> int:
        async with serving([Answer(delay=0.05)]) as server:
            m = model(server, max_connections=3)
            await asyncio.gather(*(m.generate(HELLO) for _ in range(12)))
            await m.close()
            return server.most

    assert asyncio.run(run()) == 3


def test_a_server_without_a_list_of_models_will_do() -> None:
    async def run() -> None:
        async with serving([Answer()]) as server:
            server.models = Answer({"error": {"message": "not found"}}, 404)
            m = model(server)
            await m.start()
            await m.close()

    asyncio.run(run())


def test_no_server_is_an_error_that_says_what_was_tried() -> None:
    m = provider.harness_model(
        "openai/m", ModelOptions(base_url="http://127.0.0.1:9/v1", args={"backoff": "0.01"})
    )
    with pytest.raises(ModelError, match=r"http://127.0.0.1:9/v1/models was tried 3 times.*--base-url"):
        asyncio.run(m.start())


def test_a_refused_key_is_told_before_the_run() -> None:
    async def run() -> None:
        async with serving([]) as server:
            server.models = Answer({"error": {"message": "bad key"}}, 401)
            with pytest.raises(ModelError, match=r"refuses the API key.*bad key"):
                await model(server).start()

    asyncio.run(run())


def test_the_key_is_sent_and_a_local_server_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert ask([Answer()])[1].headers[0]["Authorization"] == "Bearer none"
    assert ask([Answer()], api_key="k1")[1].headers[0]["Authorization"] == "Bearer k1"
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        provider.harness_model("openai/m", ModelOptions())


def test_options_reach_the_body() -> None:
    args = {"drop": "seed,temperature", "extra": '{"chat_template_kwargs": {"enable_thinking": false}}'}
    _, server = ask([Answer()], args=args)
    assert server.asked[0].keys() == {"model", "messages", "max_tokens", "chat_template_kwargs"}


@pytest.mark.parametrize(
    "args, told",
    [
        ({"pricein": "1"}, "did you mean 'price-in'"),
        ({"price-in": "cheap"}, "expected here: a number of zero or more"),
        ({"extra": "[1]"}, "expected here: a JSON object"),
        ({"n": "0"}, "expected here: false, or how many"),
    ],
)
def test_bad_options_are_refused_with_what_was_expected(args: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        provider.harness_model("openai/m", ModelOptions(base_url="http://x/v1", args=args))


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "http://"])
def test_a_base_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="--base-url"):
        provider.harness_model("openai/m", ModelOptions(base_url=url))


def test_other_names_are_left_to_other_plug_ins() -> None:
    assert provider.harness_model("hf/m", ModelOptions()) is None
    assert provider.harness_model("openaix", ModelOptions()) is None


def test_importing_the_plug_in_does_not_import_the_openai_package() -> None:
    code = "import sys, harness.plugins.models.openai as o; print({o.__name__, 'openai'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'harness.plugins.models.openai'}"
