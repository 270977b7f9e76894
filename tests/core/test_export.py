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
from harness.types import Score, Status, Usage

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


def test_a_run_that_is_reached_twice_is_written_once(runs: Path, tmp_path: Path) -> None:
    one, *_ = sorted(p for p in runs.iterdir() if p.is_dir())
    done = harness("export", runs, one, "--format", "keys", "-o", tmp_path / "keys", *PLUGIN)
    assert done.out == "6 names\n"


def test_a_file_that_cannot_be_written_is_the_users_matter(runs: Path, tmp_path: Path) -> None:
    done = export(runs, tmp_path / ("k" * 300))
    assert done.code == 2 and "--output" in done.err and "name too long" in done.err


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


def test_what_the_environment_asked_is_not_among_the_agents_tokens() -> None:
    used = {"act": Usage(1, 10, 5), "judge": Usage(1, 3, 1), "host": Usage(1, 1000, 1)}
    assert FIELDS["tokens"](episode(usage=used)) == 19


def test_a_text_field_takes_either_of_several() -> None:
    both = [episode(task="db"), episode(task="os"), episode(task="kg")]
    assert [e.task for e in select(both, [parse("task=db|kg")]).taken] == ["db", "kg"]
    assert [e.task for e in select(both, [parse("task!=db|kg")]).taken] == ["os"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.floats(0, 1))), st.integers(0, 3))
def test_every_episode_is_taken_or_counted(made: list[tuple[str, float | None]], cap: int) -> None:
    episodes = [episode(str(i), reward, task) for i, (task, reward) in enumerate(made)]
    found = select(episodes, [parse("reward>=0.5")], cap)
    assert len(found.taken) + found.left.total() == len(episodes)


# The form of replies, and the judge


def test_the_form_of_an_episode_is_clean_or_its_first_mistake() -> None:
    nodes = (NodeRecord(0, None, ()), NodeRecord(1, 0, (), mistake="unknown tool"))
    slip = episode("1", nodes=(*nodes, NodeRecord(2, 1, (), mistake="truncated")), leaf=2)
    assert [FIELDS["format"](e) for e in (episode(), slip)] == ["clean", "unknown tool"]
    assert select([episode(), slip], [parse("format=clean")]).left == {"not format=clean": 1}
    assert len(select([episode(), slip], [parse("format=clean|unknown tool")]).taken) == 2


JUDGE = '''
from harness import Model, Reply, Response, Usage, hookimpl

class Strict(Model):
    """Likes what says Polly."""
    name = "strict"
    async def generate(self, request):
        text = request.messages[0].content
        assert request.purpose == "judge" and "(The attempt ended:" in text
        said = "perhaps" if "unsure" in self.mood else "Yes." if "{liked}" in text else "**No**, it is not"
        return Response((Reply(said),), Usage(1, 90, 10))

@hookimpl
def harness_model(name, options):
    made = Strict()
    made.mood = name
    return made if name.startswith("strict") else None
'''


def judged(runs: Path, folder: Path, *more: str, liked: str) -> Done:
    file = folder / "judge.py"
    file.write_text(JUDGE.replace("{liked}", liked))
    return export(runs, folder / "keys", *more, "--plugin", str(file))


def test_a_judge_chooses_among_what_the_other_filters_leave(runs: Path, tmp_path: Path) -> None:
    more = ("--filter", "reward=1", "--filter", "judge=1", "--judge-model", "strict")
    done = judged(runs, tmp_path, *more, liked="completed")
    assert done.code == 0, done.err
    assert "judge strict: 3 yes of 3, agrees with the score in 3 of 3; 300 tokens" in done.out
    assert "left out 3 of 6 episodes: 3 not reward=1" in done.out


def test_how_often_the_judge_agrees_with_the_score_is_told(runs: Path, tmp_path: Path) -> None:
    done = judged(runs, tmp_path, "--filter", "judge=1", "--judge-model", "strict", liked="The attempt")
    assert "judge strict: 6 yes of 6, agrees with the score in 3 of 6; 600 tokens" in done.out


def test_an_episode_without_a_verdict_is_not_taken(runs: Path, tmp_path: Path) -> None:
    done = judged(runs, tmp_path, "--filter", "judge>=0", "--judge-model", "strict-unsure", liked="x")
    assert done.code == 2 and "6 not judge>=0" in done.err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--filter", "judge=1"), "name the judge with --judge-model"),
        (("--judge-model", "strict"), "asked only for a filter"),
    ],
)
def test_a_judge_and_its_filter_come_together(
    more: tuple[str, ...], said: str, runs: Path, tmp_path: Path
) -> None:
    done = judged(runs, tmp_path, *more, liked="x")
    assert done.code == 2 and said in done.err
