"""`harness synthesize`: what is kept, and what is left out and counted."""

import json
import time
from pathlib import Path
from random import Random

import pytest
from harness.tasks.games.household.synthesis import HouseholdSynthesis, room
from harness.tasks.os.synthesis import sway
from harness.training.synthesize.screening import objects

from harness import Settings
from harness.testing import harness
from tests.training._teacher import EVERYTHING, asked, report, rows, teaching

STRANGER = Path(__file__).parents[1] / "strangers" / "adding.py"


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
