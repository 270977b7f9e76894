"""Sandboxes leave nothing behind: no process, mount, control group, folder or descriptor."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness.plugins.sandboxes import _cgroups, namespaces
from harness.plugins.sandboxes.namespaces import NamespaceProvider

from harness import EnvironmentFailure, UsageError


def _descendants(pid: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    todo = [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found.add(child)
            todo.append(child)
    return found


def _groups(owner: int) -> list[Path]:
    own = _cgroups.own_groups()
    return [p for folder in own.values() for p in Path(folder).glob(f"harness-sandbox-{owner}-*")]


def _eventually(holds: object, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def test_closing_gives_everything_back(provider: NamespaceProvider) -> None:
    provider.open().close()
    zygote = provider._zygote
    assert zygote is not None
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    boxes = [provider.open() for _ in range(3)]
    boxes.append(boxes[0].fork())
    for box in boxes:
        box.run("sleep 100 & setsid sleep 100 & echo x > /tmp/f")
        box.execute(["true"])
        box.write("/tmp/g", b"x")
    assert len(_descendants(zygote.pid)) >= 8
    for box in boxes:
        box.close()
        box.close()  # twice does no harm
    assert _eventually(lambda: not _descendants(zygote.pid))
    assert _eventually(lambda: not _groups(zygote.pid))
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
    mounts = Path(f"/proc/{zygote.pid}/mountinfo").read_text()
    assert " overlay sandbox " not in mounts
    assert " tmpfs sandbox " not in mounts


def test_a_closed_sandbox_says_so(provider: NamespaceProvider) -> None:
    box = provider.open()
    box.close()
    with pytest.raises(EnvironmentFailure, match="closed"):
        box.run("true")


_HARNESS = """
import sys, threading, time
from harness.plugins.sandboxes.namespaces import NamespaceProvider
provider = NamespaceProvider()
boxes = [provider.open() for _ in range(2)]
boxes.append(boxes[0].fork())
for box in boxes:
    box.run("setsid sleep 1000 & trap '' TERM HUP INT; (trap '' TERM; sleep 1000) & disown")
threading.Thread(target=lambda: boxes[1].run("sleep 1000", 1000), daemon=True).start()
print(provider._zygote.pid, flush=True)
time.sleep(100)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_harness_is_killed_everything_goes(provider: NamespaceProvider, number: int) -> None:
    with subprocess.Popen([sys.executable, "-c", _HARNESS], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        zygote = int(running.stdout.readline())
        processes = _descendants(zygote) | {zygote}
        assert len(processes) > 8
        running.send_signal(number)
        running.wait()
    assert _eventually(lambda: not any(Path(f"/proc/{p}").exists() for p in processes))
    assert _eventually(lambda: not _groups(zygote))


def test_when_the_zygote_is_killed_too_its_groups_are_swept_at_the_next_start(
    provider: NamespaceProvider,
) -> None:
    with subprocess.Popen([sys.executable, "-c", _HARNESS], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        zygote = int(running.stdout.readline())
        processes = _descendants(zygote)
        os.kill(zygote, signal.SIGKILL)
        running.kill()
        running.wait()
    assert _eventually(lambda: not any(Path(f"/proc/{p}").exists() for p in processes))
    with_sweep = NamespaceProvider()
    with_sweep.describe()
    with_sweep.close()
    assert not _groups(zygote)


def test_a_lost_zygote_is_an_environment_failure_and_the_next_sandbox_has_a_new_one(
    provider: NamespaceProvider,
) -> None:
    own = NamespaceProvider()
    box = own.open()
    assert own._zygote
    own._zygote.kill()
    with pytest.raises(EnvironmentFailure):
        box.run("sleep 1", timeout=3)
    assert own.open().run("echo again").output == "again\n"
    own.close()


def test_sandboxes_outlive_the_thread_that_opened_them(provider: NamespaceProvider) -> None:
    made = []
    own = NamespaceProvider()
    thread = threading.Thread(target=lambda: made.append(own.open()))
    thread.start()
    thread.join()
    time.sleep(0.05)
    assert made[0].run("echo alive").output == "alive\n"
    own.close()


def test_many_threads_open_use_fork_and_close_at_once(provider: NamespaceProvider) -> None:
    def episode(number: int) -> str:
        box = provider.open()
        box.run(f"echo {number} > /tmp/f")
        copy = box.fork()
        box.close()
        said = copy.run("cat /tmp/f").output.strip()
        copy.close()
        return said

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(episode, range(18))) == [str(n) for n in range(18)]


def test_nothing_appears_in_temporary_folders_or_the_host_s_mounts(
    provider: NamespaceProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A temporary folder of the test's own is looked at: other processes may write into the shared one."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    own = NamespaceProvider()
    box = own.open()
    box.run(f"echo x > /tmp/{tmp_path.name}-written")
    assert "overlay sandbox" not in Path("/proc/self/mountinfo").read_text()
    assert not Path(f"/tmp/{tmp_path.name}-written").exists()
    own.close()
    assert list(tmp_path.iterdir()) == []


def test_the_description_says_what_scores_depend_on(provider: NamespaceProvider) -> None:
    said = provider.describe()
    assert said["kind"] == "namespaces"
    assert said["base"] == "host-masked"
    assert said["mapping"] in ("idmap", "shifted", "subuid", "single")
    assert {"limits", "limited by", "system"} <= set(said)


def test_specs_of_other_kinds_are_left_to_others() -> None:
    assert namespaces.harness_sandbox("docker:debian") is None
    with pytest.raises(UsageError, match="needs a folder"):
        namespaces.harness_sandbox("namespaces:")
    with pytest.raises(UsageError, match="no bin/bash"):
        namespaces.harness_sandbox("namespaces:/nowhere")
