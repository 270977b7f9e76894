"""What happens with other people's plug-ins, good and bad: each message names the plug-in and the mend."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.testing import Done, harness

HERE = Path(__file__).parent


def listed(done: Done) -> dict[str, list[str]]:
    assert done.code == 0, done.err
    said = json.loads(done.out)
    return {k: [row["name"] for row in said[k]] for k in said if k != "format"}


@pytest.fixture
def site(tmp_path: Path) -> "Site":
    return Site(tmp_path / "site")


class Site:
    """A folder of installed distributions: their modules and their metadata."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"PYTHONPATH": str(folder)}

    def install(self, name: str, source: str, offers: Mapping[str, str], version: str = "1.0") -> None:
        """`offers` maps a kind to a name; the module is called like the distribution."""
        module = name.replace("-", "_")
        info = self.folder / f"{module}-{version}.dist-info"
        info.mkdir(parents=True)
        (self.folder / f"{module}.py").write_text((HERE / source).read_text())
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = [f"[harness.{kind}]\n{offered} = {module}\n" for kind, offered in offers.items()]
        (info / "entry_points.txt").write_text("\n".join(lines))


# Plug-ins given as files


def test_a_good_file_is_listed_audited_and_played(tmp_path: Path) -> None:
    good = ["--plugin", HERE / "good.py"]
    assert "parrot" in listed(harness("list", "tasks", "--json", *good))["tasks"]
    audit = harness("audit", "parrot", *good)
    assert audit.out.startswith("parrot test: 3 samples, 3 fair, 0 unfair, 0 skipped"), audit
    how = ["--model", "oracle", "--strategy", "cheer", "--json"]
    run = harness("run", "--tasks", "parrot", *how, *good, cwd=tmp_path)
    assert run.code == 0, run.err
    assert json.loads(run.out)["tasks"][0]["score"] == 1


@pytest.mark.parametrize(
    ("file", "mend"),
    [
        ("broken.py", "ModuleNotFoundError: No module named 'a_library_that_is_not_there'"),
        ("typo.py", "there is no hook 'harness_task'; did you mean 'harness_tasks'?"),
        ("unmarked.py", "harness_tasks is not marked; put @hookimpl (from harness import hookimpl) above it"),
        ("defaulted.py", "harness_model gives its argument 'name' a default; take it away"),
        ("quitting.py", "SystemExit: not meant to be imported"),
    ],
)
def test_a_bad_file_is_blamed_by_name_with_the_mend(file: str, mend: str) -> None:
    name = file.removesuffix(".py")
    asked = harness("audit", name, "--plugin", HERE / file)
    assert asked.code == 3
    assert f"plug-in {name!r}" in asked.err
    assert mend in asked.err
    assert f"--no-plugin {name}" in asked.err
    shown = harness("plugins", "--plugin", HERE / file)
    assert shown.code == 3
    assert mend in next(line for line in shown.out.splitlines() if line.startswith(f"broken  {name}"))


def test_a_broken_file_does_not_stop_what_does_not_need_it() -> None:
    both = ["--plugin", HERE / "good.py", "--plugin", HERE / "broken.py"]
    audit = harness("audit", "parrot", "--limit", "1", *both)
    assert audit.code == 0
    assert "warning: plug-in 'broken'" in audit.err


def test_a_plugin_whose_tasks_raise_is_blamed_and_others_are_not_affected() -> None:
    both = ["--plugin", HERE / "good.py", "--plugin", HERE / "raising.py"]
    assert harness("audit", "parrot", "--limit", "1", *both).code == 0
    asked = harness("audit", "raising", "--plugin", HERE / "raising.py")
    assert asked.code == 3
    assert "plug-in 'raising' failed in harness_tasks: KeyError: 'pile'" in asked.err


def test_a_file_that_is_not_there_is_a_usage_error() -> None:
    done = harness("audit", "x", "--plugin", "nowhere.py")
    assert done.code == 2
    assert "--plugin nowhere.py: there is no such file" in done.err


def test_two_files_with_a_task_of_one_name_are_an_error_that_names_both() -> None:
    files = [HERE / "good.py", HERE / "twin.py"]
    done = harness("audit", "parrot", *(x for f in files for x in ("--plugin", f)))
    assert done.code == 3
    assert "task 'parrot' comes from both" in done.err
    assert all(str(f) in done.err for f in files)
    assert "--no-plugin" in done.err


def test_two_files_of_one_file_name_are_told_apart(tmp_path: Path) -> None:
    other = tmp_path / "good.py"
    other.write_text((HERE / "good.py").read_text())
    both = ["--plugin", HERE / "good.py", "--plugin", other]
    done = harness("audit", "parrot", *both)
    assert done.code == 3
    assert str(other) in done.err
    assert str(HERE / "good.py") in done.err
    other.write_text(other.read_text().replace('"parrot"', '"budgie"'))
    assert harness("audit", "parrot,budgie", "--limit", "1", *both).code == 0


def test_a_file_with_a_task_of_a_built_in_name_is_an_error_until_one_is_left_out() -> None:
    clash = ["--plugin", HERE / "clashing.py"]
    done = harness("audit", "db", *clash)
    assert done.code == 3
    assert "task 'db' comes from both agentbench-harness" in done.err
    assert str(HERE / "clashing.py") in done.err
    assert harness("audit", "db", "--limit", "1", *clash, "--no-plugin", "clashing").code == 0


# Installed plug-ins


def test_an_installed_plugin_is_listed_with_its_origin_and_played(site: Site) -> None:
    site.install("harness-parrot", "good.py", {"tasks": "parrot", "models": "mute", "plugins": "parrot"})
    said = json.loads(harness("list", "--json", env=site.env).out)
    assert {"name": "parrot", "origin": "harness-parrot 1.0"} in said["tasks"]
    assert {"name": "mute", "origin": "harness-parrot 1.0"} in said["models"]
    assert harness("audit", "parrot", "--limit", "1", env=site.env).code == 0
    shown = json.loads(harness("plugins", "--json", env=site.env).out)["plugins"]
    (row,) = [p for p in shown if p["origin"] == "harness-parrot"]
    assert row["version"] == "1.0"
    assert row["broken"] is None
    assert "harness_tasks" in row["hooks"]


def test_a_slow_plugin_slows_neither_list_nor_help(site: Site) -> None:
    site.install("harness-slow", "slow.py", {"tasks": "slow", "models": "slow", "strategies": "slow"})
    started = time.perf_counter()
    assert "slow" in listed(harness("list", "--json", env=site.env))["tasks"]
    assert harness("--help", env=site.env).code == 0
    assert time.perf_counter() - started < 20


def test_two_installed_plugins_of_one_name_are_an_error_that_names_both(site: Site) -> None:
    site.install("harness-parrot", "good.py", {"tasks": "parrot"})
    site.install("other-parrot", "twin.py", {"tasks": "parrot"}, "2.0")
    done = harness("audit", "parrot", env=site.env)
    assert done.code == 3
    assert "'parrot' in tasks is offered twice" in done.err
    assert "harness-parrot 1.0" in done.err
    assert "other-parrot 2.0" in done.err
    shown = harness("plugins", env=site.env)
    assert shown.code == 3
    assert "offered twice" in shown.out
    only = {**site.env, "HARNESS_PLUGINS": "harness-parrot"}
    assert harness("audit", "parrot", "--limit", "1", env=only).code == 0


def test_an_installed_plugin_of_a_built_in_name_does_not_replace_it_silently(site: Site) -> None:
    site.install("my-db", "clashing.py", {"tasks": "db"})
    done = harness("audit", "db", env=site.env)
    assert done.code == 3
    assert "my-db 1.0" in done.err
    assert "agentbench-harness" in done.err


def test_a_broken_installed_plugin_is_blamed_when_it_is_asked_for(site: Site) -> None:
    site.install("harness-broken", "broken.py", {"tasks": "broken", "models": "broken"}, "0.3")
    asked = harness("audit", "broken", env=site.env)
    assert asked.code == 3
    assert "plug-in 'broken' (harness-broken 0.3) did not load: ModuleNotFoundError" in asked.err
    assert "broken" in listed(harness("list", "--json", env=site.env))["tasks"]
    assert harness("audit", "db", "--limit", "1", env=site.env).code == 0


def test_harness_plugins_says_which_foreign_plugins_are_let_in(site: Site) -> None:
    site.install("harness-parrot", "good.py", {"tasks": "parrot"})
    site.install("harness-budgie", "good.py", {"tasks": "budgie"})
    for value, there in {"parrot": {"parrot"}, "harness-budgie": {"budgie"}, "": set()}.items():
        found = listed(harness("list", "tasks", "--json", env={**site.env, "HARNESS_PLUGINS": value}))
        assert set(found["tasks"]) & {"parrot", "budgie"} == there
        assert "db" in found["tasks"]


def test_no_plugin_blocks_one_by_name(site: Site) -> None:
    site.install("harness-parrot", "good.py", {"tasks": "parrot"})
    assert "parrot" not in listed(harness("list", "--json", "--no-plugin", "parrot", env=site.env))["tasks"]
    assert harness("audit", "parrot", "--no-plugin", "parrot", env=site.env).code == 2


# Hooks that listen, and those that add commands


def test_a_listener_that_raises_becomes_a_warning_and_the_run_goes_on(tmp_path: Path) -> None:
    files = ["--plugin", HERE / "good.py", "--plugin", HERE / "raising.py"]
    run = harness("run", "--tasks", "parrot", "--model", "oracle", *files, cwd=tmp_path)
    assert run.code == 0, run.err
    assert run.err.count("warning: plug-in 'raising' failed in harness_event: RuntimeError: no ear") == 1
    assert "heard: 3 episodes of parrot" in run.err
    assert "heard: done" in run.err


def test_commands_of_a_plugin_join_and_those_of_a_broken_one_are_told_of(site: Site) -> None:
    site.install("harness-parrot", "good.py", {"plugins": "parrot"})
    site.install("harness-broken", "broken.py", {"plugins": "broken"})
    assert harness("squawk", env=site.env).out == "squawk!\n"
    done = harness("--help", env=site.env)
    assert "Make a noise." in done.out
    assert "warning: plug-in 'broken' (harness-broken 1.0): ModuleNotFoundError" in done.err


def test_harness_trace_shows_hook_calls() -> None:
    asked = ["audit", "parrot", "--limit", "1", "--plugin", HERE / "good.py"]
    traced = harness(*asked, env={"HARNESS_TRACE": "1"})
    assert "trace: good: harness_tasks() -> [<" in traced.err
    assert "trace:" not in harness(*asked).err
