"""The parts that need no namespace: output buffers, control groups, masks, Docker's refusals."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from harness.plugins.sandboxes import _cgroups, _rootfs, docker
from harness.plugins.sandboxes._mask import Mask
from harness.plugins.sandboxes._output import Output
from harness.plugins.sandboxes._shell import quoted
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import EnvironmentFailure, UsageError


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(2, 60))
def test_output_keeps_head_and_tail_and_counts_the_rest(pieces: list[bytes], limit: int) -> None:
    output, whole = Output(limit), b"".join(pieces)
    for piece in pieces:
        output.add(piece)
    text, half = output.text(), limit // 2
    if len(whole) <= 2 * half:
        assert text == whole.decode(errors="replace")
    else:
        assert text.startswith(whole[:half].decode(errors="replace"))
        assert text.endswith(whole[-half:].decode(errors="replace"))
        assert f"[{len(whole) - 2 * half} bytes left out]" in text


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30))
def test_quoting_is_undone_by_the_shell(text: str) -> None:
    done = subprocess.run(["bash", "-c", f"printf %s {quoted(text)}"], capture_output=True, check=True)
    assert done.stdout.decode() == text


def test_own_groups_are_found_in_version_1_and_2(tmp_path: Path) -> None:
    mounts, own = tmp_path / "mounts", tmp_path / "own"
    mounts.write_text(
        "30 23 0:26 / /cg/memory rw - cgroup cgroup rw,memory\n"
        "31 23 0:27 /job /cg/pids rw - cgroup cgroup rw,pids\n"
        "32 23 0:28 / /cg/unified rw - cgroup2 cgroup2 rw\n"
        "33 23 0:29 / /home rw - ext4 /dev/vda rw\n"
    )
    own.write_text("4:memory:/a/b\n8:pids:/job/x\n0::/user.slice/app\n")
    assert _cgroups.own_groups(str(mounts), str(own)) == {
        "memory": "/cg/memory/a/b",
        "pids": "/cg/pids/x",
        "2": "/cg/unified/user.slice/app",
    }
    assert _cgroups.own_groups(str(tmp_path / "none"), str(own)) == {}


def test_groups_that_cannot_be_limited_are_not_left_behind(tmp_path: Path) -> None:
    (tmp_path / "slice/app").mkdir(parents=True)
    made = _cgroups.create("1-1", {"memory": 1, "pids": 2}, {"2": str(tmp_path / "slice/app")})
    assert made == {}  # no controller files appear in ordinary folders
    assert [p.name for p in tmp_path.rglob("*")] == ["slice", "app"]


def test_the_mask_hides_and_replaces(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("whiteouts are made by root")
    root, at = tmp_path / "root", tmp_path / "mask"
    for folder in (
        "root/.ssh",
        "home/me",
        "tmp",
        "etc/ssh",
        "etc/app",
        "var/lib/mysql",
        "var/lib/dpkg",
        "secret",
    ):
        (root / folder).mkdir(parents=True)
    (root / "usr/src/linux").mkdir(parents=True)
    (root / "usr/lib/checkout").mkdir(parents=True)
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/bash\n")
    (root / "etc/shadow").write_text("root:$6$hash:1::::::\n")
    (root / "etc/app/token").write_text("t")
    (root / "etc/app/token").chmod(0o600)
    (root / "etc/app/public").write_text("p")
    at.mkdir()
    Mask(str(at), 1000, "trusted.overlay.opaque", 65536, f"{root}/").build(
        ["/usr/lib/checkout", "/home/me", "/usr"]
    )

    def opaque(path: str) -> bool:
        return os.getxattr(at / path, "trusted.overlay.opaque") == b"y"

    assert all(
        opaque(p) for p in ("root", "home", "tmp", "etc/ssh", "var/lib/mysql", "usr/src", "usr/lib/checkout")
    )
    assert (at / "secret").is_char_device()
    assert (at / "etc/app/token").is_char_device()
    assert not (at / "etc/app/public").exists()
    assert not (at / "var/lib/dpkg").exists()
    assert "hash" not in (at / "etc/shadow").read_text()
    assert (at / "tmp").stat().st_mode & 0o7777 == 0o1777
    assert (at / "usr").stat().st_uid == 1000
    with pytest.raises(OSError):
        opaque("usr")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_docker_without_an_engine_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("docker")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    provider = docker.harness_sandbox("docker:debian:12")
    assert provider is not None
    with pytest.raises(EnvironmentFailure, match="no Docker engine answers"):
        provider.open()
    provider.close()
    gc.collect()  # the docker package leaves its refused socket to the collector


def test_docker_containers_have_no_network_and_limits() -> None:
    provider = docker.harness_sandbox("docker:debian:12")
    assert isinstance(provider, docker.DockerProvider)
    assert provider.image == "debian:12"
    arguments = provider.arguments()
    assert arguments["network_mode"] == "none"
    assert arguments["mem_limit"] == arguments["memswap_limit"] == 512 << 20
    assert arguments["pids_limit"] == 256


def test_docker_needs_an_image_and_its_package() -> None:
    with pytest.raises(UsageError, match="expects an image"):
        docker.harness_sandbox("docker:")
    assert docker.harness_sandbox("namespaces") is None
    code = (
        "import sys; sys.modules['docker'] = None\n"
        "from harness import UsageError\nfrom harness.plugins.sandboxes.docker import harness_sandbox\n"
        "try: harness_sandbox('docker:x').open()\nexcept UsageError as e: print(e)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install docker" in done.stdout, done.stderr


def test_a_root_is_never_built_over_something(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="absent or empty"):
        _rootfs.build_root(tmp_path)


def test_without_a_tool_the_recipe_names_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="apt-get install mmdebstrap"):
        _rootfs.recipe(tmp_path, "bookworm", None)
    tool = tmp_path / "debootstrap"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    words = _rootfs.recipe(tmp_path / "r", "trixie", "http://mirror/debian")
    assert words[0] == "debootstrap"
    assert words[-3:] == ["trixie", str(tmp_path / "r"), "http://mirror/debian"]
