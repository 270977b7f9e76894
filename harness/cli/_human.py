"""A person as a model: sees what a model would be sent, and types the reply."""

import re
import signal
import sys
from collections.abc import Sequence

import click

from harness.errors import ModelError
from harness.hooks import hookimpl
from harness.model import Model, ModelOptions, Request, Response
from harness.rules import Tool
from harness.strategy import Strategy
from harness.types import Message, Reply, ToolCall

NAME = "human"
CALL = re.compile(r"^\s*([\w.-]+)\s*(\{.*)$")


class ByHand(Strategy):
    """Adds nothing to the task's own prompt."""

    name = "by-hand"


class Human(Model):
    """Prints what is new in the conversation and reads a reply from standard input."""

    name = NAME
    left = False
    """The input ended before the episode did."""

    async def generate(self, request: Request) -> Response:
        if request.turn == 0:
            _explain(request.tools)
        for message in _new(request):
            click.secho(f"\n[{message.role}]", bold=True)
            click.echo(message.content)
            for call in message.tool_calls:
                click.echo(f"{call.name} {call.arguments}")
        click.secho("\n[you]", bold=True)
        if (lines := type_lines()) is None:
            self.left = True
            raise ModelError("the person left: the input ended before the episode did")
        return Response((read_reply(lines, bool(request.tools)),) * request.n)


def _explain(tools: Sequence[Tool]) -> None:
    click.secho("Type a reply; end it with an empty line or a single '.'; Ctrl-C leaves.", dim=True)
    for tool in tools:
        click.echo(f"tool {tool.name} {dict(tool.parameters.get('properties', {}))}\n  {tool.description}")
    if tools:
        click.secho('Call a tool by its name and JSON: name {"argument": "value"}', dim=True)


def _new(request: Request) -> list[Message]:
    """What came after the last reply; at the first turn everything, examples too."""
    messages = list(request.messages)
    if request.turn == 0:
        return messages
    replies = [i for i, m in enumerate(messages) if m.role == "assistant"]
    return messages[replies[-1] + 1 :] if replies else messages


def type_lines() -> list[str] | None:
    """The lines of one reply; None when the input ends before there is one."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # leave at once, not at Enter
    lines: list[str] = []
    try:
        while True:
            line = sys.stdin.readline()
            if not line and not lines:
                return None
            text = line.rstrip("\n")
            if not line or text == "." or (not text.strip() and lines):
                return lines
            if text.strip():
                lines.append(text)
    finally:
        signal.signal(signal.SIGINT, before)


def read_reply(lines: Sequence[str], tools: bool) -> Reply:
    r"""Typed lines as a reply; with tools, lines such as `name {...}` are calls.

    >>> read_reply(["Let me look.", 'ls {"path":', '"/"}'], tools=True).tool_calls[0].arguments
    '{"path":\n"/"}'
    """
    if not tools:
        return Reply("\n".join(lines))
    said: list[str] = []
    calls: list[tuple[str, str]] = []
    for line in lines:
        if found := CALL.match(line):
            calls.append((found[1], found[2]))
        elif calls:
            calls[-1] = (calls[-1][0], f"{calls[-1][1]}\n{line}")
        else:
            said.append(line)
    made = tuple(ToolCall(f"call_{i}", name, text) for i, (name, text) in enumerate(calls))
    return Reply("\n".join(said), made, "tool_calls" if made else "stop")


class Seat:
    """The plug-in that offers the person and the empty strategy."""

    def __init__(self) -> None:
        self.human = Human()

    @hookimpl
    def harness_model(self, name: str, options: ModelOptions) -> Model | None:
        return self.human if name == NAME else None

    @hookimpl
    def harness_strategy(self, name: str) -> type[Strategy] | None:
        return ByHand if name == ByHand.name else None
