"""What an agent may do to an element; what it asks for is checked before the browser is touched."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from .tab import Tab
from .tree import Control

LONGEST = 500
"""Characters of a text that are typed."""


class Refused(Exception):
    """The action makes no sense here; the message tells the agent why."""


def control(tab: Tab, arguments: Mapping[str, Any]) -> Control:
    """The element that is meant. Raises `Refused`."""
    number = str(arguments.get("id", ""))
    shown = tab.reader.controls if tab.reader else []
    if not (number.isascii() and number.isdigit() and len(number) < 6 and 0 < int(number) <= len(shown)):
        raise Refused(f"There is no element [{plain(number)[:20]}] on this page.")
    return shown[int(number) - 1]


def click(tab: Tab, arguments: Mapping[str, Any]) -> bool:
    meant = control(tab, arguments)
    if meant.role == "combobox":
        raise Refused(f"[{meant.number}] is a drop-down list: use select with one of {_listed(meant)}.")
    return tab.click(meant)


def write(tab: Tab, arguments: Mapping[str, Any]) -> bool:
    meant = control(tab, arguments)
    if meant.role not in ("textbox", "searchbox", "spinbutton"):
        raise Refused(f"[{meant.number}] is a {meant.role}: one cannot type there.")
    tab.type(meant, plain(str(arguments.get("text", "")))[:LONGEST])
    return False


def select(tab: Tab, arguments: Mapping[str, Any]) -> bool:
    meant = control(tab, arguments)
    if meant.role not in ("combobox", "listbox"):
        raise Refused(f"[{meant.number}] is a {meant.role}: it has no options.")
    wanted = str(arguments.get("option", ""))
    option = next((o for o in meant.options if o == wanted), None) or next(
        (o for o in meant.options if _folded(o) == _folded(wanted)), None
    )
    if option is None:
        raise Refused(f"[{meant.number}] has no option {plain(wanted)[:80]!r}; it has {_listed(meant)}.")
    tab.select(meant, option)
    return False


def plain(text: str) -> str:
    """Text that any browser takes: unprintable characters become blanks."""
    return "".join(c if c.isprintable() else " " for c in text)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _listed(meant: Control) -> str:
    return ", ".join(repr(o) for o in meant.options)


DEEDS: Final[Mapping[str, Callable[[Tab, Mapping[str, Any]], bool]]] = {
    "click": click,
    "type": write,
    "select": select,
}
"""By the action's name; each says whether another page was loaded. Raises `Refused`."""
