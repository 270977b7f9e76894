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
_VERBS = "SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|REPLACE|PRAGMA|EXPLAIN|SHOW|DESCRIBE"
_BLOCK = re.compile(
    rf"```[ \t]*(?:(?:sqlite|sql|mysql|mariadb)\b|(?!(?:{_VERBS})\b)(?P<other>[a-z]\w*)|)"
    r"(?P<sql>.*?)(?P<end>```|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(
    r"""^[ \t]*((?:
    SELECT\b(?!\s+the\b)
    | WITH\s+(?:RECURSIVE\s+)?["`\w]+\s*(?:\([^)]*\)\s*)?AS\s*\(
    | (?:INSERT|REPLACE)\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO\b
    | UPDATE\s+(?:"[^"]+"|`[^`]+`|\S+)\s+SET\b
    | DELETE\s+FROM\b
    | (?:CREATE|ALTER|DROP)\s+(?:UNIQUE\s+)?(?:TABLE|VIEW|INDEX|TRIGGER)\b
    | (?:PRAGMA|EXPLAIN\s+(?:QUERY|SELECT)|SHOW\s+(?:FULL|CREATE|TABLES|COLUMNS|INDEX))\b
    | DESCRIBE\s+\S+[ \t;]*$
    )[^\n]*(?:\n(?![ \t]*(?:\n|action\b|final\b))[^\n]+)*)""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
"""SQL without a block, and no sentence that begins with a verb of SQL."""
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
        final, word = _FINAL.search(text), _WORD.search(text)
        if word is not None and word.group(1).lower() == "operation":
            return (self._operation(reply, word.end()),)
        if word is not None:
            after = _FINAL.search(text, word.end())
            return (self._answer(reply, after.end() if after else word.end()),)
        block = next((b for b in _BLOCK.finditer(text) if final is None or not b["other"]), None)
        if block is not None and (final is None or block.start() < final.start()):
            return (self._operation(reply, block.start()),)
        if final is not None:
            return (self._answer(reply, final.end()),)
        if (bare := _BARE.search(text)) is not None:
            return (_sql(bare.group(1)),)
        kind = "truncated" if reply.finish == "length" else "no action"
        raise FormatError(self.hint("The reply holds no action."), kind)

    def _operation(self, reply: Reply, start: int) -> Action:
        blocks = list(_BLOCK.finditer(reply.text, start))
        block = next((b for b in blocks if not b["other"]), None)
        if block is not None:
            if block["end"] == "" and reply.finish == "length":
                raise FormatError(self.hint("The reply ended in the middle of its SQL."), "truncated")
            if block["sql"].strip():
                return _sql(block["sql"])
        elif blocks:
            what = f"A block of {blocks[0]['other'][:20]} is not run, only SQL is."
            raise FormatError(self.hint(what), "unparseable")
        bare = _BARE.search(reply.text, start)
        if bare is None:
            raise FormatError(self.hint("The operation holds no SQL."), "unparseable")
        return _sql(bare.group(1))

    def _answer(self, reply: Reply, start: int) -> Action:
        rest = reply.text[start:].strip().removeprefix(":").strip()
        rest = re.sub(r"\A```(?:\w*\n|json\b)?", "", rest).strip("` \n")
        if not rest:
            kind = "truncated" if reply.finish == "length" else "unparseable"
            raise FormatError(self.hint("The final answer is empty."), kind)
        return Action(ANSWER, {"answers": native_answers(rest)})

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
