"""Writes `docs/hooks.md` from the docstrings of `harness/hooks.py`: `python docs/hooks_page.py`."""

import inspect
import sys
from pathlib import Path

from harness import hooks
from harness.loader import HOOKS

PAGE = Path(__file__).with_name("hooks.md")
HEAD = """# Hooks

What a plug-in may implement. Written by `python docs/hooks_page.py` from `harness/hooks.py`; a test
compares the two. Start from a working file: `harness new task NAME` (or `strategy`, or `model`).

"""


def page() -> str:
    """The whole page: the module's text, then each hook with its signature."""
    order = sorted(HOOKS, key=lambda name: inspect.getsourcelines(getattr(hooks, name))[1])
    return HEAD + inspect.cleandoc(hooks.__doc__ or "") + "\n\n" + "\n".join(map(_hook, order))


def _hook(name: str) -> str:
    hook = getattr(hooks, name)
    given = ", ".join(_argument(p) for p in inspect.signature(hook).parameters.values())
    gives = str(inspect.signature(hook).return_annotation).strip("'")
    one = "first answer counts" if hook.harness_spec["firstresult"] else "all are asked"
    said = inspect.cleandoc(hook.__doc__ or "")
    return f"## {name}\n\n`{name}({given}) -> {gives}` ({one})\n\n{said}\n"


def _argument(parameter: inspect.Parameter) -> str:
    kind = parameter.annotation
    return f"{parameter.name}: {kind if isinstance(kind, str) else kind.__name__}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
