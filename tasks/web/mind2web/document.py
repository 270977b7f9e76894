"""A page, pruned around a few elements and written down briefly.

What is kept follows Mind2Web's pruning: the elements, what they stand in, what they hold, and their
nearest siblings. Attributes are those that say something to a reader.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from selectolax.lexbor import LexborHTMLParser

DEPTH, CHILDREN, SIBLINGS = 5, 50, 1
"""What is kept of an element: levels below it, elements there, siblings on either side."""
TEXT = 120
"""Characters of one piece of text, or of one attribute."""
FORM = 400
"""Characters of a form that say what its fields are for."""
ATTRIBUTES = (
    "role", "type", "name", "aria-label", "aria_label", "placeholder", "title", "alt", "value",
    "checked", "selected", "input_value", "input_checked", "option_selected", "class",
)  # fmt: skip
ID = "backend_node_id"
HIDDEN = frozenset({"script", "style", "svg", "head", "noscript", "template"})
Element = Any
"""A `LexborNode`."""


class Document:
    """One parsed page."""

    def __init__(self, html: str) -> None:
        self.parser = LexborHTMLParser(html)
        found = self.parser.css(f"[{ID}]")
        self.elements: dict[str, Element] = {n.attributes[ID] or "": n for n in found}
        self.labels = {
            n.attributes.get("for") or "": squeezed(n.text(deep=True, separator=" "))
            for n in self.parser.css("label[for]")
        }
        self.forms: dict[str, str] = {}
        """The words of each form that was asked about."""

    def describe(self, element: str) -> str:
        """An element with its attributes, its label and its text, on one line."""
        node = self.elements.get(element)
        if node is None:
            return "<missing>"
        label = self.labels.get(node.attributes.get("id") or "", "")
        said = f" label={label}" if label else ""
        inside = squeezed(node.text(deep=True, separator=" "))
        return f"<{node.tag}{_attributes(node)}{said}> {inside}".rstrip()

    def surroundings(self, element: str) -> str:
        """The words of the form that an element stands in; empty outside forms."""
        node = self.elements.get(element)
        while node is not None and node.tag != "form":
            node = node.parent
        if node is None:
            return ""
        key = _name(node) or str(node.mem_id)
        if key not in self.forms:
            self.forms[key] = squeezed(node.text(deep=True, separator=" "), FORM)
        return self.forms[key]

    def prune(self, chosen: Sequence[str]) -> str:
        """The page around the elements `chosen`, an element a line, indented; they are numbered from 0."""
        numbers = {name: number for number, name in enumerate(chosen)}
        kept: set[str] = set()
        for name in chosen:
            if name in self.elements:
                self._keep(self.elements[name], kept)
        root = self.parser.root
        return "" if root is None else "\n".join(_lines(root, kept, numbers, 0))

    def _keep(self, node: Element, kept: set[str]) -> None:
        kept.update(_names(_below(node, DEPTH), CHILDREN))
        for way in ("prev", "next"):
            kept.update(_names(_beside(node, way), SIBLINGS))
        above: Element | None = node
        while above is not None and above.tag != "-undef":
            kept.add(_name(above))
            above = above.parent


@lru_cache(maxsize=32)
def document(html: str) -> Document:
    """The page, parsed once for all episodes that look at it; nothing ever changes it."""
    return Document(html)


def squeezed(text: str, most: int = TEXT) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def _name(node: Element) -> str:
    return node.attributes.get(ID) or "" if node.is_element_node else ""


def _names(nodes: Iterator[Element], most: int) -> list[str]:
    return [_name(n) for n, _ in zip(nodes, range(most), strict=False)]


def _below(node: Element, depth: int) -> Iterator[Element]:
    for child in node.iter() if depth else ():
        yield child
        yield from _below(child, depth - 1)


def _beside(node: Element, way: str) -> Iterator[Element]:
    while (node := getattr(node, way)) is not None:
        if node.is_element_node:
            yield node


def _holds(node: Element, names: Collection[str]) -> bool:
    return _name(node) in names or any(_holds(child, names) for child in node.iter())


def _attributes(node: Element) -> str:
    given: Mapping[str, str | None] = node.attributes
    words = []
    for name in ATTRIBUTES:
        if name in given and (name != "class" or node.tag == "svg"):
            value = squeezed(given[name] or "")
            words.append(f" {name}={value}" if value else f" {name}")
    return "".join(words)


def _lines(node: Element, kept: Collection[str], numbers: Mapping[str, int], depth: int) -> Iterator[str]:
    """Elements without attributes or text of their own are left out; what they hold moves up."""
    number = numbers.get(_name(node))
    texts = [squeezed(t.text(deep=False) or "") for t in node.iter(include_text=True) if t.is_text_node]
    own = " ".join(t for t in texts if t)
    attributes = _attributes(node)
    shown = number is not None or bool(own or attributes)
    if shown:
        head = node.tag + ("" if number is None else f" id={number}") + attributes
        yield f"{' ' * depth}<{head}> {own}".rstrip()
    for child in node.iter():
        if _name(child) in kept and (child.tag not in HIDDEN or _holds(child, numbers)):
            yield from _lines(child, kept, numbers, depth + shown)
