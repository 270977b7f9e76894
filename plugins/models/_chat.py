"""The chat-completions wire format: a request becomes a body, a server's answer becomes replies.

Servers that call themselves OpenAI-compatible differ; what is read here is what they share, and
everything else is either repaired or a `Malformed`. Nothing in here knows of a connection.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from harness import Message, Reply, Request, ToolCall, Usage

FINISH = {
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
STRIDE = 1_000_003
"""Between the seeds of one request's replies; an episode counts the seeds of its requests up by one."""


class Malformed(Exception):
    """A server's answer that is no chat completion."""


def body(request: Request, model: str, n: int, seed: int | None) -> dict[str, Any]:
    """The JSON of one request for `n` replies."""
    wanted = request.generation
    said: dict[str, Any] = {
        "model": model,
        "messages": [message(m) for m in request.messages],
        "max_tokens": wanted.max_tokens,
        "temperature": wanted.temperature,
    }
    if wanted.top_p != 1.0:
        said["top_p"] = wanted.top_p
    if wanted.stop:
        said["stop"] = list(wanted.stop)
    if seed is not None:
        said["seed"] = seed
    if n > 1:
        said["n"] = n
    if request.tools:
        said["tools"] = [t.to_openai() for t in request.tools]
    return said


def message(said: Message) -> dict[str, Any]:
    """One message as the server wants it."""
    if said.tool_call_id is not None:
        return {"role": said.role, "content": said.content, "tool_call_id": said.tool_call_id}
    if not said.tool_calls:
        return {"role": said.role, "content": said.content}
    calls = [
        {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": _sendable(c.arguments)}}
        for c in said.tool_calls
    ]
    return {"role": said.role, "content": said.content, "tool_calls": calls}


@lru_cache(256)
def _sendable(arguments: str) -> str:
    """Arguments that a server can take back.

    vLLM and llama.cpp parse the arguments of earlier calls and answer 400 to text that is no JSON
    object: a model's slip of one turn would end its episode as the server's error in the next.
    """
    try:
        if isinstance(json.loads(arguments), dict):
            return arguments
    except (ValueError, RecursionError):
        pass
    return json.dumps({"invalid_arguments": arguments}, ensure_ascii=False) if arguments else "{}"


def replies(answer: Any, stop: Sequence[str] = ()) -> list[Reply]:
    """The replies of a server's answer, in its order. Raises `Malformed`."""
    choices = answer.get("choices") if isinstance(answer, Mapping) else None
    if not isinstance(choices, list) or not choices:
        raise Malformed(f"an answer without choices: {shorten(answer)}")
    return [_reply(c, stop) for c in choices]


def _reply(choice: Any, stop: Sequence[str]) -> Reply:
    if not isinstance(choice, Mapping):
        raise Malformed(f"a choice that is no object: {shorten(choice)}")
    said = choice.get("message")
    if not isinstance(said, Mapping):
        said = {"content": choice.get("text")}  # a server that answers in the form of /completions
    calls = _tool_calls(said)
    text = until(spoken(_text(said.get("content"))), stop)
    return Reply(text, calls, "tool_calls" if calls else FINISH.get(str(choice.get("finish_reason")), "stop"))


def _text(content: Any) -> str:
    """The visible text: a string, null, or a list of parts. Reasoning that a server parsed out
    (`reasoning_content`) is no part of what an agent says."""
    if isinstance(content, list):
        parts = [p.get("text") if isinstance(p, Mapping) else p for p in content]
        return "".join(_whole(p) for p in parts if isinstance(p, str))
    return _whole(content) if isinstance(content, str) else ""


def _whole(text: str) -> str:
    """Without lone surrogates, which JSON can spell and no request can send back."""
    return text.encode("utf-8", "replace").decode("utf-8")


def spoken(text: str) -> str:
    """What follows thoughts that stand in the text itself: `<think>...</think>`. Some templates open the tag
    in the prompt already. Of thoughts that never end nothing is left: no action may be read out of them.

    >>> spoken("<think>Action: 1? No.</think>\\n\\nAction: 2"), spoken("No.</think> Yes"), spoken("<think>Hm")
    ('Action: 2', 'Yes', '')
    """
    thoughts, closed, after = text.partition("</think>")
    if closed:
        return after.lstrip()
    return "" if thoughts.lstrip().startswith("<think>") else text


def until(text: str, stop: Sequence[str]) -> str:
    """The text before the first stop string: some servers ignore `stop`, some leave it in."""
    ends = [at for s in stop if s and (at := text.find(s)) >= 0]
    return text[: min(ends)] if ends else text


def _tool_calls(said: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    given = said.get("tool_calls")
    if not given and isinstance(said.get("function_call"), Mapping):
        given = [{"function": said["function_call"]}]
    found = []
    for place, call in enumerate(given if isinstance(given, list) else []):
        function = call.get("function") if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping):
            raise Malformed(f"a tool call without a function: {shorten(call)}")
        arguments = function.get("arguments")
        if not isinstance(arguments, str):
            arguments = "" if arguments is None else json.dumps(arguments, ensure_ascii=False)
        name = function.get("name")
        parts = (str(call.get("id") or f"call_{place}"), str(name or ""), arguments)
        found.append(ToolCall(*map(_whole, parts)))
    return tuple(found)


def usage(answer: Mapping[str, Any]) -> Usage:
    """Tokens as the server counted them; zeros where it does not."""
    said = answer.get("usage")
    if not isinstance(said, Mapping):
        return Usage(calls=1)
    details = said.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    if cached is None:
        cached = said.get("prompt_cache_hit_tokens")  # DeepSeek's name for it
    return Usage(1, _count(said.get("prompt_tokens")), _count(said.get("completion_tokens")), _count(cached))


def _count(thing: Any) -> int:
    return thing if isinstance(thing, int) and thing > 0 else 0


def shorten(thing: Any, most: int = 300) -> str:
    """A server's words, short enough for an error message."""
    text = thing if isinstance(thing, str) else json.dumps(thing, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most] + "..."
