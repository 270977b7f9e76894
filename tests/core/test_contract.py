"""What we promise to the authors of plug-ins, and to those who read this code."""

import ast
import inspect
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

import harness
from harness import hooks
from harness.loader import HOOKS

ROOT = Path(__file__).parents[2]
FOLDERS = ("harness", "plugins", "tasks")
OUTSIDE = ("plugins", "tasks", "training")

PUBLIC_MODULES = ("harness.protocol",)
"""Where plug-ins may import from beside `harness` itself."""
LONG_FILES: dict[str, int] = {}
"""Files above 300 lines that we live with, and their length. It may only shrink."""
LONG_FUNCTIONS: dict[str, int] = {}
"""Functions above 40 lines that we live with, and their length. It may only shrink."""


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


# The surface


def test_public_names_are_sorted_and_complete() -> None:
    modules = {n for n, v in vars(harness).items() if inspect.ismodule(v)}
    public = [n for n in vars(harness) if not n.startswith("_") and n not in modules]
    assert list(harness.__all__) == sorted(set(public), key=lambda n: (not n.isupper(), n))


def test_there_are_at_most_a_dozen_hooks_of_at_most_four_arguments() -> None:
    assert len(HOOKS) <= 12
    assert all(len(inspect.signature(getattr(hooks, h)).parameters) <= 4 for h in HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_manual_a_test_and_a_line_in_the_docs(hook: str) -> None:
    said = inspect.getdoc(getattr(hooks, hook)) or ""
    assert "Called" in said, "the docstring says when and how often it is called"
    tests = "".join(text for name, text in sources("tests") if "/test_" in name)
    assert f"def test_{hook}_" in tests, f"no test is named test_{hook}_..."
    assert f"## {hook}\n" in (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")


def test_the_page_of_hooks_is_what_the_docstrings_say() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "hooks_page.py"))["page"]()
    assert page == (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8"), "run: python docs/hooks_page.py"


# Who imports whom


def imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def climbs_out(name: str, text: str) -> bool:
    depth = len(Path(name).parts) - 1
    relative = (n.level for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom))
    return any(level > depth for level in relative)


def test_the_harness_never_imports_plugins_tasks_or_training_by_name() -> None:
    windows = {f"harness.{folder}" for folder in OUTSIDE}
    for name, text in sources("harness"):
        for module in imported(text):
            assert module.split(".")[0] not in OUTSIDE, f"{name} imports {module}"
            assert ".".join(module.split(".")[:2]) not in windows, f"{name} imports {module}"


@pytest.mark.parametrize("folder", OUTSIDE)
def test_plugins_tasks_and_training_import_only_the_harness_and_themselves(folder: str) -> None:
    for name, text in sources(folder):
        assert not climbs_out(name, text), f"{name} imports from beside {folder}/"
        for module in imported(text):
            first, _, rest = module.partition(".")
            assert first not in OUTSIDE, f"{name} imports {module}; write it relative, or from harness"
            assert not (first == "harness" and rest.split(".")[0] in OUTSIDE), f"{name} imports {module}"


@pytest.mark.parametrize("folder", ["plugins", "tasks"])
def test_plugins_and_tasks_need_nothing_but_the_public_names(folder: str) -> None:
    for name, text in sources(folder):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                public = node.module in PUBLIC_MODULES or not node.module.startswith("harness.")
                assert public, f"{name} imports from {node.module}; write: from harness import ..."
                if node.module == "harness":
                    private = {alias.name for alias in node.names} - set(harness.__all__)
                    assert not private, f"{name} imports {private} from harness"


# Sizes


def test_files_are_short() -> None:
    lengths = {name: text.count("\n") for name, text in sources(*FOLDERS)}
    assert {n: length for n, length in lengths.items() if length > LONG_FILES.get(n, 300)} == {}
    assert all(lengths.get(n, 0) > 300 for n in LONG_FILES), "take files that became short out of LONG_FILES"


def functions() -> Iterator[tuple[str, int]]:
    for name, text in sources(*FOLDERS):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_are_short() -> None:
    lengths = dict(functions())
    assert {n: length for n, length in lengths.items() if length > LONG_FUNCTIONS.get(n, 40)} == {}
    assert all(lengths.get(n, 0) > 40 for n in LONG_FUNCTIONS), "take short ones out of LONG_FUNCTIONS"


def test_every_module_says_what_it_is() -> None:
    empty = [n for n, text in sources(*FOLDERS) if text.strip() and not ast.get_docstring(ast.parse(text))]
    assert empty == []
