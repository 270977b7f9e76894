"""`harness export`: which episodes are taken, and that the others are counted with a reason."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.records import EpisodeRecord, NodeRecord
from harness.select import FIELDS, parse, select
from harness.testing import Done, harness
from harness.types import Score, Status

PLUGIN = ("--plugin", Path(__file__).parents[1] / "strangers" / "good.py")


def episode(
    sample: str = "0", reward: float | None = 1.0, task: str = "nim", **more: object
) -> EpisodeRecord:
    score = None if reward is None else Score(reward)
    status = Status.ERROR if reward is None else Status.COMPLETED
    return EpisodeRecord(task, sample, 1, status, score, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for model in ("oracle", "silent"):
        harness("run", "--tasks", "parrot", "--model", model, "-o", folder, *PLUGIN)
    return folder


def export(runs: Path, target: Path, *more: str) -> Done:
    return harness("export", runs, "--format", "keys", "-o", target, *more, *PLUGIN)


def test_all_episodes_are_written_where_nothing_is_asked(runs: Path, tmp_path: Path) -> None:
    done = export(runs, tmp_path / "new" / "keys")
    assert (done.code, done.out) == (0, "6 names\n")
    assert (tmp_path / "new" / "keys").read_text().splitlines() == [f"parrot/{i}#1" for i in range(3)] * 2


def test_what_a_filter_leaves_out_is_counted(runs: Path, tmp_path: Path) -> None:
    done = export(runs, tmp_path / "keys", "--filter", "reward=1")
    assert done.out == "3 names\nleft out 3 of 6 episodes: 3 not reward=1\n"


def test_json_says_the_same(runs: Path, tmp_path: Path) -> None:
    done = export(runs, tmp_path / "keys", "--filter", "reward=1", "--per-task", "2", "--json")
    said = json.loads(done.out)
    assert (said["taken"], said["left"]) == (2, {"not reward=1": 3, "more than 2 of a task": 1})


def test_nothing_is_written_where_nothing_is_left(runs: Path, tmp_path: Path) -> None:
    done = export(runs, tmp_path / "keys", "--filter", "turns>99")
    assert done.code == 2 and "none of 6 episodes is left: 6 not turns>99" in done.err
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reward", "expected FIELD=VALUE"),
        ("rewad=1", "did you mean 'reward'?"),
        ("reward=high", "'high' is no number"),
        ("status<completed", "compare it by = or !="),
    ],
)
def test_a_filter_that_cannot_be_read_is_explained(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="--filter") as refused:
        parse(text)
    assert said in str(refused.value)


def test_an_error_of_the_harness_is_never_taken() -> None:
    found = select([episode(reward=None), episode("1")], [])
    assert [e.sample for e in found.taken] == ["1"]
    assert found.left == {"error of the harness": 1}


def test_an_episode_is_counted_under_its_first_reason_only() -> None:
    found = select([episode(reward=0.0)], [parse("reward=1"), parse("progress>0")])
    assert found.left == {"not reward=1": 1}


def test_repeated_actions_and_unreadable_replies_are_counted_on_the_submitted_path() -> None:
    nodes = (
        NodeRecord(0, None, ()),
        NodeRecord(1, 0, (), (("look", {}),)),
        NodeRecord(2, 1, (), (), "no action"),
        NodeRecord(3, 2, (), (("look", {}),)),
        NodeRecord(4, 0, (), (("look", {}),)),
    )
    played = episode(nodes=nodes, leaf=3)
    assert FIELDS["repeats"](played) == 1
    assert FIELDS["mistakes"](played) == 1


def test_a_text_field_takes_either_of_several() -> None:
    both = [episode(task="db"), episode(task="os"), episode(task="kg")]
    assert [e.task for e in select(both, [parse("task=db|kg")]).taken] == ["db", "kg"]
    assert [e.task for e in select(both, [parse("task!=db|kg")]).taken] == ["os"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.floats(0, 1))), st.integers(0, 3))
def test_every_episode_is_taken_or_counted(made: list[tuple[str, float | None]], cap: int) -> None:
    episodes = [episode(str(i), reward, task) for i, (task, reward) in enumerate(made)]
    found = select(episodes, [parse("reward>=0.5")], cap)
    assert len(found.taken) + found.left.total() == len(episodes)
