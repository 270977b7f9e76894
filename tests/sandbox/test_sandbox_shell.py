"""The persistent shell: what lives on, and that no command can take it away for good."""

import time

import pytest

from harness import Sandbox


def test_the_shell_keeps_directory_variables_functions_and_aliases(box: Sandbox) -> None:
    box.run("cd /etc; x=5; export Y=6; f() { echo f$x; }; alias ll='echo alias'")
    assert box.run("pwd; echo $x $Y; f; ll").output == "/etc\n5 6\nf5\nalias\n"


def test_output_and_errors_come_in_their_order(box: Sandbox) -> None:
    assert box.run("echo a; echo b >&2; echo c").output == "a\nb\nc\n"


def test_the_exit_status_is_reported_and_seen_by_the_next_command(box: Sandbox) -> None:
    assert box.run("(exit 7)").code == 7
    assert box.run("echo $?").output == "7\n"
    assert box.run("nosuchprogram").output == "bash: nosuchprogram: command not found\n"


def test_commands_read_nothing(box: Sandbox) -> None:
    assert box.run("cat; read x || echo end", timeout=3).output == "end\n"


def test_a_command_past_its_limit_is_stopped_and_the_shell_lives_on(box: Sandbox) -> None:
    box.run("cd /usr; x=1")
    started = time.monotonic()
    result = box.run("echo before; sleep 60; echo after", timeout=0.4)
    assert (result.output, result.code, result.timed_out) == ("before\n", None, True)
    assert time.monotonic() - started < 2
    assert box.run("pwd; echo $x; pgrep sleep").output == "/usr\n1\n"


@pytest.mark.parametrize(
    "command",
    [
        "while :; do :; done",
        "while :; do sleep 0.01; done",
        "for i in $(seq 100000000); do echo; done",
        "yes | cat > /dev/null",
        "trap '' INT TERM; while :; do sleep 1; done",
        "bash -c 'trap \"\" INT TERM HUP; sleep 60'",
        "setsid sleep 60 & wait",
        "(sleep 60; echo late) & disown; sleep 60",
        "read line < <(sleep 60)",
        "mkfifo p; cat p",
        "cat <&10",
        "exec 201>&- 202>&-; sleep 60",
        "kill -STOP $$",
        "kill -STOP $BASHPID; echo on",
    ],
)
def test_no_command_outlives_its_limit(box: Sandbox, command: str) -> None:
    box.run("cd /tmp")
    started = time.monotonic()
    result = box.run(command, timeout=0.3)
    assert result.timed_out
    assert time.monotonic() - started < 4
    assert box.run("echo usable").output == "usable\n"
    assert box.run("pgrep -x 'sleep|yes|cat'").output == ""


@pytest.mark.parametrize(
    "command",
    [
        "exit 3",
        "exec true",
        "exec sh -c 'echo replaced'",
        "set -e; false",
        "kill -9 $$",
        "set -u; echo $nothing",
        "exec <&-",
        "exec >&- 2>&-",
        "exec 0<&- 1>&- 2>&- 10>&- 11>&- 12>&-",
        "echo 'unbalanced",
        'echo "unbalanced $(',
        "if true; then",
        "cat <<END\nnever ended",
        "break; continue; return 4",
        "builtin() { :; }; eval() { :; }; printf() { :; }; unset -f builtin eval printf",
        "PS1='$ '; PROMPT_COMMAND='echo prompted'; PS1=; PROMPT_COMMAND=",
        "head -c 300000 /dev/urandom",
        "printf '\\0\\1\\377'",
        "trap 'echo trapped' EXIT DEBUG; trap - DEBUG",
        "shopt -s extglob nullglob; set -o posix; set +o posix",
        "ulimit -n 20",
        "cd /tmp; mkdir gone; cd gone; rmdir ../gone",
        "fg; bg; jobs; logout",
        "unset PATH HOME PWD IFS; PATH=/bin:/usr/bin",
        "enable -n printf; enable printf",
        "\\",
        "",
        "# only a comment",
        "echo \u00e9\u4e2d; echo 'a'\"'\"'b'",
        "sleep 0.01 & sleep 0.02",
    ],
)
def test_after_any_command_the_sandbox_is_usable(box: Sandbox, command: str) -> None:
    assert not box.run(command, timeout=5).timed_out
    time.sleep(0.02)  # a model thinks longer; a shell whose input was closed ends meanwhile
    assert "usable\n" in box.run("echo usable", timeout=5).output
    assert box.run("echo $((6 * 7))", timeout=5).output.endswith("42\n")


def test_a_shell_that_ended_is_replaced_and_the_output_says_so(box: Sandbox) -> None:
    result = box.run("echo bye; exit 3")
    assert result.code == 3
    assert "bye\n" in result.output
    assert "ended with status 3" in result.output


def test_megabytes_of_output_keep_head_and_tail(box: Sandbox) -> None:
    result = box.run("echo first; head -c 30000000 /dev/zero | tr '\\0' x; echo; echo last")
    assert result.output.startswith("first\nxxx")
    assert result.output.endswith("x\nlast\n")
    assert "bytes left out]" in result.output
    assert len(result.output) < 1_200_000


def test_a_background_program_that_holds_the_output_does_not_hold_the_command(box: Sandbox) -> None:
    started = time.monotonic()
    assert box.run("sleep 30 & echo started").output.startswith("[1]")
    assert time.monotonic() - started < 1
    time.sleep(0.05)
    assert box.run("pgrep -c sleep").output == "1\n"


def test_a_background_program_survives_the_stop_of_a_later_command(box: Sandbox) -> None:
    box.run("sleep 30 &")
    time.sleep(0.05)
    assert box.run("sleep 40", timeout=0.2).timed_out
    assert box.run("ps -eo args | grep '^sleep'").output == "sleep 30\n"


def test_endless_background_output_neither_hangs_nor_fills_memory(box: Sandbox) -> None:
    box.run("yes >&1 &")
    assert box.run("echo here", timeout=3).code == 0
    box.run("kill %1", timeout=3)


def test_a_report_with_another_word_is_not_believed(box: Sandbox) -> None:
    forged = "printf '\\0%s 0\\0' 00112233445566778899aabbccddeeff >&201; sleep 0.2; echo true end; (exit 9)"
    result = box.run(forged)
    assert (result.output, result.code) == ("true end\n", 9)


def test_the_word_of_a_report_is_not_in_reach_of_the_command(box: Sandbox) -> None:
    seen = box.run(
        "set; history; cat /proc/$$/environ; timeout 0.3 cat /proc/$$/fd/0 | head -c 500;"
        " timeout 0.3 cat /proc/$$/fd/10 | head -c 500"
    )
    assert "\\0%s %d\\0" not in seen.output
    assert box.run("echo usable").output == "usable\n"


def test_a_command_that_could_not_even_be_typed_in_time_spoils_nothing(box: Sandbox) -> None:
    assert box.run("echo '" + "x" * 3_000_000 + "'", timeout=0.05).timed_out
    assert box.run("echo usable").output == "usable\n"


def test_tracing_shows_the_commands_and_nothing_of_ours(box: Sandbox) -> None:
    box.run("set -x")
    assert box.run("echo hi; (exit 3)").output == "++ echo hi\nhi\n++ exit 3\n"
    assert box.run("echo $?").output == "++ echo 3\n3\n"


def test_programs_run_beside_the_shell_with_a_clean_environment(box: Sandbox) -> None:
    box.run("cd /etc; export SECRET=1")
    result = box.execute(
        ["bash", "-c", "cat; pwd; echo $SECRET; echo no >&2; echo dev >/dev/stderr; exit 3"], b"in"
    )
    assert (result.output, result.errors, result.code) == ("in/root\n\n", "no\ndev\n", 3)
    assert box.execute(["nosuchprogram"]).code == 127


def test_a_program_past_its_limit_is_stopped_with_its_descendants(box: Sandbox) -> None:
    result = box.execute(["bash", "-c", "echo a; setsid sleep 60 & sleep 61"], timeout=0.3)
    assert (result.output, result.code) == ("a\n", None)
    assert box.run("pgrep sleep").output == ""


def test_a_program_reads_and_writes_megabytes(box: Sandbox) -> None:
    assert box.execute(["wc", "-c"], b"x" * 3_000_000).output == "3000000\n"
    assert box.execute(["bash", "-c", "echo " + "y" * 100_000 + " | wc -c"]).output == "100001\n"
    assert box.run(": '" + "z" * 300_000 + "'; echo ok").output == "ok\n"


def test_written_files_are_root_s_and_folders_are_made(box: Sandbox) -> None:
    box.write("/srv/a/check.sh", b"#!/bin/bash\necho ran\n", mode=0o755)
    assert box.run("stat -c '%U %a' /srv/a/check.sh; /srv/a/check.sh").output == "root 755\nran\n"


def test_a_trap_laid_at_a_path_does_not_stop_a_write(box: Sandbox) -> None:
    box.run("mkfifo /tmp/pipe; ln -s /etc/passwd /tmp/link; ln -s /nowhere /tmp/dangling")
    for name in ("pipe", "link", "dangling"):
        box.write(f"/tmp/{name}", b"new")
        assert box.run(f"cat /tmp/{name}").output == "new"
    assert box.run("grep -c root /etc/passwd").output != "0\n"
