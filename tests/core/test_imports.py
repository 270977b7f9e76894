"""Importing costs nothing: no heavy module, no output, no files."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "torch", "transformers", "openai", "httpx", "aiohttp", "numpy", "pandas", "pydantic",
    "docker", "pymysql", "xllamacpp", "rich.table", "sqlite3", "harness.tasks.db",
}  # fmt: skip


def loaded(code: str, cwd: Path) -> set[str]:
    """The modules that a new process has loaded after `code`."""
    code += "\nprint('LOADED', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys\n{code}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=cwd,
    )
    assert list(cwd.iterdir()) == [], "nothing may be written"
    return set(done.stdout[done.stdout.rindex("LOADED") :].split())


def run(*arguments: str) -> str:
    return (
        f"sys.argv = ['harness', *{arguments!r}]\n"
        "from harness.cli import main\n"
        "try:\n    main()\nexcept SystemExit as e:\n    assert not e.code, e.code"
    )


@pytest.mark.parametrize(
    "code",
    ["import harness", "import harness.loader, harness.plan, harness.testing, harness.audit"],
    ids=["import harness", "import its modules"],
)
def test_importing_the_harness_is_light(code: str, tmp_path: Path) -> None:
    assert not loaded(code, tmp_path) & (HEAVY - {"sqlite3"})


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["list", "--json"], ["run", "--help"]])
def test_help_and_list_import_no_plugin_and_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    modules = loaded(run(*arguments), tmp_path)
    assert not modules & HEAVY
    rooms = ("harness.tasks.",)
    if "--help" not in arguments[:1]:  # which shows the commands that plug-ins add
        rooms += ("harness.plugins.", "harness.training.")
    assert [m for m in modules if m.startswith(rooms)] == []


def test_importing_prints_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", "import harness, harness.testing, harness.cli"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout + done.stderr == ""


def test_loading_every_plugin_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "from harness.host import Plugins\nfrom harness.offers import KINDS\nPlugins().load_all(KINDS)"
    heavy = HEAVY - {"sqlite3", "harness.tasks.db", "pymysql"}
    assert not loaded(code, tmp_path) & heavy
