"""Model calls per second through the whole harness, as a share of a bare loop over the openai package.

    python benchmarks/throughput.py [--connections 64] [--latency 0.1] [--repeats 3]

One run measures both, in turns, against the same loopback server: (a) a loop over
`chat.completions.create` that keeps N requests under way, with prompts as long as an episode's; (b)
`harness run --tasks db` with N episodes at once, journal and records on a disk. Each in a process of its
own; starting Python and importing are left out of both. Rates are calls after the first until the last.

What is aimed at: (b) at least 0.8 of (a), and less than 1 ms of CPU a call more.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROMPT = "You are an agent that answers questions about a database by SQL statements. " * 25


@dataclass(frozen=True, slots=True)
class Measured:
    """One side's result."""

    calls: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.calls / self.seconds

    @property
    def cpu_a_call(self) -> float:
        """Milliseconds."""
        return 1000 * self.cpu / self.calls


@contextmanager
def server(latency: float) -> Iterator[str]:
    """The loopback server's URL, while the block runs."""
    command = [sys.executable, str(HERE / "_server.py"), str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


async def bare(url: str, connections: int, calls: int) -> Measured:
    """The openai package alone, over aiohttp, as its documentation shows it."""
    import openai

    client = openai.AsyncOpenAI(
        base_url=url, api_key="none", http_client=openai.DefaultAioHttpClient(), max_retries=0
    )
    left = iter(range(calls))

    async def worker() -> None:
        for _ in left:
            messages: list[Any] = [{"role": "user", "content": PROMPT}]
            answer = await client.chat.completions.create(
                model="bench", messages=messages, temperature=0.0, max_tokens=512
            )
            assert answer.choices[0].message.content

    await client.chat.completions.create(model="bench", messages=[{"role": "user", "content": "warm up"}])
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(connections)))
    measured = Measured(calls, time.perf_counter() - began, time.process_time() - cpu)
    await client.close()
    return measured


def harness(url: str, connections: int, epochs: int) -> Measured:
    """`harness run` in a process of its own; its own journal says when calls were answered."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "harness", "run", "--tasks", "db", "--model", "openai/bench"]
        command += ["--base-url", url, "--max-connections", str(connections), "--max-samples"]
        command += [str(connections), "--epochs", str(epochs), "--log-dir", folder, "--json"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
        (journal,) = Path(folder).rglob("events.jsonl")
        times = [line["time"] for line in map(json.loads, journal.open()) if line["event"] == "call"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(len(times), max(times) - min(times) + 1e-9, cpu)


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--connections", type=int, default=64)
    reader.add_argument("--latency", type=float, default=0.1)
    reader.add_argument(
        "--epochs", type=int, default=10, help="Times 60 samples times 5 turns are the calls."
    )
    reader.add_argument("--repeats", type=int, default=3)
    reader.add_argument("--json", action="store_true")
    given = reader.parse_args()
    with server(given.latency) as url:
        start_up = harness(url, given.connections, 1)  # also warms the disk's cache
        pairs = []
        for _ in range(given.repeats):
            whole = harness(url, given.connections, given.epochs)
            pairs.append((asyncio.run(bare(url, given.connections, whole.calls)), whole))
    report(pairs, start_up, given.json)


def report(pairs: list[tuple[Measured, Measured]], small: Measured, as_json: bool) -> None:
    """The median pair by ratio. CPU of starting up is taken out by the difference to a small run."""
    alone, whole = sorted(pairs, key=lambda p: p[1].rate / p[0].rate)[len(pairs) // 2]
    slope = 1000 * (whole.cpu - small.cpu) / (whole.calls - small.calls)
    result = {
        "bare calls/s": round(alone.rate),
        "harness calls/s": round(whole.rate),
        "ratio": round(whole.rate / alone.rate, 2),
        "ratios": sorted(round(w.rate / a.rate, 2) for a, w in pairs),
        "bare CPU ms a call": round(alone.cpu_a_call, 2),
        "harness CPU ms a call": round(slope, 2),
        "extra CPU ms a call": round(slope - alone.cpu_a_call, 2),
        "calls": whole.calls,
    }
    print(json.dumps(result) if as_json else "\n".join(f"{k:22} {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
