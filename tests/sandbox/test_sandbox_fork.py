"""A fork is a second machine in the same state."""

import time

from harness.plugins.sandboxes.namespaces import NamespaceProvider

from harness import Sandbox


def test_a_fork_has_the_shell_s_state(box: Sandbox) -> None:
    box.run("cd /etc; x='a  b'; export Y=6; a=([2]=two [5]='fi ve'); declare -A m=([k]=v); readonly r=1")
    box.run("f() { echo f$x; }; alias ll='echo alias'; umask 027; set -f; shopt -s nullglob; set -- p 'q r'")
    box.run("trap 'echo bye' USR1; t=$'line\\nline'; (exit 5)")
    copy = box.fork()
    assert copy.run("echo $?").output == "5\n"
    said = copy.run(
        'pwd; echo "$x" $Y "${a[5]}" ${m[k]} $r; f; ll; umask; echo "$1-$2-$#"; echo "$t"; trap -p USR1'
    )
    expected = "/etc\na  b 6 fi ve v 1\nfa  b\nalias\n0027\np-q r-2\nline\nline\ntrap -- 'echo bye' SIGUSR1\n"
    assert said.output == expected.replace("fa  b", "fa b")
    assert copy.run("shopt nullglob; set -o | grep noglob; bash -c 'echo $Y'").output.split() == (
        ["nullglob", "on", "noglob", "on", "6"]
    )
    copy.close()


def test_a_fork_has_owners_modes_links_and_deletions(box: Sandbox) -> None:
    box.run("useradd -m bob; echo x > /home/bob/f; chown bob:bob /home/bob/f; chmod 4751 /home/bob/f")
    box.run(
        "rm /etc/issue; cd /usr/share; rm -r bash-completion; mkdir bash-completion; ln /home/bob/f /hard"
    )
    box.run(
        "ln -s f /home/bob/s; mkfifo /pipe; mv /usr/share/common-licenses /usr/share/moved; touch -d @5 /old"
    )
    show = (
        "stat -c '%U:%G %a %F %h %n' /home/bob/f /hard /home/bob/s /pipe; stat -c %Y /old; ls /etc/issue;"
        " ls -A /usr/share/bash-completion /usr/share/common-licenses; ls /usr/share/moved | head -3; id bob"
    )
    copy = box.fork()
    assert copy.run(show).output == box.run(show).output
    assert "bob:bob 4751" in box.run(show).output
    copy.close()


def test_parent_and_fork_do_not_disturb_each_other(box: Sandbox) -> None:
    box.run("echo one > /tmp/f; x=1; sleep 30 &")
    copy = box.fork()
    copy.run("echo two > /tmp/f; x=2; rm -rf /home; touch /tmp/only-in-copy")
    box.run("echo three >> /tmp/f")
    assert box.run("cat /tmp/f; echo $x; ls /tmp; ls -d /home; pgrep -c sleep").output == (
        "one\nthree\n1\nf\n/home\n1\n"
    )
    assert copy.run("cat /tmp/f; echo $x; pgrep -c sleep").output == "two\n2\n0\n"
    copy.close()
    assert box.run("cat /tmp/f").output == "one\nthree\n"


def test_a_fork_outlives_its_parent(provider: NamespaceProvider) -> None:
    parent = provider.open()
    parent.run("echo kept > /tmp/f")
    child = parent.fork()
    parent.close()
    grandchild = child.fork()
    child.close()
    assert grandchild.run("cat /tmp/f").output == "kept\n"
    grandchild.close()


def test_a_full_disk_does_not_prevent_the_fork_that_grades(box: Sandbox) -> None:
    box.run("cat /dev/zero > /tmp/fill")
    copy = box.fork()
    copy.write("/tmp/check.sh", b"exit 0")
    assert copy.run("bash /tmp/check.sh").code == 0
    copy.close()


def test_a_shell_with_errexit_and_xtrace_can_be_forked(box: Sandbox) -> None:
    box.run("set -eux; x=1")
    copy = box.fork()
    assert "1" in copy.run("echo $x", timeout=3).output
    assert "1" in box.run("echo $x", timeout=3).output
    copy.close()


def test_forks_of_forks_stay_quick(box: Sandbox) -> None:
    chain = [box]
    started = time.monotonic()
    for number in range(8):
        chain[-1].run(f"echo {number} >> /tmp/log")
        chain.append(chain[-1].fork())
    assert chain[-1].run("cat /tmp/log | wc -l").output == "8\n"
    assert time.monotonic() - started < 8
    for copy in chain[1:]:
        copy.close()
