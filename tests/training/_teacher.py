"""A loopback server that writes problems about `db` tables and plays them, as a teacher would.

Nothing of ours is imitated: it reads the prompts that it is sent, and speaks OpenAI's chat completions.
"""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from harness.testing import Done, harness

TABLE = re.compile(r"^(\w+) \((.*)\)$", re.MULTILINE)
EVERYTHING = ("good", "duplicate", "change", "broken", "trivial", "nothing", "mistaken", "malformed")
USAGE = {"prompt_tokens": 900, "completion_tokens": 100}


@dataclass
class Teacher:
    """Writes the problems of `kinds` about the tables it is shown, one a kind; `{n}` numbers requests."""

    kinds: list[str]
    delay: float = 0.0
    fails_after: int | None = None
    """Requests for problems that are answered before the server refuses."""
    honest: bool = True
    """Plays by the SQL of the problem; otherwise it answers everything by 12345."""
    requests: list[str] = field(default_factory=list)
    """The prompts that asked for problems."""
    calls: int = 0
    """Of any kind."""
    known: dict[str, str] = field(default_factory=dict)
    """Question to what the teacher does when it plays it."""
    url: str = ""

    async def complete(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        messages = body["messages"]
        self.calls += 1
        if "Reply with a JSON list" in messages[-1]["content"]:
            if self.fails_after is not None and len(self.requests) >= self.fails_after:
                return web.json_response({"error": {"message": "no more of this"}}, status=401)
            self.requests.append(messages[-1]["content"])
            await asyncio.sleep(self.delay)
            text = self.write(messages[-1]["content"])
        else:
            await asyncio.sleep(self.delay)
            text = self.play([m["content"] for m in messages])
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return web.json_response({"object": "chat.completion", "choices": [choice], "usage": USAGE})

    async def listing(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": []})

    def write(self, prompt: str) -> str:
        about = prompt.partition("# The tables of your problems")[2]
        name, columns = TABLE.findall(about)[1]
        heads = [c.split() for c in columns.split(", ")]
        number = next(h for h, kind in heads if kind == "INTEGER")
        written = [self.problem(kind, name, heads[0][0], number) for kind in self.kinds]
        return "Here they are:\n```json\n" + json.dumps([w for w in written if w]) + "\n```"

    def problem(self, kind: str, table: str, first: str, number: str) -> dict[str, Any] | None:
        most = f"SELECT {first} FROM {table} ORDER BY {number} DESC, {first} LIMIT 1"
        said = {
            "good": (f"Which {first} has the greatest {number} of table {table}?", most),
            "duplicate": (
                f"Of all rows of {table}, name the {first} with the largest {number}.",
                most.lower(),
            ),
            "change": (
                f"Raise the {number} of every row of {table} by 3.",
                f"UPDATE {table} SET {number} = {number} + 3",
            ),
            "broken": ("How many unicorns are there?", "SELECT COUNT(*) FROM unicorns"),
            "trivial": (
                f"How many rows of {table} have a negative {number}?",
                f"SELECT COUNT(*) FROM {table} WHERE {number} < 0",
            ),
            "nothing": (f"Set the {number} of {table} to itself.", f"UPDATE {table} SET {number} = {number}"),
            "mistaken": (
                f"Which {first} has the smallest {number} of {table}?",
                most.replace("DESC", "DESC ").replace("LIMIT 1", "LIMIT 1 OFFSET 2"),
            ),
        }
        if kind == "malformed":
            return {"question": ["no", "text"], "sql": 7}
        if kind == "prose":
            return None
        question, sql = said[kind]
        honest = f"SELECT {first} FROM {table} ORDER BY {number}, {first} LIMIT 1"
        self.known[question] = honest if kind == "mistaken" else sql
        return {"question": question, "sql": sql}

    def play(self, said: list[str]) -> str:
        problem = next(s for s in reversed(said) if "Problem: " in s)
        question = problem.partition("Problem: ")[2].partition("\n")[0]
        if not self.honest:
            return 'Action: Answer\nFinal Answer: ["12345"]'
        if said[-1] == problem:
            return f"I look it up.\nAction: Operation\n```sql\n{self.known[question]}\n```"
        rows = said[-1].splitlines()
        answer = rows[1:-1] if len(rows) > 2 else ["done"]
        return f"Action: Answer\nFinal Answer: {json.dumps(answer)}"


@contextmanager
def teaching(*kinds: str, **how: Any) -> Iterator[Teacher]:
    """The teacher behind a free loopback port, in a thread of its own, while the block runs."""
    teacher, ready = Teacher(list(kinds), **how), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", teacher.complete)
        app.router.add_get("/v1/models", teacher.listing)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        teacher.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield teacher
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


# The command and what it leaves


def words(teacher: Teacher, output: Path, *more: str | Path) -> list[str]:
    return [
        "synthesize", "db", "--teacher", "openai/teacher", "--base-url", teacher.url, "-o", str(output),
        *map(str, more),
    ]  # fmt: skip


def asked(teacher: Teacher, output: Path, *more: str | Path) -> Done:
    return harness(*words(teacher, output, *more))


def report(done: Done) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(done.out)
    return said


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]
