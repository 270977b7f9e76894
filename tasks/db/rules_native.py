"""The `native` profile: AgentBench's text format read with tolerance, or the same as tools.

What is tolerated: the case of `action:`, bold marks, a missing `Action:` line before a block or a
final answer, a block without `sql`, SQL without a block, a list in JSON's spelling or over several
lines, text around and after the action. Of several actions the first counts. What cannot be read is
answered with a correction that shows the format; a turn is spent.
"""

import json
import re
from collections.abc import Mapping

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

from .answers import native_answers, texts
from .wording import conversation, prompt

TURNS = 15
SQL = "execute_sql"
ANSWER = "commit_final_answer"
ENGINES = {"sqlite": "SQLite", "mariadb": "MariaDB", "url": "MySQL"}

TOOLS = (
    Tool(
        SQL,
        "Run SQL in the database and see its result.",
        {
            "type": "object",
            "properties": {"query": {"type": "string", "description": "The SQL to run."}},
            "required": ["query"],
        },
    ),
    Tool(
        ANSWER,
        "Finish the problem with the final answer.",
        {
            "type": "object",
            "properties": {
                "answers": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "The values that answer the question; anything for a change.",
                }
            },
            "required": ["answers"],
        },
    ),
)

RENAMES = Renames(
    words={
        "Action: Operation": "Step: Query",
        "Action: Answer": "Step: Result",
        "Final Answer:": "The Result:",
        SQL: "query_tables",
        ANSWER: "hand_in",
    },
    names={"query": "sql_text", "answers": "result_items"},
)

_WORD = re.compile(r"\baction\b[ \t*_]*:[ \t*_`]*(operation|answer)\b", re.IGNORECASE)
_FINAL = re.compile(r"\bfinal answer\b[ \t*_]*:[ \t*_]*", re.IGNORECASE)
_BLOCK = re.compile(
    r"```[ \t]*(?:sqlite|sql|mysql)?[ \t]*(?:\n|(?=\S))(.*?)(```|\Z)", re.IGNORECASE | re.DOTALL
)
_VERBS = "SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|REPLACE|PRAGMA|EXPLAIN|SHOW|DESCRIBE"
_BARE = re.compile(
    rf"^[ \t]*((?:{_VERBS})\b[^\n]*(?:\n(?![ \t]*(?:\n|action\b|final\b))[^\n]+)*)", re.I | re.M
)
_FORMAT = (
    'Write either\nAction: Operation\n```sql\n<SQL>\n```\nor\nAction: Answer\nFinal Answer: ["<value>", ...]'
)


def native(settings: Settings, engine: str) -> Rules:
    filled = {"engine": ENGINES[engine], "turns": str(TURNS)}
    if settings.protocol == "tools":
        return NativeTools(prompt(settings, "native-tools", **filled), TOOLS, TURNS)
    example = conversation(settings, "native-example")
    return NativeText(prompt(settings, "native-text", **filled), TURNS, example)


class NativeText(TextRules):
    def parse(self, reply: Reply) -> tuple[Action, ...]:
        text = reply.text
        final, block = _FINAL.search(text), _BLOCK.search(text)
        word = _WORD.search(text)
        if word is not None and word.group(1).lower() == "operation":
            return (self._operation(reply, word.end()),)
        if word is not None:
            after = _FINAL.search(text, word.end())
            return (self._answer(reply, after.end() if after else word.end()),)
        if block is not None and (final is None or block.start() < final.start()):
            return (self._operation(reply, block.start()),)
        if final is not None:
            return (self._answer(reply, final.end()),)
        if (bare := _BARE.search(text)) is not None:
            return (_sql(bare.group(1)),)
        kind = "truncated" if reply.finish == "length" else "no action"
        raise FormatError(self.hint("The reply holds no action."), kind)

    def _operation(self, reply: Reply, start: int) -> Action:
        block = _BLOCK.search(reply.text, start)
        if block is not None:
            if block.group(2) == "" and reply.finish == "length":
                raise FormatError(self.hint("The reply ended in the middle of its SQL."), "truncated")
            if block.group(1).strip():
                return _sql(block.group(1))
        bare = _BARE.search(reply.text, start)
        if bare is None:
            raise FormatError(self.hint("The operation holds no SQL."), "unparseable")
        return _sql(bare.group(1))

    def _answer(self, reply: Reply, start: int) -> Action:
        rest = reply.text[start:].strip().removeprefix(":").strip()
        if not rest:
            kind = "truncated" if reply.finish == "length" else "unparseable"
            raise FormatError(self.hint("The final answer is empty."), kind)
        line = rest.splitlines()[0].strip()
        if rest.startswith("[") and "]" in rest and not line.endswith("]"):
            line = rest[: rest.index("]") + 1]
        return Action(ANSWER, {"answers": native_answers(line)})

    def write(self, action: Action, thought: str = "") -> Reply:
        return Reply(said(action, thought))

    def hint(self, what: str) -> str:
        return f"{what} {_FORMAT}"


class NativeTools(ToolRules):
    def read(self, call: ToolCall) -> Action:
        action = super().read(call)
        if action.name == ANSWER:
            return Action(ANSWER, {"answers": texts(action.arguments["answers"])}, action.call_id)
        return action


def said(action: Action, thought: str = "") -> str:
    """An action in AgentBench's text format."""
    arguments: Mapping[str, object] = action.arguments
    before = f"{thought}\n" if thought else ""
    if action.name == SQL:
        return f"{before}Action: Operation\n```sql\n{arguments['query']}\n```"
    answers = json.dumps(arguments["answers"], ensure_ascii=False)
    return f"{before}Action: Answer\nFinal Answer: {answers}"


def _sql(text: str) -> Action:
    return Action(SQL, {"query": text.strip()})
