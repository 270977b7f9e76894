"""`harness synthesize`: what is kept, what is left out and counted, what is paid, and going on."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from harness.tasks.games.household.synthesis import HouseholdSynthesis, room
from harness.tasks.os.synthesis import sway
from harness.training.synthesize.money import Budget, Prices
from harness.training.synthesize.screening import objects

from harness import Settings
from harness.testing import Done, harness
from harness.types import Usage
from tests.training._teacher import Teacher, teaching

STRANGER = Path(__file__).parents[1] / "strangers" / "adding.py"
SETTLE = """\
    def settle(self, problem):
        import time

        return {**problem, "settled": time.time()}

"""
EVERYTHING = ("good", "duplicate", "change", "broken", "trivial", "nothing", "mistaken", "malformed")


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


# What is kept


def test_problems_that_hold_are_kept_and_every_other_is_counted_by_its_reason(tmp_path: Path) -> None:
    with teaching(*EVERYTHING) as teacher:
        said = report(asked(teacher, tmp_path / "out", "--count", "6", "--json"))
    assert (said["requests"], said["written"], said["kept"]) == (2, 15, 6)  # the sixth ends the second reply
    assert said["rejected"] == {
        "a duplicate": 2,
        "the SQL fails": 2,
        "the answer is nothing, 0, 1 or a repetition": 2,
        "the SQL changes nothing, or everything": 2,
        "a field is missing or wrong": 1,
    }
    assert (said["played"], said["solved"]) == (6, 4)
    assert said["unsolved"] == {"played and not solved (completed)": 2}  # whose SQL is not what they ask
    assert said["complete"] is True


def test_the_files_say_the_same_as_the_report(tmp_path: Path) -> None:
    with teaching(*EVERYTHING) as teacher:
        said = report(asked(teacher, tmp_path / "out", "--count", "3", "--json"))
    out = tmp_path / "out"
    assert len(rows(out / "problems.jsonl")) == said["kept"] == 3
    assert len(rows(out / "solved.jsonl")) == said["solved"] == 2
    left_out = rows(out / "rejected.jsonl")
    assert len(left_out) == sum(said["rejected"].values()) + sum(said["unsolved"].values())
    assert all(row["reason"] and "request" in row for row in left_out)
    assert any("unicorns" in row["detail"] for row in left_out)


def test_a_reply_without_problems_is_counted_too(tmp_path: Path) -> None:
    with teaching("prose") as teacher:
        done = asked(teacher, tmp_path / "out", "--count", "2", "--max-requests", "3", "--json")
    said = report(done)
    assert (done.code, said["kept"], said["rejected"]) == (1, 0, {"no JSON object in the reply": 3})
    assert said["ran_out"] == "3 requests"


def test_the_records_are_a_run_that_can_be_exported_scored_and_audited(tmp_path: Path) -> None:
    with teaching("good", "change") as teacher:
        assert asked(teacher, tmp_path / "out", "--count", "4").code == 0
    out, sft = tmp_path / "out", tmp_path / "sft.jsonl"
    done = harness("export", out / "run", "--format", "sft", "--filter", "reward=1", "-o", sft)
    assert done.code == 0
    assert len(rows(sft)) == 4
    trained = [m["content"] for m in rows(sft)[0]["messages"] if m.get("train")]
    assert trained[0].startswith("I look it up.")
    assert harness("score", out / "run").code == 0
    audit = harness("audit", "db", "--split", out / "solved.jsonl")
    assert (audit.code, "4 samples, 4 fair" in audit.out) == (0, True)


def test_the_feedback_is_that_of_the_real_environment(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        assert asked(teacher, tmp_path / "out", "--count", "1").code == 0
    (episode,) = rows(tmp_path / "out" / "run" / "episodes.jsonl")
    assert episode["nodes"][1]["observation"].endswith("(1 row)")
    assert episode["score"]["value"] == 1


def test_another_actor_may_play_and_the_oracle_costs_nothing(tmp_path: Path) -> None:
    with teaching("good", "mistaken") as teacher:
        said = report(asked(teacher, tmp_path / "out", "--count", "2", "--actor", "oracle", "--json"))
        assert (said["solved"], said["played"]) == (2, 2)  # it plays the SQL, whatever the question says
        assert teacher.calls == len(teacher.requests) == 1
    assert said["usage"]["act"]["prompt_tokens"] == 0


def test_a_teacher_that_solves_nothing_leaves_nothing(tmp_path: Path) -> None:
    with teaching("good", "change", honest=False) as teacher:
        done = asked(teacher, tmp_path / "out", "--count", "2")
    assert "      0 solved" in done.out
    assert rows(tmp_path / "out" / "solved.jsonl") == []


def test_a_request_shows_a_full_trajectory_and_other_tables(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        asked(teacher, tmp_path / "out", "--count", "1")
        (prompt,) = teacher.requests
    worked = prompt.partition("# The tables of your problems")[0]
    assert all(mark in worked for mark in ("Problem: ", "Agent:\nAction: ", "Final Answer: "))


def test_a_planning_task_takes_its_chores_from_a_real_room(tmp_path: Path) -> None:
    number = HouseholdSynthesis(Settings()).ask(Random("synthesize 0 0"), 4, str).given["room"]
    pairs = [(i.kind, r.kind) for i in room(number).items if i.pickupable for r in room(number).receptacles]
    chores = [
        {"task": f"Put the {thing} into the {place}.", "thing": thing, "place": place, "make": "nothing"}
        for thing, place in dict.fromkeys(pairs)
    ]
    (tmp_path / "teacher.jsonl").write_text(json.dumps({"text": json.dumps(chores)}) + "\n")
    said = report(
        harness(
            "synthesize", "household", "--teacher", "scripted/teacher.jsonl", "--actor", "oracle",
            "--count", "5", "--per-request", "20", "-o", "out", "--json", cwd=tmp_path,
        )
    )  # fmt: skip
    assert (said["requests"], said["kept"], said["solved"]) == (1, 5, 5)
    assert said["rejected"]
    assert set(said["rejected"]) <= {
        "it is so from the start", "there is no way to do it", "done in fewer than 4 commands",
        "the pair of thing and place belongs to the test split",
    }  # fmt: skip
    problems = rows(tmp_path / "out" / "solved.jsonl")
    assert {p["problem"]["room"] for p in problems} == {number}
    assert harness("audit", "household", "--split", tmp_path / "out" / "solved.jsonl").code == 0


def test_a_stranger_s_task_in_one_file_can_be_synthesised(tmp_path: Path) -> None:
    written = [[10, 17], [4, 4, 4], [4, 4, 4], [1000], [], "four", [27, 20], [9, 31]]
    text = json.dumps([{"numbers": numbers} for numbers in written])
    (tmp_path / "teacher.jsonl").write_text(json.dumps({"text": text}) + "\n")
    plugin = ("--plugin", STRANGER)
    done = harness(
        "synthesize", "adding", "--teacher", "scripted/teacher.jsonl", "--actor", "oracle", "--count", "2",
        "-o", "out", "--json", *plugin, cwd=tmp_path,
    )  # fmt: skip
    said = report(done)
    assert (done.code, said["kept"], said["solved"]) == (0, 2, 2)
    assert said["rejected"] == {
        "a problem that is bundled already": 2,  # one of them in another order
        "a duplicate": 1,
        "a number is too large": 1,
        "solved by a nonsense answer": 1,  # the sum of nothing is 0
        "a field is missing or wrong": 1,
    }
    assert harness("audit", "adding", "--split", tmp_path / "out" / "solved.jsonl", *plugin).code == 0


def test_the_command_is_listed() -> None:
    assert "synthesize" in harness("--help").out


# What it costs


def test_the_estimate_comes_first_and_a_dry_run_asks_nothing(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        done = asked(teacher, tmp_path / "out", "--dry-run", "-M", "price-in=2", "-M", "price-out=8")
        assert teacher.calls == 0
    assert "20 problems of db: openai/teacher writes them in 5 to 25 requests" in done.err
    assert "that is about $0." in done.err
    assert "Reply with a JSON list" in done.out
    assert not (tmp_path / "out").exists()


def test_tokens_and_dollars_are_reported_by_purpose(tmp_path: Path) -> None:
    prices = ("-M", "price-in=2", "-M", "price-out=10")
    with teaching("good") as teacher:
        said = report(asked(teacher, tmp_path / "out", "--count", "1", "--json", *prices))
    one = (900 * 2 + 100 * 10) / 1e6
    assert said["usage"]["propose"]["cost"] == pytest.approx(one)
    assert said["usage"]["act"]["cost"] == pytest.approx(2 * one)
    assert (said["tokens"], said["cost"]) == (3000, pytest.approx(3 * one))


def test_a_token_budget_ends_the_asking_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    with teaching("broken", "good") as teacher:
        done = asked(teacher, tmp_path / "out", "--count", "8", "--token-budget", "2500", "--json")
        assert (done.code, report(done)["ran_out"]) == (1, "the budget of 2500 tokens")
        assert len(teacher.requests) == 3  # 2000 tokens are not yet 2500
        assert report(done)["played"] == 0
        done = asked(teacher, tmp_path / "out", "--count", "8", "--token-budget", "100000", "--json")
        assert (done.code, report(done)["solved"]) == (0, 8)
        assert len(teacher.requests) == 8  # none was asked twice
    assert len(set(teacher.requests)) == 8


def test_a_budget_that_ends_the_playing_is_gone_on_from_without_paying_twice(tmp_path: Path) -> None:
    prices = ("-M", "price-in=1000", "-M", "price-out=1000")  # a dollar a call
    with teaching("good", "change") as teacher:
        more = ("--count", "6", "--max-connections", "1", "--json", *prices)
        done = asked(teacher, tmp_path / "out", "--budget", "6", *more)
        assert (done.code, report(done)["ran_out"]) == (1, "the budget of $6")
        assert len(teacher.requests) == 3
        assert teacher.calls <= 3 + 3 + 1  # what was in flight may end
        assert report(done)["cost"] >= 6  # of episodes that are still open too
        done = asked(teacher, tmp_path / "out", "--budget", "100", *more)
        assert (done.code, report(done)["solved"]) == (0, 6)
        assert teacher.calls == 3 + 6 * 2
    assert report(done)["cost"] == pytest.approx(15)


def test_a_budget_counts_what_earlier_invocations_played_and_the_report_keeps_it(tmp_path: Path) -> None:
    out, more = tmp_path / "out", ("--per-request", "1", "--json")
    with teaching("good") as teacher:
        first = report(asked(teacher, out, "--count", "2", *more))
        assert (first["tokens"], teacher.calls) == (6000, 6)
        done = asked(teacher, out, "--count", "12", "--token-budget", "7000", *more)
        assert teacher.calls == 7
    said = report(done)
    assert (done.code, said["ran_out"], said["tokens"]) == (1, "the budget of 7000 tokens", 7000)
    assert (said["kept"], said["played"], said["solved"]) == (3, 2, 2)
    assert said["usage"]["act"] == first["usage"]["act"]
    assert [len(rows(out / f"{name}.jsonl")) for name in ("problems", "solved")] == [3, 2]


def test_what_is_kept_when_the_money_is_out_is_written_and_not_played(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with teaching("good") as teacher:
        done = asked(teacher, out, "--count", "8", "--token-budget", "2500", "--per-request", "1")
        assert teacher.calls == 3
    assert len(rows(out / "problems.jsonl")) == 3
    assert f"{out}/solved.jsonl" in done.out
    assert rows(out / "solved.jsonl") == []


def test_a_file_that_was_not_written_is_not_named(tmp_path: Path) -> None:
    with teaching("broken") as teacher:
        done = asked(teacher, tmp_path / "out", "--count", "8", "--token-budget", "2500")
    assert not (tmp_path / "out" / "solved.jsonl").exists()
    assert "solved.jsonl" not in done.out
    assert "rejected.jsonl" in done.out


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((), "-M price-in=... -M price-out=... "),
        (("-M", "price_in=2"), "give -M price-out=... "),
        (
            ("--actor", "openai/teacher", "--actor-args", "price-in=2", "--actor-args", "price-out=8"),
            "give -M price-in=... -M price-out=... ",
        ),
        (
            ("-M", "price-in=2", "-M", "price-out=8", "--actor", "openai/x", "--actor-args", "price-out=8"),
            "give --actor-args price-in=... ",
        ),
    ],
)
def test_a_budget_in_dollars_needs_both_prices_of_both_models(
    given: tuple[str, ...], missing: str, tmp_path: Path
) -> None:
    with teaching("good") as teacher:
        done = asked(teacher, tmp_path / "out", "--budget", "5", *given)
    assert (done.code, missing in done.err) == (2, True), done.err
    assert teacher.calls == 0


def test_a_price_of_nothing_is_a_price_and_other_providers_need_none(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        free = ("-M", "price-in=0", "-M", "price-out=0", "--actor", "oracle")
        assert asked(teacher, tmp_path / "out", "--budget", "5", "--count", "1", *free).code == 0


def test_a_round_is_as_wide_as_the_budget_is_likely_to_bear() -> None:
    spent = Usage(2, 1500, 500, cost=1.0)
    assert Budget().room(Usage(), 0) > 1000
    assert Budget(tokens=10_000).room(Usage(), 0) == 1
    assert Budget(tokens=10_000).room(spent, 2) == 8
    assert Budget(dollars=3.0, tokens=10_000).room(spent, 2) == 4
    assert Budget(tokens=10_000).room(spent, 2, played=Usage(4, 3000, 1000, cost=2.0)) == 4
    assert Budget(dollars=3.0).spent(spent) is None
    assert Budget(dollars=1.0).spent(spent) == "the budget of $1"
    assert Prices.of({"price_in": "2.5"}) == Prices(2.5, 0)
    assert Prices.of({}) is None


# Golds of `os`


@pytest.mark.parametrize(
    "code",
    [
        "date +%F", "echo $(date +%Y)", "TZ=UTC /bin/date", "date -d '2 days ago' +%F",
        "date --date=tomorrow",
        "date -d \"$n days ago\" +%F", "bash -c 'date +%F'", "uname -r", "hostname | wc -c", "nproc",
        "if true; then\n  free -m\nfi", "ps aux | wc -l", "grep -c model /proc/cpuinfo", "echo $EPOCHSECONDS",
        "echo ${EPOCHREALTIME%.*}", "printf '%(%F)T' -1", "cat > f <<EOF\n$(date)\nEOF",
    ],
)  # fmt: skip
def test_commands_that_read_the_clock_or_the_machine_are_found(code: str) -> None:
    assert sway(code)


@pytest.mark.parametrize(
    "code",
    [
        "date -r /srv/x +%F", "date -d 2024-02-01 +%A", "date --date='1 March 2024' +%j", "date -ud @17 +%F",
        "date -d \"$(stat -c %y f)\" +%s", "grep -c 'uname' f", "ls /srv/proc/ | wc -l",
        "cut -d' ' -f2 date.txt",
        "echo 'id|date|amount' > f", "cat > f <<EOF\ndate amount\nfree 3\nEOF\nwc -l f", "# date\nls",
        "sort /srv/uptime/ps.log", "n=$((RANDOM % 9))",
    ],
)  # fmt: skip
def test_commands_whose_answer_stays_are_left_alone(code: str) -> None:
    assert sway(code) is None


def test_a_hostile_program_is_read_in_no_time() -> None:
    began = time.monotonic()
    for code in ("<<a\n" * 2000, "\n" * 8000, ";/" * 4000, "a=" * 4000, ";a= " * 2000, "\"'`$(" * 1600):
        sway(code)
    assert time.monotonic() - began < 5


def test_a_question_about_the_clock_is_counted_as_that(tmp_path: Path) -> None:
    files = "mkdir -p /srv/a && seq 17 > /srv/a/n"
    written = [
        {"prepare": files, "question": "What day is it?", "command": "date +%F"},
        {"prepare": files, "question": "How many lines has /srv/a/n?", "command": "wc -l < /srv/a/n"},
        {"prepare": f"{files}; uname -r > /srv/a/k", "question": "What is in k?", "command": "cat /srv/a/k"},
        {"prepare": files, "question": "What is drawn?", "command": "RANDOM=7; echo $RANDOM"},
    ]
    (tmp_path / "teacher.jsonl").write_text(json.dumps({"text": json.dumps(written)}) + "\n")
    done = harness(
        "synthesize", "os", "--teacher", "scripted/teacher.jsonl", "--actor", "oracle", "--count", "4",
        "--max-requests", "1", "-o", "out", "--json", cwd=tmp_path,
    )  # fmt: skip
    if "sandbox" in done.err and not done.out:
        pytest.skip(f"this machine gives no sandboxes: {done.err[-200:]}")
    assert report(done)["rejected"] == {"the answer depends on chance, the clock or the machine": 3}
    assert report(done)["solved"] == 1


# Going on


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


# What cannot be


@pytest.mark.parametrize("teacher", ["oracle", "silent", "random"])
def test_a_model_that_writes_nothing_is_no_teacher(teacher: str, tmp_path: Path) -> None:
    done = harness("synthesize", "db", "--teacher", teacher, "-o", tmp_path / "out")
    assert (done.code, "writes no problems" in done.err) == (2, True)


def test_a_task_without_synthesis_is_a_usage_error(tmp_path: Path) -> None:
    done = harness(
        "synthesize", "cards", "--teacher", "openai/x", "--base-url", "http://127.0.0.1:9/v1", "-o", tmp_path
    )
    assert (done.code, "cannot be synthesised" in done.err) == (2, True)


def test_options_of_an_actor_need_an_actor(tmp_path: Path) -> None:
    done = harness(
        "synthesize", "db", "--teacher", "openai/x", "--actor-base-url", "http://h/v1", "-o", tmp_path
    )
    assert (done.code, "none is given" in done.err) == (2, True)


# Files of problems as splits


def test_a_problem_file_that_is_none_is_refused_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text('{"id": "a", "problem": {"tables": "train-000"}}\n')
    done = harness("run", "db", "--split", file, "--model", "oracle", "-o", tmp_path)
    assert done.code == 2
    assert "p.jsonl:1: no problem of this task (Unfit: a field is missing or wrong: question" in done.err
    assert "no samples of problem files" in harness("audit", "cards", "--split", file).err
    assert "No such file" in harness("audit", "db", "--split", tmp_path / "q.jsonl").err


def test_an_id_stands_for_one_problem_of_a_file(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        asked(teacher, tmp_path / "out", "--count", "1")
    file = tmp_path / "twice.jsonl"
    file.write_text((tmp_path / "out" / "solved.jsonl").read_text() * 2)
    assert "twice.jsonl:2: the id 'syn-" in harness("audit", "db", "--split", file).err


# Reading replies


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[{"a": 1}, {"a": 2}]', 2),
        ('{"problems": [{"a": 1}, {"a": 2}, 3]}', 2),
        ('{"a": 1}', 1),
        ('Well: {"a": {"b": [1]}} and {"c": 2}.', 2),
        ('[{"a": 1}, {"a": 2', 1),
        ("{'a': 1}", 0),
        ('{"a": NaN}', 0),
        ("", 0),
        ("[" * 100_000, 0),
        ('{"a":' * 50_000, 0),
        ('[{"a": 1}' + ', {"a": 1}' * 200, 50),
    ],
)
def test_objects_are_found_in_whatever_is_around_them(text: str, found: int) -> None:
    assert len(list(objects(text))) == found
