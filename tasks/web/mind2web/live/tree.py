"""The accessibility tree of a page as text: a line a row, a paragraph or a field, controls with numbers.

Controls are numbered in document order from 1. A page that is too long keeps, in this order, its form
fields and buttons, then lines with the rarest words of the problem, then what comes first.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LINK, TEXT = "link", "text"
FIELDS = frozenset(
    {"button", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "spinbutton"}
)
OPTIONS = 30
"""Options of a drop-down list that are shown."""


@dataclass(frozen=True, slots=True)
class Control:
    """Something to act on."""

    number: int
    role: str
    name: str
    node: int
    """Chromium's number of the element."""
    options: tuple[str, ...] = ()


@dataclass(slots=True)
class Line:
    """What stands together on the page."""

    parts: list[str] = field(default_factory=list)
    fields: bool = False
    links: bool = False
    heading: bool = False

    @property
    def text(self) -> str:
        return "# " * self.heading + " | ".join(self.parts)


@dataclass(slots=True)
class Reader:
    """Walks the nodes that Chromium's `Accessibility.getFullAXTree` gives, in document order."""

    nodes: Mapping[str, Mapping[str, Any]]
    lines: list[Line] = field(default_factory=lambda: [Line()])
    controls: list[Control] = field(default_factory=list)

    def walk(self, identity: str) -> None:
        node = self.nodes[identity]
        role, name = _said(node, "role"), " ".join(_said(node, "name").split())
        children = [c for c in node.get("childIds", ()) if c in self.nodes]
        if not node.get("ignored"):
            if role in FIELDS or role == LINK:
                return self._control(node, role, name)
            if role == "StaticText":
                return self.lines[-1].parts.append(name) if name else None
            if role == "LabelText":  # the name of its field says the same
                return None
        block = len(children) > 1 or role in ("row", "paragraph", "listitem", "heading")
        if block:
            self._break()
        self.lines[-1].heading |= role == "heading"
        for child in children:
            self.walk(child)
        if block:
            self._break()
        return None

    def _break(self) -> None:
        if self.lines[-1].parts:
            self.lines.append(Line())

    def _control(self, node: Mapping[str, Any], role: str, name: str) -> None:
        options = tuple(self._options(node)) if role in ("combobox", "listbox") else ()
        control = Control(len(self.controls) + 1, role, name, int(node["backendDOMNodeId"]), options)
        self.controls.append(control)
        line = self.lines[-1]
        if role in FIELDS and role != "button":
            self._break()
            line = self.lines[-1]
        line.parts.append(shown(control, node))
        line.fields, line.links = line.fields or role in FIELDS, line.links or role == LINK

    def _options(self, node: Mapping[str, Any]) -> Iterator[str]:
        for child in node.get("childIds", ()):
            if (inner := self.nodes.get(child)) is not None:
                if _said(inner, "role") == "option":
                    yield _said(inner, "name")
                else:
                    yield from self._options(inner)


def shown(control: Control, node: Mapping[str, Any]) -> str:
    """A control as the agent sees it."""
    text = f'[{control.number}] {control.role} "{control.name}"'
    if control.role in ("checkbox", "radio"):
        states = {p["name"]: p["value"].get("value") for p in node.get("properties", ())}
        return text + (" (checked)" if states.get("checked") == "true" else "")
    value = _said(node, "value")
    if value or control.role == "textbox":
        text += f' = "{value}"'
    if control.options:
        more = len(control.options) - OPTIONS
        text += f" of: {', '.join(control.options[:OPTIONS])}" + (f" and {more} more" if more > 0 else "")
    return text


def read(nodes: Sequence[Mapping[str, Any]]) -> Reader:
    """The page from its accessibility nodes, of which the first is the root."""
    reader = Reader({str(n["nodeId"]): n for n in nodes})
    reader.walk(str(nodes[0]["nodeId"]))
    reader.lines = [line for line in reader.lines if line.parts]
    return reader


def pruned(lines: Sequence[Line], problem: str, limit: int) -> str:
    """The lines that fit into so many characters, and how many do not."""
    texts = [line.text for line in lines]
    if sum(len(t) + 1 for t in texts) <= limit:
        return "\n".join(texts)
    words = [_words(t) for t in texts]
    often = Counter(w for ws in words for w in ws)
    asked = _words(problem)

    def rank(n: int) -> tuple[bool, float, bool, int]:
        weight = sum(1 / often[w] for w in words[n] & asked)
        return not lines[n].fields, -weight, not lines[n].links, n

    kept, room = set[int](), limit
    for n in sorted(range(len(lines)), key=rank):
        if len(texts[n]) + 1 <= room:
            kept.add(n)
            room -= len(texts[n]) + 1
    left = len(lines) - len(kept)
    return "\n".join(
        [*(t for n, t in enumerate(texts) if n in kept), f"({left} lines of the page are left out)"]
    )


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


def _said(node: Mapping[str, Any], key: str) -> str:
    return str(node.get(key, {}).get("value", ""))
