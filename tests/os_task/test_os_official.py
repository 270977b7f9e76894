"""AgentBench's own OS samples: read from a checkout, prepared, solved and graded."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from harness.tasks.os import errata, official
from harness.tasks.os.samples import Checks, Match, OsSample, Script
from harness.tasks.os.task import OsTask

from harness import Action, EnvironmentFailure, Score, UsageError

Play = Callable[..., Score]
Expert = Callable[..., Sequence[Action]]

COUNT = {"check": [None, {"language": "python", "file": "check/integer-match.py"}]}


def answer(text: str) -> Action:
    return Action("answer", {"text": text})


FINISH = Action("finish", {"thought": "all done"})


class Checkout:
    """An AgentBench checkout with records of our own in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, group: str, name: str, *records: dict[str, Any]) -> None:
        file = self.root / official.ROOT / "data" / group / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(records))

    def script(self, group: str, name: str, text: str) -> None:
        file = self.root / official.ROOT / "scripts" / group / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def one(self, **record: Any) -> OsSample:
        """The sample that a single record becomes."""
        self.add("1", "only.json", {"description": "Do it.", **record})
        (sample,) = official.load(self.root, "agentbench-std").samples
        return sample


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


class TestLoading:
    def test_ids_are_agentbenchs_and_files_come_in_the_order_of_their_names(self, checkout: Checkout) -> None:
        record = {"description": "?", "evaluation": {"match": "a"}}
        checkout.add("2", "b.json", record)
        checkout.add("1", "z.json", record)
        checkout.add("1", "stock.json", record, record)
        ids = [s.id for s in official.load(checkout.root, "agentbench-std").samples]
        assert ids == ["std-001-stock-00000", "std-001-stock-00001", "std-001-z-00000", "std-002-b-00000"]

    @pytest.mark.parametrize(
        ("init", "read"),
        [
            ("touch a", [Script("touch a")]),
            ({"code": "touch a"}, [Script("touch a")]),
            ({"language": "python", "code": "1"}, [Script("1", "python")]),
            ({"file": "init/a.sh"}, [Script("from file", "bash", "init/a.sh")]),
            (["touch a", {"code": "touch b"}], [Script("touch a"), Script("touch b")]),
            (None, []),
        ],
    )
    def test_a_preparation_has_five_spellings(
        self, init: Any, read: list[Script], checkout: Checkout
    ) -> None:
        checkout.script("1", "init/a.sh", "from file")
        assert list(checkout.one(create={"init": init}, evaluation={"match": "a"}).init) == read

    def test_a_list_under_create_is_a_pasted_check_and_prepares_nothing(self, checkout: Checkout) -> None:
        sample = checkout.one(create=COUNT["check"], evaluation={**COUNT, "example": "echo 1"})
        assert sample.init == ()

    def test_matches_are_literals_or_expressions(self, checkout: Checkout) -> None:
        assert checkout.one(evaluation={"match": "a"}).grading == Match("a")
        spelt = {"match": {"regex": "^a", "strip": False}}
        assert checkout.one(evaluation=spelt).grading == Match(None, "^a", False)

    def test_a_known_checker_needs_no_file_and_an_unknown_one_is_named(self, checkout: Checkout) -> None:
        checkout.add(
            "1",
            "a.json",
            {"description": "?", "evaluation": {**COUNT, "example": "echo 1"}},
            {"description": "?", "evaluation": {"check": {"file": "check/7.sh"}}},
        )
        loaded = official.load(checkout.root, "agentbench-std")
        assert [s.id for s in loaded.samples] == ["std-001-a-00000"]
        assert loaded.skipped == {"std-001-a-00001": "its file scripts/1/check/7.sh is not in the checkout"}

    def test_what_is_missing_is_said_with_the_command_that_mends_it(self, checkout: Checkout) -> None:
        for place in (None, checkout.root):
            with pytest.raises(UsageError, match="harness data add agentbench PATH"):
                official.load(place, "agentbench-dev")

    def test_a_damaged_file_is_named(self, checkout: Checkout) -> None:
        checkout.add("1", "a.json", {"description": "?"})
        with pytest.raises(UsageError, match=r"a\.json.*std-001-a-00000.*evaluation"):
            official.load(checkout.root, "agentbench-std")
        (checkout.root / official.ROOT / "data/1/a.json").write_text("[{]")
        with pytest.raises(UsageError, match=r"a\.json: not valid JSON"):
            official.load(checkout.root, "agentbench-std")

    def test_an_unknown_split_is_refused_by_name(self) -> None:
        with pytest.raises(UsageError, match="agentbench-dev"):
            list(OsTask().samples("dev"))


class TestGrading:
    def test_the_reference_runs_before_the_agent_and_outside_its_machine(
        self, checkout: Checkout, play: Play
    ) -> None:
        sample = checkout.one(
            create={"init": "mkdir /opt/five; touch /opt/five/{1..5}"},
            evaluation={**COUNT, "example": "ls /opt/five | wc -l; touch /opt/five/by-reference"},
        )
        assert play(sample, "touch /opt/five/more", answer("5")).value == 1
        assert play(sample, "touch /opt/five/more", answer("6")).value == 0
        assert play(sample, "test -e /opt/five/by-reference && rm -r /opt/five", answer("5")).value == 1

    def test_finish_hands_on_a_literal_none_or_the_thought(self, checkout: Checkout, play: Play) -> None:
        evaluation = {"check": [None, {"file": "check/string-match.py"}], "example": "echo None"}
        assert (
            play(checkout.one(evaluation=evaluation), Action("finish", {"thought": ""}), profile="v0.2").value
            == 1
        )
        evaluation["example"] = "echo all done"
        assert play(checkout.one(evaluation=evaluation), FINISH, profile="fc").value == 1
        assert play(checkout.one(evaluation=evaluation), FINISH, profile="native").value == 0

    def test_a_check_script_sees_the_answer_and_the_work_but_not_the_agents_shell(
        self, checkout: Checkout, play: Play
    ) -> None:
        checkout.script("1", "check/c.sh", '[ "$1" = yes ] && [ "$(cat /opt/made)" = done ]')
        sample = checkout.one(evaluation={"check": {"file": "check/c.sh"}})
        lie = "cat() { echo done; }; export -f cat; alias cat='echo done'; export PATH=/opt:$PATH BASH_ENV=/x"
        assert play(sample, "echo done > /opt/made", answer("yes")).value == 1
        assert play(sample, "echo done > /opt/made", answer("no")).value == 0
        assert play(sample, lie, answer("yes")).value == 0
        assert play(sample, "echo done > /opt/made").value == 0

    def test_a_reference_after_a_state_check_runs_after_the_agent_and_gets_its_output(
        self, checkout: Checkout, play: Play
    ) -> None:
        checkout.script("1", "check/pick.sh", "cat /opt/number")
        checkout.script("1", "check/same.sh", '[ "$2" = "$3" ]')
        sample = checkout.one(
            evaluation={
                "check": [{"file": "check/pick.sh"}, None, {"file": "check/same.sh"}],
                "example": "cat /opt/number",
            }
        )
        assert isinstance(sample.grading, Checks)
        assert play(sample, "echo 3 > /opt/number", FINISH).value == 1
        assert play(sample, FINISH).value == 0

    def test_both_readings_of_a_size_are_reported_and_the_profiles_counts(
        self, checkout: Checkout, play: Play
    ) -> None:
        evaluation = {"check": [None, {"file": "check/size-match.py"}], "example": "echo 1.2G"}
        sample = checkout.one(evaluation=evaluation)
        for profile, value in (("native", 1), ("v0.2", 0), ("fc", 0)):
            score = play(sample, answer("1.2GB"), profile=profile)
            assert (score.value, dict(score.parts)) == (value, {"raw": 0, "corrected": 1})

    def test_expressions_are_searched_and_literals_are_equal(self, checkout: Checkout, play: Play) -> None:
        pattern = checkout.one(evaluation={"match": {"regex": r"^log\d$"}})
        assert play(pattern, answer(" log7 ")).value == 1
        assert play(pattern, answer("catalog7")).value == 0
        literal = checkout.one(evaluation={"match": "log"})
        assert play(literal, answer("`log`")).value == 1
        assert play(literal, answer("`log`"), profile="v0.2").value == 0

    def test_a_reference_that_never_ends_or_is_missing_is_our_failure(
        self, checkout: Checkout, play: Play
    ) -> None:
        with pytest.raises(EnvironmentFailure, match="example that it does not have"):
            play(checkout.one(evaluation=COUNT), answer("1"))


@pytest.fixture(scope="session")
def dev(task: OsTask) -> list[OsSample]:
    if task.checkout is None:
        pytest.skip("the official AgentBench files are not on this machine")
    return list(task.samples("agentbench-dev"))


class TestPublishedDev:
    def test_every_sample_is_played_or_listed_with_its_reason(
        self, dev: list[OsSample], task: OsTask
    ) -> None:
        skipped = task.skipped("agentbench-dev")
        assert len(dev) + len(skipped) == 26
        assert all("is not in the checkout" in why for why in skipped.values())

    @pytest.mark.parametrize("place", range(26))
    def test_the_expert_scores_1(
        self, place: int, dev: list[OsSample], task: OsTask, play: Play, expert: Expert
    ) -> None:
        id_ = f"dev-001-dev-{place:05d}"
        if why := task.skipped("agentbench-dev").get(id_):
            pytest.skip(why)
        (sample,) = (s for s in dev if s.id == id_)
        answers = [a for a in expert(sample) if a.name != "bash"]
        assert play(sample, *answers).value == 1
        assert play(sample, answer("")).value == 0

    @pytest.mark.parametrize(("place", "raw", "corrected"), [(6, "8", "6"), (11, "2", "1"), (20, "0", "2")])
    def test_a_wrong_gold_counts_as_published_and_is_mended_natively(
        self, place: int, raw: str, corrected: str, dev: list[OsSample], task: OsTask, play: Play
    ) -> None:
        (sample,) = (s for s in dev if s.id == f"dev-001-dev-{place:05d}")
        assert task.errata(sample)
        assert play(sample, answer(raw), profile="v0.2").value == 1
        assert play(sample, answer(raw)).value == 0
        assert play(sample, answer(corrected)).value == 1
        assert play(sample, answer(corrected), profile="fc").parts == {"raw": 0, "corrected": 1}

    def test_where_the_published_checker_fails_its_own_gold_no_expert_is_known(
        self, dev: list[OsSample], expert: Expert
    ) -> None:
        (sample,) = (s for s in dev if s.id == "dev-001-dev-00008")
        assert [a.name for a in expert(sample)] == ["bash", "answer"]
        assert list(expert(sample, "v0.2")) == []

    def test_errata_name_samples_that_exist(self, dev: list[OsSample]) -> None:
        assert set(errata.ERRATA) <= {s.id for s in dev}
