"""`harness synthesize` goes on where it was, and pays for nothing twice."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness.testing import harness
from tests.training._teacher import EVERYTHING, asked, report, rows, teaching, words

STRANGER = Path(__file__).parents[1] / "strangers" / "adding.py"
SETTLE = """\
    def settle(self, problem):
        import time

        return {**problem, "settled": time.time()}

"""


def test_what_a_kept_problem_was_settled_to_stays(tmp_path: Path) -> None:
    plugin = tmp_path / "drawing.py"
    plugin.write_text(STRANGER.read_text().replace("    def sample(self", SETTLE + "    def sample(self", 1))
    (tmp_path / "teacher.jsonl").write_text(json.dumps({"text": '[{"numbers": [9, 31]}]'}) + "\n")
    command = (
        "synthesize", "adding", "--teacher", "scripted/teacher.jsonl", "--actor", "oracle", "--count", "1",
        "-o", "out", "--plugin", plugin,
    )  # fmt: skip
    assert harness(*command, cwd=tmp_path).code == 0
    (first,) = rows(tmp_path / "out" / "problems.jsonl")
    assert harness(*command, cwd=tmp_path).code == 0
    assert rows(tmp_path / "out" / "problems.jsonl") == [first]


def test_the_same_command_again_asks_nothing_and_says_the_same(tmp_path: Path) -> None:
    with teaching(*EVERYTHING) as teacher:
        first = asked(teacher, tmp_path / "out", "--count", "4", "--json")
        calls = teacher.calls
        again = asked(teacher, tmp_path / "out", "--count", "4", "--json")
        assert teacher.calls == calls
    assert report(again) == report(first)


def test_more_problems_are_added_to_those_there_are(tmp_path: Path) -> None:
    with teaching("good", "change") as teacher:
        asked(teacher, tmp_path / "out", "--count", "2")
        before, calls = rows(tmp_path / "out" / "solved.jsonl"), teacher.calls
        said = report(asked(teacher, tmp_path / "out", "--count", "4", "--json"))
        assert teacher.calls == 2 * calls  # only the two new ones are written and played
    assert (said["kept"], said["solved"]) == (4, 4)
    assert rows(tmp_path / "out" / "solved.jsonl")[:2] == before


def test_a_server_that_fails_loses_no_reply_that_arrived(tmp_path: Path) -> None:
    more = ("--count", "5", "--per-request", "1", "--max-connections", "1", "--json")
    with teaching("good", fails_after=2) as teacher:
        done = asked(teacher, tmp_path / "out", *more)
        assert done.code == 1
        assert "no more of this" in done.err
        assert len(rows(tmp_path / "out" / "asked.jsonl")) == 2
        teacher.fails_after = None
        said = report(asked(teacher, tmp_path / "out", *more))
        assert (said["solved"], len(teacher.requests)) == (5, 5)


def test_errors_of_playing_are_told_and_played_again(tmp_path: Path) -> None:
    more = ("--count", "2", "--actor", "scripted/none.jsonl", "--json")
    (tmp_path / "none.jsonl").write_text('{"text": "Action: Operation\\n```sql\\nSELECT 1\\n```"}\n')
    with teaching("good", "change") as teacher:
        done = harness(*words(teacher, tmp_path / "out", *more), cwd=tmp_path)
        assert (done.code, report(done)["unsolved"]) == (1, {"error of the harness": 2})
        again = harness(*words(teacher, tmp_path / "out", *more), cwd=tmp_path)
    assert report(again)["unsolved"] == {"error of the harness": 2}
    assert [report(d)["usage"]["act"]["calls"] for d in (done, again)] == [2, 4]
    assert {row["reason"] for row in rows(tmp_path / "out" / "rejected.jsonl")} == {"error of the harness"}


def test_a_torn_line_is_asked_for_again(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        first = asked(teacher, tmp_path / "out", "--count", "2", "--per-request", "1", "--json")
        file = tmp_path / "out" / "asked.jsonl"
        file.write_bytes(file.read_bytes()[:-10])
        again = asked(teacher, tmp_path / "out", "--count", "2", "--per-request", "1", "--json")
        assert len(teacher.requests) == 3
    assert report(again)["solved"] == report(first)["solved"] == 2


def test_a_corrupted_line_is_named(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        asked(teacher, tmp_path / "out", "--count", "1")
        file = tmp_path / "out" / "asked.jsonl"
        file.write_text("{}\n" + file.read_text())
        done = asked(teacher, tmp_path / "out", "--count", "1")
    assert done.code == 2
    assert "asked.jsonl:1: no reply of a teacher" in done.err


def test_ctrl_c_and_the_same_command_pay_for_nothing_twice(tmp_path: Path) -> None:
    out = tmp_path / "out"
    more = ("--count", "6", "--per-request", "1", "--max-connections", "1", "--json")
    with teaching("good", delay=0.15) as teacher:
        command = [sys.executable, "-m", "harness", *words(teacher, out, *more)]
        going = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(os.environ),
            # Whoever runs the tests in the background may have left Ctrl-C ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
        )
        deadline = time.monotonic() + 60
        while len(teacher.requests) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        going.send_signal(signal.SIGINT)
        _, err = going.communicate(timeout=60)
        assert going.returncode == 130, err.decode()
        assert b"the same command goes on" in err
        arrived = len(rows(out / "asked.jsonl"))
        assert 2 <= arrived <= 3
        before = len(teacher.requests)
        teacher.delay = 0.0
        said = report(asked(teacher, out, *more))
        assert len(teacher.requests) - before == 6 - arrived
    assert (said["solved"], said["requests"]) == (6, 6)


def test_other_options_are_refused_in_a_folder_that_was_begun(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        asked(teacher, tmp_path / "out", "--count", "1")
        done = asked(teacher, tmp_path / "out", "--count", "1", "--seed", "1")
        assert done.code == 2
        assert "was begun with seed 0, not 1" in done.err
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "thesis.tex").touch()
        assert "holds other files" in asked(teacher, tmp_path / "other").err


def test_two_processes_do_not_work_in_one_folder(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        asked(teacher, tmp_path / "out", "--count", "1")
        with (tmp_path / "out" / "synthesis.json").open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            done = asked(teacher, tmp_path / "out", "--count", "2")
    assert (done.code, "another process is at work" in done.err) == (2, True)
