"""Reading ALFWorld's game files, and AgentBench's lists of them."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from harness.tasks.games.household.engine import House
from harness.tasks.games.household.native import bundled
from harness.tasks.games.household.pddl.expressions import parse
from harness.tasks.games.household.pddl.names import names
from harness.tasks.games.household.pddl.official import adopt
from harness.tasks.games.household.pddl.read import read_document, read_file
from harness.tasks.games.household.pddl.write import problem
from harness.tasks.games.household.samples import HouseholdSample
from harness.tasks.games.household.task import HouseholdTask
from harness.tasks.games.household.world import TASK_TYPES, Game
from hypothesis import given
from hypothesis import strategies as st

from harness import Settings, UsageError
from harness.testing import harness

from .conftest import Document, cluttered, small
from .random_games import random_game

Put = Callable[[Path, str, Document], Path]


def quiet(what: str, done: int = 0, total: int | None = None) -> None:
    """Nobody looks at the progress."""


class Folders:
    """A host with registered folders, as far as this task asks."""

    judge = None

    def __init__(self, settings: Settings, **folders: Path) -> None:
        self.settings, self.folders = settings, folders

    def data(self, name: str) -> Path | None:
        return self.folders.get(name)


def task(profile: str = "v0.2", **folders: Path) -> HouseholdTask:
    made = HouseholdTask()
    made.setup(Folders(Settings(profile), **folders))  # type: ignore[arg-type]
    return made


def checkout(root: Path, **lists: Any) -> Path:
    """A checkout of AgentBench with these lists: `checkout(root, dev={...})`."""
    folder = root / "agentbench" / "data" / "alfworld"
    folder.mkdir(parents=True)
    for name, content in lists.items():
        (folder / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return root / "agentbench"


def entry(number: int) -> str:
    return f"json_2.1.1/valid_unseen/task-{number}/trial/game.tw-pddl"


@pytest.fixture
def root(tmp_path: Path, put: Put) -> Path:
    """ALFWorld's folder with games 0 to 5, one of each task type."""
    for number in range(6):
        put(tmp_path / "alfworld", f"valid_unseen/task-{number}/trial", small(bundled("test")[number].game))
    return tmp_path / "alfworld"


class TestProblems:
    @pytest.mark.parametrize("seed", range(12))
    def test_what_is_written_is_read_back(self, seed: int) -> None:
        game = random_game(seed)
        assert read_document(small(game)) == game

    def test_a_sliced_item_can_be_wanted(self) -> None:
        game = next(g for g in map(random_game, range(99)) if g.goal.treatment == "cool")
        wanted = replace(game, goal=replace(game.goal, sliced=True))
        assert read_document(small(wanted)) == wanted

    def test_what_alfred_says_besides_changes_nothing(self) -> None:
        game = random_game(1)
        read = read_document({**small(game), "pddl_problem": cluttered(problem(game), game)})
        assert [i for i in read.items if i.kind != "chair"] == list(game.items)
        assert replace(read, items=game.items) == game

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (("isHot", "isBroken"), "isbroken"),
            (("(atLocation agent1 loc_0)", ""), "the agent is at 0 places"),
            (("(:goal", "(:gaol"), "not one in one"),
            (("(:init", "(:init ("), "a bracket is not closed"),
        ],
    )
    def test_a_problem_that_is_none_of_alfworlds_is_refused(
        self, change: tuple[str, str], told: str, tmp_path: Path
    ) -> None:
        text = problem(bundled("test")[3].game)
        assert change[0] in text
        file = tmp_path / "game.tw-pddl"
        file.write_text(json.dumps({**small(bundled("test")[3].game), "pddl_problem": text.replace(*change)}))
        with pytest.raises(UsageError, match=rf"game.tw-pddl: .*{told}.*expected one of ALFWorld's"):
            read_file(file)

    @pytest.mark.parametrize(
        "text", ["", "[]", "{}", '{"pddl_domain": 1, "grammar": 2, "pddl_problem": 3}', "[" * 9999]
    )
    def test_a_file_of_another_kind_is_refused(self, text: str, tmp_path: Path) -> None:
        file = tmp_path / "game.tw-pddl"
        file.write_text(text)
        with pytest.raises(UsageError, match=r"expected one of ALFWorld's game\.tw-pddl files"):
            read_file(file)

    def test_numbers_are_given_from_the_last_name_to_the_first(self) -> None:
        shown = names(["cup_bar_a", "cup_bar_c", "cup_bar_b", "sink_bar_1_bar_sinkbasin", "sink_bar_1"])
        assert [shown[f"cup_bar_{x}"] for x in "abc"] == ["cup 3", "cup 2", "cup 1"]
        assert shown["sink_bar_1_bar_sinkbasin"] == "sinkbasin 1" and shown["sink_bar_1"] == "sink 1"

    @given(st.recursive(st.text("ab?=:_-", min_size=1, max_size=4), st.lists, max_leaves=20))
    def test_any_nesting_is_parsed(self, tree: Any) -> None:
        def written(part: Any) -> str:
            return part if isinstance(part, str) else f"( {' '.join(map(written, part))} ; note (\n)"

        assert parse(written([tree])) == [tree]

    @given(st.text())
    def test_any_text_is_parsed_or_refused(self, text: str) -> None:
        with suppress(ValueError):
            assert isinstance(parse(text), list)


class TestSplits:
    def test_the_games_of_a_list_in_its_order(self, root: Path, tmp_path: Path) -> None:
        listed = checkout(tmp_path, dev={"pick_and_place": [entry(5), entry(0)], "look_at_obj": [entry(1)]})
        samples = list(task(agentbench=listed, alfworld=root).samples("agentbench-dev"))
        assert [s.id for s in samples] == ["dev-0", "dev-1", "dev-2"]
        assert [_game(s).task_type for s in samples] == [TASK_TYPES[n] for n in (5, 0, 1)]

    def test_fc_has_a_standard_list_of_its_own(self, root: Path, tmp_path: Path) -> None:
        listed = checkout(tmp_path, standard={"a": [entry(0)]}, new_std={"a": [entry(1), entry(2)]})
        for profile, ids in (("native", ["std-0"]), ("v0.2", ["std-0"]), ("fc", ["fc-std-0", "fc-std-1"])):
            played = task(profile, agentbench=listed, alfworld=root)
            assert [s.id for s in played.samples("agentbench-std")] == ids

    def test_missing_and_broken_games_are_skipped_with_the_reason(self, root: Path, tmp_path: Path) -> None:
        (root / entry(2)).write_text("{")
        listed = checkout(tmp_path, dev={"a": [entry(0), entry(99), entry(2)]})
        played = task(agentbench=listed, alfworld=root)
        assert [s.id for s in played.samples("agentbench-dev")] == ["dev-0"]
        skipped = played.skipped("agentbench-dev")
        assert list(skipped) == ["dev-1", "dev-2"]
        assert skipped["dev-1"].startswith(f"{entry(99)} is not there") and "not JSON" in skipped["dev-2"]

    def test_the_content_hash_does_not_tell_where_the_files_are(self, root: Path, tmp_path: Path) -> None:
        listed = checkout(tmp_path, dev={"a": [entry(0)]})
        there = tmp_path / "elsewhere"
        copytree(root, there)
        one, other = (task(agentbench=listed, alfworld=folder) for folder in (root, there))
        assert one.fingerprint(Settings("v0.2"), "agentbench-dev") == (
            other.fingerprint(Settings("v0.2"), "agentbench-dev")
        )

    def test_without_alfworlds_games_it_says_how_to_get_them(self, tmp_path: Path) -> None:
        listed = checkout(tmp_path, dev={"a": [entry(0)]})
        with pytest.raises(UsageError, match="harness data add alfworld"):
            task(agentbench=listed).samples("agentbench-dev")

    def test_a_checkout_without_the_list_is_named(self, root: Path, tmp_path: Path) -> None:
        listed = checkout(tmp_path, dev={"a": [entry(0)]})
        with pytest.raises(UsageError, match=r"standard\.json is missing"):
            task(agentbench=listed, alfworld=root).samples("agentbench-std")

    @pytest.mark.parametrize(
        "content", ["{", "[]", '{"a": 1}', '{"a": [1]}', '{"a": ["../x"]}', '{"a": ["/x"]}']
    )
    def test_a_list_of_another_form_is_refused(self, content: str, root: Path, tmp_path: Path) -> None:
        listed = checkout(tmp_path, dev=content)
        with pytest.raises(UsageError, match=r"dev\.json"):
            task(agentbench=listed, alfworld=root).samples("agentbench-dev")

    def test_agentbenchs_own_list(self, agentbench: Path | None, tmp_path: Path, put: Put) -> None:
        """ALFWorld's games are not here; ours stand where they would."""
        if agentbench is None or not (listed := agentbench / "data/alfworld/dev.json").exists():
            pytest.skip("AgentBench's data/alfworld/dev.json is not here")
        paths = [path for group in json.loads(listed.read_text()).values() for path in group]
        for number, path in enumerate(paths[1:]):
            inner = path.removeprefix("json_2.1.1/").removesuffix("/game.tw-pddl")
            put(tmp_path, inner, small(bundled("test")[number].game))
        played = task(agentbench=agentbench, alfworld=tmp_path)
        assert len(paths) == 20
        assert [s.id for s in played.samples("agentbench-dev")] == [f"dev-{n}" for n in range(1, 20)]
        assert list(played.skipped("agentbench-dev")) == ["dev-0"]


@pytest.mark.parametrize("profile", ["native", "v0.2", "fc"])
def test_added_games_pass_the_audit(
    profile: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_HOME", str(tmp_path / "home"))
    names = [entry(n) for n in (0, 1, 2, 3, 4, 5, 99)]
    listed = checkout(tmp_path, standard={"a": names}, new_std={"a": names})
    assert harness("data", "add", "agentbench", listed).code == 0
    added = harness("data", "add", "alfworld", root)
    assert (added.code, "valid_unseen: 6 games" in added.out) == (0, True)
    audited = harness("audit", "household", "--split", "agentbench-std", "--profile", profile)
    assert audited.code == 0
    assert "7 samples, 6 fair, 0 unfair, 1 skipped" in audited.out


def _game(sample: Any) -> Game:
    assert isinstance(sample, HouseholdSample)
    return sample.game


class TestAdopting:
    def test_it_counts_what_is_there_and_leaves_it_where_it_is(
        self, root: Path, put: Put, tmp_path: Path
    ) -> None:
        put(root, "train/task/trial", small(bundled("train")[0].game))
        target = tmp_path / "target"
        target.mkdir()
        assert adopt(root, target, quiet) == ["train: 1 games", "valid_unseen: 6 games"]
        assert adopt(root / "json_2.1.1", target, quiet) == ["train: 1 games", "valid_unseen: 6 games"]
        assert not list(target.iterdir())

    def test_games_that_cannot_be_played_are_told_of(self, root: Path, tmp_path: Path) -> None:
        (root / entry(0)).write_text("{}")
        assert adopt(root, tmp_path, quiet)[-1].startswith("cannot be played: 1, the first because: ")

    def test_another_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"has no folder json_2\.1\.1"):
            adopt(tmp_path, tmp_path, quiet)

    def test_a_folder_without_games_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "json_2.1.1").mkdir()
        with pytest.raises(UsageError, match=r"has no game\.tw-pddl file"):
            adopt(tmp_path, tmp_path, quiet)

    def test_a_folder_without_one_game_that_can_be_played_is_refused(self, put: Put, tmp_path: Path) -> None:
        put(tmp_path, "train/task/trial", {})
        with pytest.raises(UsageError, match="none of 1 games can be played"):
            adopt(tmp_path, tmp_path, quiet)


def test_the_wording_before_0_4_names_locations(tmp_path: Path) -> None:
    game = random_game(2)
    document = small(game)
    document["grammar"] = str(document["grammar"]).replace("move {o} to {r}", "put {o} in/on {r}")
    read = read_document(document)
    house = House(read)
    house.reset()
    there = next(c for c in house.admissible() if c.startswith("go to "))
    assert read.wording == "put"
    assert house.step(there).startswith("You arrive at loc ")
