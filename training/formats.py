"""The formats of training data, each with its reader: one JSON object becomes one `Conversation`.

Only assistant turns can be trained on. Where a format has a flag for it (`train`, `loss`), the flag decides;
elsewhere all of them are. An empty reply is never trained on: it would teach silence.

Sources: AgentInstruct (arXiv 2310.12823) and Agent-FLAN (2403.12881) dataset cards; AgentTraj of AgentGym
(2406.04151); ToolBench's toolllama files (2307.16789); Stanford Alpaca's and ShareGPT's JSON.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from harness import Message, ToolCall

from .conversation import Conversation, Turn, from_json


class Untold(ValueError):
    """A row that does not say what its format demands."""


@dataclass(frozen=True, slots=True)
class Named:
    """Where a row stands."""

    where: str
    stem: str
    kind: str


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a row."""

    summary: str
    read: Callable[[Mapping[str, Any], Named], Conversation]
    fits: Callable[[Mapping[str, Any]], bool]
    """Whether a row looks like it, by its fields alone."""


ROLES: Final = MappingProxyType(
    {
        "system": "system",
        "developer": "system",
        "human": "user",
        "user": "user",
        "gpt": "assistant",
        "chatgpt": "assistant",
        "bard": "assistant",
        "bing": "assistant",
        "assistant": "assistant",
        "model": "assistant",
        "tool": "tool",
        "function": "tool",
        "observation": "user",
        "environment": "user",
    }
)


def _role(said: Any) -> str:
    role = ROLES.get(str(said).lower())
    if role is None:
        raise Untold(f"a turn of {said!r}; known are {', '.join(ROLES)}")
    return role


def _text(said: Any) -> str:
    """The text of a content: a string, null, or OpenAI's list of text parts."""
    if said is None:
        return ""
    if isinstance(said, str):
        return said
    if isinstance(said, list) and all(isinstance(p, dict) and p.get("type") == "text" for p in said):
        return "".join(str(p["text"]) for p in said)
    raise Untold(f"content is {type(said).__name__}, not text")


def _flag(said: Any, otherwise: bool) -> bool:
    """A loss flag: true, false, or null and absent, which mean the format's own rule."""
    if said is None:
        return otherwise
    if isinstance(said, bool) or said in (0, 1):
        return bool(said)
    raise Untold(f"a loss flag of {said!r}; expected true, false or null")


def _turn(message: Message, train: bool) -> Turn:
    says = bool(message.content.strip() or message.tool_calls)
    return Turn(message, train and says and message.role == "assistant")


def _made(row: Mapping[str, Any], named: Named, turns: Sequence[Turn], problem: str | None) -> Conversation:
    """The conversation; without a name of its own, a problem is what the user says first."""
    if problem is None:
        first = next((t.message.content for t in turns if t.message.role == "user"), "")
        problem = f"text:{sha256(_squeezed(first)).hexdigest()[:16]}"
    tools = row.get("tools") or row.get("functions") or ()
    return Conversation(named.where, problem, tuple(turns), _tools(tools), {"kind": named.kind})


def _squeezed(text: str) -> bytes:
    return " ".join(text.split()).encode("utf-8", "surrogatepass")


def _tools(said: Any) -> tuple[Mapping[str, Any], ...]:
    """Function schemas, as OpenAI writes them; some files keep them as JSON text."""
    listed = json.loads(said) if isinstance(said, str) else said
    if not isinstance(listed, Sequence) or not all(isinstance(t, dict) for t in listed):
        raise Untold("tools is no list of function schemas")
    return tuple(t if "function" in t else {"type": "function", "function": t} for t in listed)


# The readers


def _own(row: Mapping[str, Any], named: Named) -> Conversation:
    read = from_json(row)
    turns = tuple(_turn(t.message, t.train) for t in read.turns)
    about = {**read.source, "kind": named.kind}
    return Conversation(read.id, read.problem, turns, read.tools, about)


def _messages(row: Mapping[str, Any], named: Named) -> Conversation:
    """OpenAI's messages with tool calls; and those with a `loss` or `train` flag, as Agent-FLAN has."""
    said = next((row[k] for k in ("messages", "conversation") if k in row), None)
    if said is None:
        said = [*row["prompt"], *row["completion"]]
        pairs = [(m, i >= len(row["prompt"])) for i, m in enumerate(said)]
    else:
        pairs = [(m, True) for m in said]
    turns = [_openai(m, train) for m, train in pairs]
    return _made(row, named, turns, str(row["problem"]) if row.get("problem") else None)


def _openai(said: Mapping[str, Any], train: bool) -> Turn:
    calls = []
    for place, call in enumerate(said.get("tool_calls") or ()):
        function = call.get("function", call)
        given = function.get("arguments", {})
        text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        calls.append(ToolCall(str(call.get("id") or f"call_{place}"), str(function["name"]), text))
    of = said.get("tool_call_id")
    message = Message(
        _role(said["role"]), _text(said.get("content")), tuple(calls), None if of is None else str(of)
    )
    flag = said.get("loss", said.get("train", said.get("weight")))
    return _turn(message, _flag(flag, train))


def _from_value(row: Mapping[str, Any]) -> list[Turn]:
    """ShareGPT's turns: all replies are trained on but those flagged `loss: false`."""
    turns = []
    for said in row["conversations"]:
        role = _role(said["from"])
        turns.append(_turn(Message(role, _text(said["value"])), _flag(said.get("loss"), True)))
    return turns


def _sharegpt(row: Mapping[str, Any], named: Named) -> Conversation:
    """Long conversations were published in pieces, `ID_0`, `ID_7`: one problem."""
    name = re.sub(r"_\d+$", "", str(row["id"])) if row.get("id") else None
    return _made(row, named, _from_value(row), f"sharegpt:{name}" if name else None)


def _agentinstruct(row: Mapping[str, Any], named: Named) -> Conversation:
    """`loss: false` marks the replies of a worked example, null the turns of the user."""
    return _made(row, named, _from_value(row), f"agentinstruct:{row['id']}" if row.get("id") else None)


def _agenttraj(row: Mapping[str, Any], named: Named) -> Conversation:
    """As AgentInstruct, with `item_id`, the number of the problem in its environment."""
    return _made(row, named, _from_value(row), f"agenttraj:{row['item_id']}")


def _toolbench(row: Mapping[str, Any], named: Named) -> Conversation:
    """ToolBench's solution paths: `id` is "Step N: QUESTION", a function's answer is an observation.

    Its assistant turns write calls as text (Thought, Action, Action Input), so observations are
    user turns here: no template could tell which call they answer.
    """
    turns = [
        Turn(Message("user", t.message.content)) if t.message.role == "tool" else t for t in _from_value(row)
    ]
    question = re.sub(r"^Step \d+:\s*", "", str(row.get("id", "")))
    return _made(row, named, turns, f"toolbench:{question}" if question else None)


def _alpaca(row: Mapping[str, Any], named: Named) -> Conversation:
    asked, given = _text(row["instruction"]), _text(row.get("input"))
    output = row["output"]
    if not isinstance(output, str):  # a list of answers was once trained on by its first character
        raise Untold(f"output is {type(output).__name__}, not text")
    turns = [Turn(Message("system", row["system"]))] if row.get("system") else []
    for question, answer in row.get("history") or ():
        turns += [Turn(Message("user", str(question))), _turn(Message("assistant", str(answer)), True)]
    turns.append(Turn(Message("user", f"{asked}\n\n{given}" if given.strip() else asked)))
    return _made(row, named, [*turns, _turn(Message("assistant", output), True)], None)


def _turns_of(row: Mapping[str, Any]) -> Sequence[Any]:
    turns = row.get("conversations")
    return turns if isinstance(turns, list) and all(isinstance(t, dict) for t in turns) else ()


def _unflagged(row: Mapping[str, Any]) -> bool:
    """Turns of from and value, without loss flags, of a row that is no AgentTraj."""
    turns = _turns_of(row)
    return bool(turns) and "item_id" not in row and all("from" in t and "loss" not in t for t in turns)


def _of_tools(row: Mapping[str, Any]) -> bool:
    voices = {t.get("from") for t in _turns_of(row) if isinstance(t.get("from"), str)}
    return "function" in voices or re.match(r"Step \d+: ", str(row.get("id"))) is not None


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "conversation": Format(
            "what harness export --format sft writes",
            _own,
            lambda r: "messages" in r and "problem" in r and "id" in r,
        ),
        "agenttraj": Format(
            "AgentGym: item_id, conversations of from, loss, value",
            _agenttraj,
            lambda r: "item_id" in r and bool(_turns_of(r)),
        ),
        "agentinstruct": Format(
            "AgentTuning: id, conversations of from, loss, value",
            _agentinstruct,
            lambda r: "item_id" not in r and any("loss" in t for t in _turns_of(r)),
        ),
        "toolbench": Format(
            "ToolBench: id, conversations of from (system, user, assistant, function), value",
            _toolbench,
            lambda r: _unflagged(r) and _of_tools(r),
        ),
        "sharegpt": Format(
            "ShareGPT: conversations of from (human, gpt), value",
            _sharegpt,
            lambda r: _unflagged(r) and not _of_tools(r),
        ),
        "alpaca": Format(
            "Alpaca: instruction, input, output", _alpaca, lambda r: "instruction" in r and "output" in r
        ),
        "messages": Format(
            "OpenAI: messages of role, content, tool_calls; also Agent-FLAN's conversation",
            _messages,
            lambda r: (
                (not {"problem", "id"} <= set(r) and bool({"messages", "conversation"} & set(r)))
                or ({"prompt", "completion"} <= set(r) and isinstance(r["prompt"], list))
            ),
        ),
    }
)  # fmt: skip


def detect(row: Mapping[str, Any]) -> str | None:
    """The one format that a row looks like, or None."""
    fitting = [name for name, form in FORMATS.items() if form.fits(row)]
    return fitting[0] if len(fitting) == 1 else None
