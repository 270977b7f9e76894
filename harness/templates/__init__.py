"""Files that `harness new` starts plug-ins from."""

from importlib.resources import files
from string import Template


def render(template: str, name: str) -> str:
    """The template's text for a plug-in called `name`."""
    text = (files(__name__) / f"{template}.py.txt").read_text(encoding="utf-8")
    title = "".join(part.title() for part in name.split("_"))
    return Template(text).substitute(name=name, Class=title)
