"""Questions that a teacher writes about machines it prepares: what is a problem of `os`, and what is not."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from harness.tasks.os.synthesis import OsSynthesis
from harness.tasks.os.task import OsTask

from harness import Action, Score, Settings, Unfit

FILES = "mkdir -p /srv/library && for i in $(seq 1 17); do echo line $i > /srv/library/$i.log; done"
COUNT = "ls /srv/library | wc -l"


@pytest.fixture(scope="session")
def synthesis(task: OsTask) -> OsSynthesis:
    made = task.synthesis(Settings())
    assert isinstance(made, OsSynthesis)
    return made


def problem(prepare: str = FILES, command: str = COUNT, **more: Any) -> dict[str, Any]:
    return {"prepare": prepare, "question": "How many files are in /srv/library?", "command": command, **more}


def test_the_gold_is_what_the_command_prints_on_the_prepared_machine(
    synthesis: OsSynthesis, play: Callable[..., Score]
) -> None:
    settled = synthesis.settle(problem())
    assert settled["gold"] == "17"
    sample = synthesis.sample(settled, "syn-1")
    assert play(sample, COUNT, Action("answer", {"text": "17"})).value == 1
    assert play(sample, Action("answer", {"text": "16"})).value == 0


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (problem(prepare="echo no >&2; exit 3"), "its preparation fails"),
        (problem(command="cat /nowhere"), "its command fails"),
        (problem(command="date +%N"), "the command prints something else each time"),
        (problem(command="ls /srv/library"), "the answer is not one short line"),
        (problem(command="true"), "the answer is not one short line"),
        (problem(command="ls /srv/library/*.csv 2>/dev/null | wc -l"), "the answer could be guessed"),
        (problem(command=""), "a field is missing or wrong"),
        ({}, "a field is missing or wrong"),
    ],
)
def test_what_makes_no_problem_is_refused_with_its_reason(
    synthesis: OsSynthesis, said: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unfit) as unfit:
        synthesis.settle(said)
    assert unfit.value.reason == reason


def test_preparations_that_draw_numbers_draw_the_same_each_time(synthesis: OsSynthesis) -> None:
    settled = synthesis.settle(problem("echo $((RANDOM + 10)) > /root/n", "cat /root/n"))
    assert settled["gold"].isdigit()


def test_a_question_that_holds_its_answer_is_refused(synthesis: OsSynthesis) -> None:
    with pytest.raises(Unfit, match="holds its answer"):
        synthesis.sample(problem(gold="/srv/library"), "x")


def test_a_request_shows_a_worked_question_of_the_training_split(synthesis: OsSynthesis) -> None:
    shown = []
    one, again = (synthesis.ask(Random(5), 2, lambda s: shown.append(s.id) or "...") for _ in range(2))
    assert one == again
    assert all(i.startswith("train-") for i in shown)
    assert "Write 2 new problems" in one.messages[0].content
