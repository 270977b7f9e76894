"""A very small browser for our own pages: it types, selects, clicks links and sends forms.

It reads only markup that `markup.py` wrote (attributes in double quotes, no nested forms, no script).
That it does what Chromium does is tested by playing the same tasks in both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape, unescape
from itertools import count

from .site import Move, Request, Session, Site

_CONTROL = re.compile(r'<(a|button|input|select|textarea)((?: [a-z_-]+="[^"]*")*)>')
NUMBER = "backend_node_id"
_ELEMENT = re.compile(r"<[a-z][a-z0-9]*")
_CANDIDATE = re.compile(rf'<(?:a|button|input|select|textarea) {NUMBER}="(\d+)"(?! type="hidden")')
_ATTRIBUTE = re.compile(r' ([a-z_-]+)="([^"]*)"')
_OPTION = re.compile(r'<option[^>]*? value="([^"]*)"( selected="selected")?')
_ROLES = {"a": "link", "button": "button", "select": "combobox", "textarea": "textbox", "input": "textbox"}


@dataclass(frozen=True, slots=True)
class View:
    """What a visitor has before them: an address, and what they entered since it was loaded."""

    request: Request = Request()
    session: Session = Session()
    entered: tuple[tuple[str, str], ...] = ()
    """Control and value, in order: text, an option, or "on" for what was ticked."""


@dataclass(frozen=True, slots=True)
class Control:
    """Something one can click, type into or select from."""

    tag: str
    attributes: dict[str, str]
    start: int
    """Where it begins in the page."""
    end: int

    @property
    def role(self) -> str:
        kind = self.attributes.get("type", "")
        return kind if kind in ("radio", "checkbox") else _ROLES[self.tag]


def html(site: Site, view: View) -> str:
    """The page, with what was entered, and a `backend_node_id` on every element."""
    page = loaded(site, view.request, view.session)[0]
    for control, value in view.entered:
        page = _entered(page, control, value)
    return page


@lru_cache(maxsize=64)
def loaded(site: Site, request: Request, session: Session) -> tuple[str, tuple[str, ...]]:
    """The page as it comes, numbered, and the numbers of its controls, both in document order."""
    page = numbered(site.render(request, session))
    return page, tuple(_CANDIDATE.findall(page))


def numbered(page: str) -> str:
    """The page with a `backend_node_id` on every element, counted from 1."""
    numbers = count(1)
    return _ELEMENT.sub(lambda m: f'{m[0]} {NUMBER}="{next(numbers)}"', page)


def meant(page: str, control: str) -> list[Control]:
    """The controls that a move names: one by its `id`, or all links to an address."""
    return [_at(page, m.start()) for m in re.finditer(re.escape(_named(control)), page)]


def _named(control: str) -> str:
    return f' href="{escape(control)}"' if control.startswith("/") else f' id="{escape(control)}"'


def _at(page: str, inside: int) -> Control:
    """The control around a position in its opening tag."""
    start = page.rindex("<", 0, inside)
    found = _CONTROL.match(page, start)
    if found is None:
        raise LookupError(f"no control: {page[start : start + 80]}")
    attributes = {k: unescape(v) for k, v in _ATTRIBUTE.findall(found[2])}
    return Control(found[1], attributes, start, found.end())


def label(page: str, control: Control) -> str:
    """What a control is called: its text, or that of its label."""
    if said := control.attributes.get("aria-label"):
        return said
    if control.tag in ("a", "button"):
        return _text(page[control.end : page.index(f"</{control.tag}>", control.end)])
    named = re.search(f'<label[^>]* for="{re.escape(control.attributes["id"])}"[^>]*>(.*?)</label>', page)
    return _text(named[1]) if named else ""


def _text(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def play(site: Site, view: View, move: Move) -> View:
    """What a visitor has before them after a move. Raises `LookupError` where there is no such control."""
    page = html(site, view)
    found = meant(page, move.control)
    if not found:
        raise LookupError(f"{site.name}: {view.request.address} has no control {move.control}")
    if move.operation != "CLICK":
        if move.operation == "SELECT" and move.value not in _options(page, found[0]):
            raise LookupError(f"{site.name}: {move.control} has no option {move.value!r}")
        return replace(view, entered=(*view.entered, (move.control, move.value)))
    if found[0].tag == "a":
        return View(Request.to(move.control), view.session)
    if found[0].role in ("radio", "checkbox"):
        return replace(view, entered=(*view.entered, (move.control, "on")))
    return _sent(site, view, page, found[0])


def _sent(site: Site, view: View, page: str, pressed: Control) -> View:
    start = page.rindex("<form", 0, pressed.start)
    inside = page[start : page.index("</form>", start)]
    action = re.search(r' action="([^"]*)"', inside)
    assert action is not None
    request = Request(unescape(action[1]), tuple(_fields(inside)))
    if not request.path.startswith("/do/"):
        return View(request, view.session)
    session, address = site.send(request, view.session)
    return View(Request.to(address), session)


def _fields(inside: str) -> Iterator[tuple[str, str]]:
    for found in _CONTROL.finditer(inside):
        attributes = {k: unescape(v) for k, v in _ATTRIBUTE.findall(found[2])}
        name = attributes.get("name")
        if name is None or found[1] in ("a", "button"):
            continue
        if found[1] == "select":
            options = _OPTION.findall(inside[found.end() : inside.index("</select>", found.end())])
            yield name, unescape(next((v for v, chosen in options if chosen), options[0][0]))
        elif found[1] == "textarea":
            yield name, unescape(inside[found.end() : inside.index("</textarea>", found.end())])
        elif attributes.get("type") not in ("radio", "checkbox") or "checked" in attributes:
            yield name, attributes.get("value", "on")


def _options(page: str, control: Control) -> list[str]:
    inside = page[control.end : page.index("</select>", control.end)]
    return [unescape(value) for value, _ in _OPTION.findall(inside)]


def _entered(page: str, name: str, value: str) -> str:
    control = meant(page, name)[0]
    before, tag, after = page[: control.start], page[control.start : control.end], page[control.end :]
    if control.tag == "textarea":
        return before + tag + escape(value) + after[after.index("</textarea>") :]
    if control.tag == "select":
        options, rest = after.split("</select>", 1)
        wanted = f' value="{escape(value)}"'
        options = options.replace(' selected="selected"', "").replace(wanted, f'{wanted} selected="selected"')
        return f"{before}{tag}{options}</select>{rest}"
    if control.role == "textbox":
        return before + re.sub(r' value="[^"]*"', lambda _: f' value="{escape(value)}"', tag) + after
    return _ticked(page, control)


def _ticked(page: str, control: Control) -> str:
    mark = ' checked="checked"'
    before, tag, after = page[: control.start], page[control.start : control.end], page[control.end :]
    if control.role == "checkbox":
        return before + (tag.replace(mark, "") if mark in tag else f"{tag[:-1]}{mark}>") + after
    group = re.compile(rf'(<input[^>]* name="{re.escape(control.attributes["name"])}"[^>]*?){mark}')
    return group.sub(r"\1", before) + f"{tag.replace(mark, '')[:-1]}{mark}>" + group.sub(r"\1", after)
