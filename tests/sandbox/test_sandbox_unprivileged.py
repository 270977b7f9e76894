"""The ways of callers who are not root, and of kernels that forbid it, each played for real."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from harness.plugins.sandboxes.namespaces import NamespaceProvider

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="drops from root to another user")

_PYTHON = next((p for p in ("/usr/bin/python3", sys.executable) if Path(p).exists()), sys.executable)

_AS_NOBODY = """
import ctypes, os, sys
import harness.plugins.sandboxes.namespaces as n
mapping, home, ranges, python = sys.argv[1:]
libc = ctypes.CDLL(None)
if ranges:
    assert libc.unshare(0x20000) == 0  # a mount namespace of our own, for our own /etc/subuid
    assert libc.mount(None, b"/", None, 1 << 18 | 16384, None) == 0
    for name in (b"/etc/subuid", b"/etc/subgid"):
        assert libc.mount(ranges.encode(), name, None, 4096, None) == 0
sys.executable = python  # ours may lie in root's home
os.environ["HOME"] = home
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
provider = n.NamespaceProvider(mapping=mapping)
box = provider.open()
print(provider.describe()["mapping"], provider.describe()["limited by"])
print(box.run(f"id -u; cat {home}/private; find /root /home /tmp -mindepth 1").output)
box.run("cd /etc; echo x >> passwd; rm issue; echo y > /usr/local/bin/z; rm /usr/bin/less; x=4")
copy = box.fork()
print(copy.run("pwd; echo $x; tail -1 passwd; ls issue /usr/bin/less; cat /usr/local/bin/z").output)
print(copy.run("useradd -m ann; chown ann /tmp; echo chown=$?; su ann -c 'echo su=$USER'").output)
bomb = "bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 5"
print(copy.run(bomb, 0.3).code, copy.run("echo usable").output)
copy.run("cat /dev/zero > /tmp/fill")
print(copy.run("echo 1 > /proc/sys/vm/drop_caches || mount -t tmpfs x /mnt").code)
provider.close()
"""


def _as_nobody(tmp_path: Path, mapping: str, ranges: str = "") -> str:
    home = tmp_path / "home"
    home.mkdir()
    (home / "private").write_text("secret")
    os.chown(home, 65534, 65534)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o5 != 0o5:
            folder.chmod(0o755)
        if folder == Path("/tmp"):
            break
    words = [sys.executable, "-c", _AS_NOBODY, mapping, str(home), ranges, _PYTHON]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_user_without_a_range_of_ids(provider: NamespaceProvider, tmp_path: Path) -> None:
    said = _as_nobody(tmp_path, "single")
    assert "secret" not in said
    assert said.startswith("single rlimits\n0\ncat: ")
    assert "\n/etc\n4\nx\n" in said
    assert "cannot access 'issue'" in said and "cannot access '/usr/bin/less'" in said
    assert "None usable\n" in said
    assert said.endswith(("\n32\n", "\n1\n"))  # mount's own status


def test_one_user_with_a_range_of_ids(provider: NamespaceProvider, tmp_path: Path) -> None:
    if not Path("/usr/bin/newuidmap").exists():
        pytest.skip("needs newuidmap (package uidmap)")
    ranges = tmp_path / "ranges"
    ranges.write_text("nobody:200000:65536\n")
    said = _as_nobody(tmp_path, "auto", str(ranges))
    assert said.startswith("subuid rlimits\n0\ncat: ")
    assert "chown=0\nsu=ann\n" in said


def test_root_without_idmapped_mounts_is_shifted_never_mapped_to_itself(provider: NamespaceProvider) -> None:
    own = NamespaceProvider(mapping="unprivileged")
    box = own.open()
    assert own.describe()["mapping"] == "shifted"
    box.run("sleep 46.11 &")
    time.sleep(0.05)
    found = subprocess.run(["pgrep", "-f", "^sleep 46.11"], capture_output=True, text=True).stdout.split()
    assert Path(f"/proc/{found[0]}").stat().st_uid >= 100000
    assert box.run("useradd -m ann && su ann -c 'echo $USER'").output == "ann\n"
    assert box.run(
        "echo 1 > /proc/sys/vm/drop_caches; cat /etc/shadow | cut -d: -f2 | sort -u"
    ).output.endswith("*\n")
    own.close()


_FORBIDDEN = """
import ctypes, os
from harness import EnvironmentFailure
from harness.plugins.sandboxes.namespaces import NamespaceProvider
assert ctypes.CDLL(None).unshare(0x10000000) == 0
open("/proc/self/uid_map", "w").write("0 0 1")
open("/proc/sys/user/max_user_namespaces", "w").write("0")
try:
    NamespaceProvider().open()
except EnvironmentFailure as e:
    print(e)
"""


def test_where_user_namespaces_are_forbidden_the_setting_and_the_remedy_are_named(
    provider: NamespaceProvider,
) -> None:
    done = subprocess.run([sys.executable, "-c", _FORBIDDEN], capture_output=True, text=True, timeout=30)
    assert "user.max_user_namespaces=0 forbids it" in done.stdout, done.stderr
    assert "sysctl -w user.max_user_namespaces" in done.stdout
