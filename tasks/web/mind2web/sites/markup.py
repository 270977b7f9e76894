"""A little HTML: elements are strings that are markup already, other strings are text and escaped.

>>> el("p", "a < b ", el("b", "bold"), class_="note")
'<p class="note">a &lt; b <b>bold</b></p>'
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


class Html(str):
    """Markup, as opposed to text."""

    __slots__ = ()


@lru_cache(maxsize=50_000)
def _opening(name: str, attributes: tuple[tuple[str, str], ...]) -> str:
    given = "".join(f' {k.rstrip("_").replace("_", "-")}="{escape(v)}"' for k, v in attributes)
    return f"<{name}{given}>"


def joined(*inside: str) -> Html:
    """Texts and elements, one after the other."""
    return Html("".join([t if type(t) is Html else escape(t) for t in inside]))


def el(name: str, /, *inside: str, **attributes: str) -> Html:
    """An element; `class_` is written `class`, `data_x` is written `data-x`."""
    opening = _opening(name, tuple(attributes.items()))
    if name in VOID:
        return Html(opening)
    return Html(f"{opening}{joined(*inside)}</{name}>")


def many(name: str, things: Iterable[str], /, **attributes: str) -> Html:
    """One element around each thing."""
    return joined(*[el(name, thing, **attributes) for thing in things])


def link(text: str, address: str, **attributes: str) -> Html:
    return el("a", text, href=address, **attributes)


def links(addresses: Mapping[str, str] | Iterable[tuple[str, str]], **attributes: str) -> Html:
    """A list of links; text first, address second."""
    pairs = addresses.items() if isinstance(addresses, Mapping) else addresses
    return el("ul", *[el("li", link(text, address)) for text, address in pairs], **attributes)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]], **attributes: str) -> Html:
    body = [el("tr", many("td", row)) for row in rows]
    return el("table", el("thead", el("tr", many("th", heads))), el("tbody", *body), **attributes)


def field(key: str, label: str, name: str = "", value: str = "", **attributes: str) -> Html:
    """A labelled text field; it is sent as `name`, or as `key` where there is none."""
    box = el("input", type="text", id=key, name=name or key, value=value, **attributes)
    return joined(el("label", label, for_=key), box)


def area(key: str, label: str, name: str = "") -> Html:
    """A labelled field of several lines."""
    return joined(el("label", label, for_=key), el("textarea", id=key, name=name or key, rows="4"))


def choice(key: str, label: str, options: Iterable[str], name: str = "", chosen: str = "") -> Html:
    """A labelled drop-down list; the first option is chosen unless another one is."""
    return joined(el("label", label, for_=key), bare_choice(key, options, name, chosen))


def bare_choice(key: str, options: Iterable[str], name: str = "", chosen: str = "", **rest: str) -> Html:
    inside = [el("option", o, value=o, **({"selected": "selected"} if o == chosen else {})) for o in options]
    return el("select", *inside, id=key, name=name or key, **rest)


def tick(kind: str, key: str, label: str, name: str, value: str, checked: bool = False) -> Html:
    """A radio button or a checkbox, followed by its label."""
    mark = {"checked": "checked"} if checked else {}
    box = el("input", type=kind, id=key, name=name, value=value, **mark)
    return joined(box, el("label", label, for_=key))


def hidden(name: str, value: str) -> Html:
    return el("input", type="hidden", name=name, value=value)


def button(key: str, text: str, **attributes: str) -> Html:
    return el("button", text, type="submit", id=key, **attributes)


def form(address: str, *inside: str, **attributes: str) -> Html:
    """A form; addresses below `/do/` change something and are sent by POST."""
    method = "post" if address.startswith("/do/") else "get"
    return el("form", *inside, action=address, method=method, autocomplete="off", **attributes)


def picture(name: str, seed: int) -> Html:
    """A small drawing, so that pages have the weight of markup that real ones have."""
    a, b, c = seed * 37 % 80 + 10, seed * 53 % 60 + 20, seed * 29 % 40 + 8
    shape = el("circle", cx=str(a), cy=str(b), r=str(c), fill=f"hsl({a * 4},50%,{b}%)")
    path = el("path", d=f"M{a} {b}L{b} {c}L{c} {a}C{a} {c} {b} {b} {c} {a}Z", fill=f"hsl({c * 9},40%,70%)")
    return el("svg", el("title", name), shape, path, viewBox="0 0 100 100", width="64", role="img")


def document(title: str, style: str, *body: str) -> str:
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        el("style", Html(style)),
        el("link", rel="icon", href="data:,"),
    )
    return f"<!DOCTYPE html>\n{el('html', head, el('body', *body), lang='en')}"
