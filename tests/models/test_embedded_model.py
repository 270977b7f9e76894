"""The embedded model: found, started, asked, and gone when we are."""

import asyncio
import importlib.util
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from harness.plugins.models import llamacpp, smollm2

from harness import ContextLimit, Generation, Message, ModelError, ModelOptions, Request, UsageError

missing = [
    name
    for name, there in (
        ("xllamacpp: pip install 'agentbench-harness[local]'", importlib.util.find_spec("xllamacpp")),
        ("its weights: harness models add smollm2", smollm2.weights()),
    )
    if not there
]
real = [
    pytest.mark.real,
    pytest.mark.skipif(bool(missing), reason=f"the embedded model lacks {', '.join(missing)}"),
]
SMALL = {"slots": "2", "ctx": "512", "threads": "1"}


def asked(text: str, n: int = 1, **generation: Any) -> Request:
    return Request((Message("user", text),), n, Generation(**{"max_tokens": 8, "seed": 1, **generation}))


class TestReal:
    pytestmark = real

    def test_it_answers_counts_and_knows_its_limits(self) -> None:
        async def run() -> None:
            m = smollm2.harness_model("smollm2", ModelOptions(args=SMALL))
            assert m is not None
            await m.start()
            try:
                one = await m.generate(asked("What is two plus two?"))
                assert one.replies[0].text
                assert one.usage.prompt_tokens > 10
                again = await m.generate(asked("What is two plus two?"))
                assert again.usage.cached_tokens > 10
                three = await m.generate(asked("Name a colour.", 3, temperature=1.0))
                assert len({r.text for r in three.replies}) > 1
                assert three.usage.completion_tokens > 8  # of all three, not of the first
                with pytest.raises(ContextLimit, match="exceeds the available context size"):
                    await m.generate(asked("word " * 600))
                facts = m.describe()
                assert facts["quantisation"] == "Q4_1"
                assert len(facts["sha256"]) == 64
            finally:
                await m.close()

        asyncio.run(asyncio.wait_for(run(), 60))

    def test_an_adapter_is_applied(self, tmp_path: Path) -> None:
        adapter(tmp_path / "a.gguf")

        async def first_words(name: str) -> str:
            m = smollm2.harness_model(name, ModelOptions(args=SMALL))
            assert isinstance(m, llamacpp.LlamaCpp)
            await m.start()
            try:
                return (await m.generate(asked("Name a colour."))).replies[0].text
            finally:
                await m.close()

        adapted = asyncio.run(first_words(f"smollm2+{tmp_path / 'a.gguf'}"))
        assert adapted != asyncio.run(first_words("smollm2"))

    def test_its_server_ends_when_the_harness_is_killed(self, tmp_path: Path) -> None:
        program = tmp_path / "parent.py"
        program.write_text(
            "import asyncio\n"
            "from harness import ModelOptions\n"
            "from harness.plugins.models import smollm2\n"
            "async def run():\n"
            f"    m = smollm2.harness_model('smollm2', ModelOptions(args={SMALL}))\n"
            "    await m.start()\n"
            "    print(m.server.pid, flush=True)\n"
            "    await asyncio.sleep(60)\n"
            "asyncio.run(run())\n"
        )
        with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            server = int(parent.stdout.readline())
            assert alive(server)
            os.kill(parent.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while alive(server) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not alive(server)

    def test_weights_that_do_not_load_are_told_with_the_server_s_words(self, tmp_path: Path) -> None:
        whole = smollm2.weights()
        assert whole is not None
        half = tmp_path / "half.gguf"
        half.write_bytes(whole.read_bytes()[:30_000_000])
        m = llamacpp.harness_model(f"llamacpp/{half}", ModelOptions(args=SMALL))
        assert m is not None

        async def run() -> None:
            with pytest.raises(ModelError, match=r"did not start(.|\n)*half\.gguf"):
                await m.start()
            await m.close()

        asyncio.run(asyncio.wait_for(run(), 60))

    def test_a_server_that_dies_is_told_and_not_scored(self) -> None:
        async def run() -> None:
            m = smollm2.harness_model(
                "smollm2", ModelOptions(args={**SMALL, "backoff": "0.01"}, max_retries=2)
            )
            assert isinstance(m, llamacpp.LlamaCpp)
            await m.start()
            assert m.server.pid is not None
            os.kill(m.server.pid, signal.SIGKILL)
            try:
                with pytest.raises(ModelError, match="server ended"):
                    await m.generate(asked("Hi"))
            finally:
                await m.close()

        asyncio.run(asyncio.wait_for(run(), 60))

    def test_the_plan_knows_that_its_template_shows_no_tools(self) -> None:
        m = smollm2.harness_model("smollm2", ModelOptions())
        assert m is not None
        assert not m.capabilities.tools


def adapter(file: Path, rank: int = 2, width: int = 576) -> None:
    """A LoRA adapter of the queries of SmolLM2's first ten layers, as GGUF."""

    def text(said: str) -> bytes:
        return struct.pack("<Q", len(said)) + said.encode()

    def pair(key: str, said: str) -> bytes:
        return text(key) + struct.pack("<I", 8) + text(said)

    pairs = [pair("general.architecture", "llama"), pair("general.type", "adapter")]
    pairs += [pair("adapter.type", "lora"), text("adapter.lora.alpha") + struct.pack("<If", 6, 32.0)]
    numbers = Random(0)
    infos, data = b"", b""
    for layer in range(10):
        for part, dims in (("a", (width, rank)), ("b", (rank, width))):
            infos += text(f"blk.{layer}.attn_q.weight.lora_{part}")
            infos += struct.pack("<IQQIQ", 2, *dims, 0, len(data))
            values = [numbers.gauss(0, 0.5) for _ in range(width * rank)]
            data += struct.pack(f"<{len(values)}f", *values)  # 4608 bytes: aligned to 32 by itself
    head = b"GGUF" + struct.pack("<IQQ", 3, 20, len(pairs)) + b"".join(pairs) + infos
    file.write_bytes(head + b"\0" * (-len(head) % 32) + data)


def alive(pid: int) -> bool:
    """Running, and not a zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_missing_weights_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm2, "PACKAGE", "no_such_package")
    with pytest.raises(UsageError, match="harness models add smollm2"):
        smollm2.harness_model("smollm2", ModelOptions())


@pytest.mark.parametrize("name", ["llamacpp/none.gguf", "llamacpp/"])
def test_a_missing_file_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="file"):
        llamacpp.harness_model(name, ModelOptions())


def test_a_file_that_is_no_model_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"PK\x03\x04 a zip")
    with pytest.raises(UsageError, match="does not start with GGUF"):
        llamacpp.harness_model(f"llamacpp/{tmp_path / 'm.gguf'}", ModelOptions())
