"""The `native` profile: AgentBench's text format read with tolerance, or the same as tools.

What is tolerated: the case of `action:` and `final answer:`, bold marks, a call without an `Action:` line,
quotes and keywords around arguments, `variable #0`, text around and after the action, a final answer
without #. Of several actions the first counts, for what follows it was made up; a call that a sentence only
tells of gives way to a final answer, and a sentence about the final answer to an `Action:` line. What
cannot be read is answered with a correction that shows the format; a turn is spent.
"""

import json
import re
from typing import Any

from harness import (
    Action,
    FormatError,
    Renames,
    Reply,
    Rules,
    Settings,
    TextRules,
    Tool,
    ToolCall,
    ToolRules,
)

from .calls import ANSWER, PARAMETERS, bare, call, find, given, split
from .rules_v02 import heard, said
from .wording import conversation, prompt

TURNS = 15
MEANINGS = {
    "get_relations": "List the relations that lead from an entity or a variable to other entities.",
    "get_neighbors": "Follow one of the listed relations from an entity or a variable: a new variable.",
    "intersection": "What is in both of two variables of the same type: a new variable.",
    "get_attributes": "List the numerical attributes of a variable, to rank its members by.",
    "argmax": "The members of a variable with the largest value of a listed attribute: a new variable.",
    "argmin": "The members of a variable with the smallest value of a listed attribute: a new variable.",
    "count": "The number of members of a variable: a new variable.",
}
PARAMETER_MEANINGS = {
    "variable": "A variable such as #0, or the name of an entity of the question.",
    "variable1": "A variable such as #0.",
    "variable2": "Another variable, such as #1.",
    "relation": "A relation that get_relations has listed.",
    "attribute": "An attribute that get_attributes has listed.",
}
RENAMES = Renames(
    words={
        "Action:": "Call:",
        "Final Answer:": "Found:",
        "get_relations": "list_links",
        "get_neighbors": "walk_link",
        "get_attributes": "list_figures",
        "argmax": "pick_highest",
        "argmin": "pick_lowest",
        "intersection(": "overlap_of(",
        "count(": "size_of(",
        ANSWER: "hand_in",
    },
    names={"intersection": "overlap_of", "count": "size_of", "relation": "link_name", "attribute": "figure"},
)
_FORMAT = "Write either\nAction: <tool>(<arguments>)\nor\nFinal Answer: #<number>"
_LABEL = re.compile(r"\baction\b[^\n:]{0,12}:", re.IGNORECASE)
_CALL = re.compile(rf"\b({'|'.join(PARAMETERS)})[ \t]*\(")
_VARIABLE = r"(?:[^\n#\d(]|(?<!\w)\(){0,20}(?:#|\bvariable[ \t]+)"
"""Not what stands in the brackets of a call."""
_FINAL = re.compile(
    rf"\bfinal answer\b[ \t*_]*(?::(?:{_VARIABLE}|[^\w\n#]*)|[^\w\n#]{{0,5}}#)(\d+)\b", re.IGNORECASE
)
_FINAL_IS = re.compile(rf"\bfinal answer\b[ \t*_]*is\b{_VARIABLE}(\d+)\b", re.IGNORECASE)
"""A sentence, so a call on an `Action:` line comes before it."""
_NO_NUMBER = re.compile(r"\bfinal answer\b[ \t*_]*:", re.IGNORECASE)


def native(settings: Settings) -> Rules:
    if settings.protocol == "tools":
        tools = (*tools_of(MEANINGS), ANSWER_TOOL)
        return NativeTools(prompt(settings, "native-tools", turns=str(TURNS)), tools, TURNS)
    example = conversation(settings, "native-example")
    return NativeText(prompt(settings, "native-text", turns=str(TURNS)), TURNS, example)


def tools_of(meanings: dict[str, str]) -> tuple[Tool, ...]:
    return tuple(_tool(name, meanings[name], PARAMETERS[name]) for name in PARAMETERS)


def _tool(name: str, meaning: str, parameters: tuple[str, ...]) -> Tool:
    described = {p: {"type": "string", "description": PARAMETER_MEANINGS[p]} for p in parameters}
    return Tool(name, meaning, {"type": "object", "properties": described, "required": list(parameters)})


ANSWER_TOOL = Tool(
    ANSWER,
    "Finish: this variable is the answer to the question.",
    {
        "type": "object",
        "properties": {"variable": {"type": "string", "description": "The variable, such as #3."}},
        "required": ["variable"],
    },
)


class NativeText(TextRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        text = heard(reply.text)
        ordered = _ordered(text)
        final = _final(text) or (_FINAL_IS.search(text) if ordered is None else None)
        called = ordered or _CALL.search(text)
        told = ordered is None and called is not None and _within_a_line(text, called.start())
        if called is not None and (final is None or (called.start() < final.start() and not told)):
            return (self._call(reply, text[called.start() :].split("\n")[0], called.group(1)),)
        if final is not None:
            return (call(ANSWER, f"#{final.group(1)}"),)
        if _NO_NUMBER.search(text):
            raise FormatError(self.hint("The final answer must be a variable, such as #2."), "unparseable")
        if _LABEL.search(text):
            there = ", ".join(f"{name}(...)" for name in PARAMETERS)
            raise FormatError(self.hint(f"The action calls none of the tools: {there}."), "unknown tool")
        kind = "truncated" if reply.finish == "length" else "no action"
        raise FormatError(self.hint("The reply holds no action."), kind)

    def _call(self, reply: Reply, line: str, name: str) -> Action:
        inner = find(name, line)
        if inner is None:
            kind = "truncated" if reply.finish == "length" else "unparseable"
            raise FormatError(self.hint(f"The brackets of {name}(...) are not closed."), kind)
        return call(name, *map(bare, split(name, inner)))

    def write(self, action: Action, thought: str = "") -> Reply:
        return Reply(said(action, thought))

    def hint(self, what: str) -> str:
        return f"{what} {_FORMAT}"


class NativeTools(ToolRules):
    def read(self, called: ToolCall) -> Action:
        action = super().read(ToolCall(called.id, called.name, texts(called.arguments)))
        order = PARAMETERS.get(action.name, ("variable",))
        arguments = [bare(str(action.arguments[name])) for name in order]
        return Action(action.name, {"arguments": arguments}, called.id)

    def write(self, action: Action, thought: str = "") -> Reply:
        order = PARAMETERS.get(action.name, ("variable",))
        named = dict(zip(order, given(action), strict=False))
        return super().write(Action(action.name, named, action.call_id), thought)


def _ordered(text: str, at: int = 0) -> re.Match[str] | None:
    """The first call behind an `Action:`."""
    label = _LABEL.search(text, at)
    return _CALL.search(text, label.end()) if label is not None else None


def _final(text: str) -> re.Match[str] | None:
    """The first final answer; where an action follows, a sentence that only tells of one is passed over."""
    first = _FINAL.search(text)
    if first is None or not _within_a_line(text, first.start()) or _ordered(text, first.end()) is None:
        return first
    later = _FINAL.finditer(text, first.end())
    return next((final for final in later if not _within_a_line(text, final.start())), None)


def _within_a_line(text: str, at: int) -> bool:
    """Whether words stand before this place: a sentence about an action is not yet one."""
    return bool(text[:at].rpartition("\n")[2].strip(" \t`*->"))


def texts(arguments: str) -> str:
    """A number where a text is wanted is its text; the rest is left to the schema."""
    try:
        said: Any = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return arguments
    if not isinstance(said, dict):
        return arguments
    return json.dumps({k: f"#{v}" if type(v) is int else v for k, v in said.items()})
