"""Tool calls as Hermes and Qwen models write them: JSON between `<tool_call>` tags."""

import json
import re

from harness import ToolCall

TAGGED = re.compile(r"<tool_call>(.*?)(?:</tool_call>|\Z)", re.DOTALL)


def split(text: str) -> tuple[str, tuple[ToolCall, ...]]:
    """What is said, and what is called. All of it is text if any call cannot be read, as in vLLM.

    >>> split('Look.<tool_call>{"name": "look", "arguments": {"at": "sky"}}</tool_call>')
    ('Look.', (ToolCall(id='call_0', name='look', arguments='{"at": "sky"}'),))
    >>> split('<tool_call>{"name": ')
    ('<tool_call>{"name": ', ())
    """
    try:
        calls = tuple(_call(i, json.loads(found)) for i, found in enumerate(TAGGED.findall(text)))
    except (ValueError, RecursionError):
        return text, ()
    return (text[: text.index("<tool_call>")].strip(), calls) if calls else (text, ())


def _call(place: int, said: object) -> ToolCall:
    if not isinstance(said, dict) or not isinstance(said.get("name"), str):
        raise ValueError("a tool call without a name")
    arguments = said.get("arguments", said.get("parameters", {}))
    raw = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(f"call_{place}", said["name"], raw)
