"""One episode's machine: what the agent can do there, and that grading is out of its reach."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from harness.tasks.os import generate
from harness.tasks.os.environment import OsEnvironment
from harness.tasks.os.grading import answered
from harness.tasks.os.play import PROFILES
from harness.tasks.os.samples import OsSample, Script, State, Value
from harness.tasks.os.task import OsTask

from harness import Action, EnvironmentFailure, Score, Settings, Status

World = Callable[..., OsEnvironment]
Play = Callable[..., Score]
Expert = Callable[..., Sequence[Action]]
FINISH = Action("finish", {"thought": ""})
TEST = {s.id: s for s in generate.samples("test")}


def of_kind(kind: str) -> OsSample:
    return next(s for s in TEST.values() if s.labels == (kind,))


def answer(text: str) -> Action:
    return Action("answer", {"text": text})


def bash(script: str) -> Action:
    return Action("bash", {"script": script})


SPREAD = list(TEST.values())[:44:5]
"""Every fifth sample, questions and changes, of the first round through all kinds."""


@pytest.mark.parametrize("sample", SPREAD, ids=lambda s: s.labels[0])
def test_the_expert_scores_1_and_silence_nothing(sample: OsSample, play: Play, expert: Expert) -> None:
    silent = play(sample, FINISH)
    assert silent.value == 0
    assert not silent.progress
    assert play(sample, *expert(sample)).value == 1


@pytest.mark.parametrize("profile", ["v0.2", "fc"])
def test_bundled_samples_can_be_played_by_the_published_rules(
    profile: str, task: OsTask, world: World, settings: Callable[[str], Settings]
) -> None:
    rules = task.rules(settings(profile))
    for sample in (of_kind("most_frequent"), of_kind("tidy_away")):
        environment = world(sample, profile)
        for action in task.solve(sample, settings(profile)):
            (read,) = rules.parse(rules.write(action))
            environment.step(read)
        assert environment.score().value == 1


class TestAnswers:
    QUESTION = of_kind("lines_with_word")

    def test_a_sentence_with_the_number_counts_natively_but_not_as_published(self, play: Play) -> None:
        said = answer(f"The answer is {self.QUESTION.grading.gold}.")  # type: ignore[union-attr]
        assert play(self.QUESTION, said).value == 1
        assert play(self.QUESTION, said, profile="v0.2").value == 0

    @pytest.mark.parametrize("guess", ["0", "", "nan", "inf", "[]", "None", "$(ls | wc -l)", "\0", "\ud800"])
    def test_a_guess_does_not(self, guess: str) -> None:
        assert isinstance(self.QUESTION.grading, Value)
        for play in PROFILES.values():
            assert answered(self.QUESTION.grading, guess, play).value == 0

    def test_the_strangest_answer_can_be_submitted(self, play: Play) -> None:
        assert play(self.QUESTION, answer("\0\ud800")).value == 0

    def test_a_gold_that_its_reference_command_contradicts_is_our_failure(self, world: World) -> None:
        broken = replace(self.QUESTION, grading=Value("4711"))
        with pytest.raises(EnvironmentFailure, match="4711"):
            world(broken).step(bash(broken.expert[0]))

    def test_the_same_command_later_is_only_a_command(self, world: World) -> None:
        environment = world(replace(self.QUESTION, grading=Value("4711")))
        environment.step(bash("true"))
        environment.step(bash(self.QUESTION.expert[0]))


class TestChanges:
    MANY = of_kind("tidy_away")
    ONE = of_kind("permissions_of_suffix")

    def state(self, sample: OsSample) -> State:
        assert isinstance(sample.grading, State)
        return sample.grading

    def test_part_of_the_work_is_progress_but_no_score(self, play: Play, expert: Expert) -> None:
        make_folder = expert(self.MANY)[0].arguments["script"].splitlines()[0]
        score = play(self.MANY, make_folder, FINISH)
        assert score.value == 0
        assert score.progress is not None
        assert 0 < score.progress < 1

    def test_work_that_is_not_submitted_earns_progress_only(self, play: Play, expert: Expert) -> None:
        score = play(self.MANY, *expert(self.MANY)[:-1])
        assert (score.value, score.progress) == (0, 1)

    @pytest.mark.parametrize(
        "damage", ["rm {0}", "echo x >> {0}", "chmod 711 {0}", "chown 77 {0}", "touch {1}/new"]
    )
    def test_damage_besides_spoils_it(self, damage: str, play: Play, expert: Expert) -> None:
        state = self.state(self.ONE)
        kept = next(e for e in state.before if e.kind == "file" and e in state.after)
        spoil = damage.format(f"{state.root}/{kept.path}", state.root)
        score = play(self.ONE, spoil, *expert(self.ONE))
        assert score.value == 0
        assert 0 < score.parts["intact"] < 1
        assert score.progress == score.parts["intact"]

    def test_deleting_everything_is_no_progress_in_deleting_something(self, play: Play) -> None:
        sample = of_kind("delete_by_suffix")
        score = play(sample, f"rm -r {self.state(sample).root}/*", FINISH)
        assert (score.value, score.progress) == (0, 0)

    def test_files_elsewhere_are_the_agents_own_business(self, play: Play, expert: Expert) -> None:
        assert play(self.ONE, "echo notes > /root/notes; cd /tmp", *expert(self.ONE)).value == 1

    def test_a_script_that_only_looks_right_fails_its_run(self, play: Play) -> None:
        sample = of_kind("script_that_adds")
        demands = self.state(sample).demands
        path = demands[0].argv[0]
        fixed = f"printf '#!/bin/bash\\necho 6\\n' > {path}; chmod +x {path}"
        score = play(sample, fixed, FINISH)
        assert score.value == 0
        assert score.progress == pytest.approx(1 / 3)

    def test_a_script_that_never_ends_is_wrong_and_no_failure_of_ours(self, play: Play) -> None:
        sample = of_kind("script_that_adds")
        state = replace(self.state(sample), demands=self.state(sample).demands[:1])
        path = state.demands[0].argv[0]
        endless = f"printf '#!/bin/bash\\nexit 3\\n' > {path}; chmod +x {path}"
        assert play(replace(sample, grading=state), endless, FINISH).value == 0


class TestGradingIsOutOfReach:
    """The agent does none of the work and everything else."""

    SAMPLE = of_kind("delete_by_suffix")

    @pytest.mark.parametrize(
        "trick",
        [
            "alias tar=true bash=true; tar() { :; }; cd() { :; }; export -f tar cd",
            "export PATH=/root/bin:$PATH BASH_ENV=/root/.bashrc ENV=/root/.bashrc; echo 'exit 0' > ~/.bashrc",
            "cd /usr/local/bin; for p in tar cat base64 head; do echo '#!/bin/sh' > $p; chmod +x $p; done",
            "cd /usr/bin; for p in tar base64 head; do rm $p; echo 'cat /root/lie' > $p; chmod +x $p; done",
            "echo /root/evil.so > /etc/ld.so.preload",
            "trap 'exit 0' EXIT; PROMPT_COMMAND='exit 0'; set -e",
            "kill -9 -1",
        ],
    )
    def test_no_trick_scores(self, trick: str, play: Play) -> None:
        score = play(self.SAMPLE, trick, FINISH)
        assert score.value == 0
        assert not score.progress

    @pytest.mark.parametrize("loss", ["rm -f /usr/bin/tar /usr/bin/base64", "echo > /usr/bin/head"])
    def test_a_machine_without_its_tools_is_graded_all_the_same(
        self, loss: str, play: Play, expert: Expert
    ) -> None:
        assert play(self.SAMPLE, *expert(self.SAMPLE)[:-1], loss, FINISH).value == 1

    @pytest.mark.parametrize("wreck", ["rm -rf /usr/bin /lib64", "rm -f /bin/bash /usr/bin/bash"])
    def test_who_wrecks_the_machine_scores_0_and_is_no_error(self, wreck: str, play: Play) -> None:
        assert play(self.SAMPLE, wreck, FINISH).value == 0

    def test_a_wrecked_machine_can_be_forked_and_stays_wrecked(self, world: World) -> None:
        parent = world(self.SAMPLE)
        parent.step(bash("rm -f /bin/bash /usr/bin/bash"))
        child = parent.fork()
        assert child.step(bash("echo alive")).text != "alive"
        child.step(FINISH)
        assert child.score().value == 0
        child.close()

    def test_work_done_before_losing_the_home_directory_counts(self, play: Play, expert: Expert) -> None:
        assert play(self.SAMPLE, *expert(self.SAMPLE)[:-1], "cd /; rm -rf /root", FINISH).value == 1

    def test_grading_leaves_no_trace_on_the_agents_machine(self, world: World) -> None:
        environment = world(self.SAMPLE)
        listing = bash("ls -A / /etc | sort")
        before = environment.step(listing).text
        environment.score()
        assert environment.step(listing).text == before


class TestTheShell:
    SAMPLE = of_kind("write_line")

    def test_it_begins_at_home_and_keeps_its_state(self, world: World) -> None:
        environment = world(self.SAMPLE)
        assert environment.step(bash("pwd")).text == "/root"
        environment.step(bash("cd /etc; x=3; f() { echo $x; }"))
        assert environment.step(bash("f; pwd")).text == "3\n/etc"

    def test_v02_begins_at_the_root(self, world: World) -> None:
        assert world(self.SAMPLE, "v0.2").step(bash("pwd")).text == "/"

    def test_an_endless_command_is_stopped_and_the_shell_lives_on(self, world: World) -> None:
        environment = world(self.SAMPLE)
        environment.play = replace(environment.play, seconds=0.5)
        stopped = environment.step(bash("echo begun; sleep 60"))
        assert "begun" in stopped.text
        assert "[stopped: the command ran longer than 0.5 seconds]" in stopped.text
        assert environment.step(bash("echo alive")).text == "alive"

    def test_long_output_is_cut_as_the_profile_says(self, world: World) -> None:
        long = bash("printf 'a%.0s' {1..600}; printf 'b%.0s' {1..600}")
        native = world(self.SAMPLE).step(long).text
        assert native.startswith("aaa")
        assert native.endswith("bbb")
        assert "[... 200 characters left out ...]" in native
        published = world(self.SAMPLE, "v0.2").step(long).text
        assert published.split("\n")[0] == "a" * 600 + "b" * 180
        assert published.endswith("\n[truncated because the output is too long]")

    @pytest.mark.parametrize(("length", "whole"), [(800, True), (801, False)])
    def test_the_published_limit_is_800(self, length: int, whole: bool, world: World) -> None:
        shown = world(self.SAMPLE, "fc").step(bash(f"printf '%{length}s' x")).text
        assert (len(shown) == length) is whole

    @pytest.mark.parametrize("script", ["echo \0", "echo \ud800", "'", "exit 3", "exec true", ""])
    def test_strange_commands_are_observations(self, script: str, world: World) -> None:
        environment = world(self.SAMPLE)
        environment.step(bash(script))
        assert environment.step(bash("echo alive")).text.endswith("alive")

    def test_an_unknown_action_is_an_observation(self, world: World) -> None:
        assert world(self.SAMPLE).step(Action("dance")).status is None

    def test_after_the_answer_nothing_more_happens(self, world: World) -> None:
        environment = world(self.SAMPLE)
        assert environment.step(FINISH).status is Status.COMPLETED
        assert environment.step(bash("touch /root/late")).status is Status.COMPLETED
        assert environment.sandbox is not None
        assert environment.sandbox.execute(["test", "-e", "/root/late"]).code != 0


class TestResetAndFork:
    def test_two_resets_show_the_same_machine(self, world: World) -> None:
        environment = world(of_kind("move_with_word"))
        look = bash("find /srv /opt /home -printf '%p %m %u %s\\n' -type f -exec cksum {} + | sort")
        first = environment.step(look).text
        environment.reset()
        assert environment.step(look).text == first

    def test_a_fork_goes_its_own_way(self, world: World) -> None:
        parent = world(of_kind("delete_by_suffix"))
        parent.step(bash("cd /etc; x=5"))
        child = parent.fork()
        try:
            assert child.step(bash("pwd; echo $x")).text == "/etc\n5"
            child.step(bash(f"{child.sample.expert[0]}; x=6"))
            child.step(FINISH)
            assert child.score().value == 1
            assert parent.answer is None
            assert parent.step(bash("echo $x")).text == "5"
            assert parent.score().progress == 0
        finally:
            child.close()

    def test_background_processes_of_the_problem_run_again_in_a_fork(self, world: World) -> None:
        sample = of_kind("running_processes")
        child = world(sample).fork()
        try:
            assert child.step(bash(sample.expert[0])).text == sample.grading.gold  # type: ignore[union-attr]
        finally:
            child.close()

    def test_a_preparation_that_fails_is_our_failure(self, world: World) -> None:
        broken = replace(of_kind("write_line"), init=(Script("echo no such luck >&2; exit 7"),))
        with pytest.raises(EnvironmentFailure, match=r"status 7: no such luck"):
            world(broken)

    def test_a_preparation_that_draws_numbers_draws_the_same_ones(self, world: World) -> None:
        def drawn() -> str:
            sample: Any = replace(of_kind("write_line"), init=(Script("echo $RANDOM > /root/n"),))
            return world(sample).step(bash("cat /root/n")).text

        assert drawn() == drawn()
