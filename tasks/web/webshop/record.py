"""One product, or one instruction, of WebShop's files: the edge where foreign JSON becomes our data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import UsageError

from .product import Choice, Product

USUAL_PRICE = 100.0
"""Dollars, where a product has no price. Source: WebShop's `engine.py`."""


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of the file, and where it stands."""

    given: Mapping[str, Any]
    where: str

    def text(self, name: str, needed: bool = True) -> str:
        value = self.given.get(name)
        if value is None and not needed:
            return ""
        if not isinstance(value, str):
            raise self.wrong(name, "text")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text counts as a list of one, nothing as none."""
        value = self.given.get(name)
        if value is None:
            return ()
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(v, str) for v in listed):
            raise self.wrong(name, "a list of texts")
        return tuple(listed)

    def wrong(self, name: str, expected: str) -> UsageError:
        found = type(self.given[name]).__name__ if name in self.given else "nothing"
        return UsageError(f"{self.where}: {name!r} should be {expected}, found {found}")


def fields(value: Any, where: str) -> Fields:
    if not isinstance(value, dict):
        raise UsageError(f"{where}: expected an object, found {type(value).__name__}")
    return Fields(value, where)


def product_of(said: Fields, attributes: tuple[str, ...]) -> Product:
    """The product, with texts, options and prices as WebShop reads them."""
    low, high = _prices(said)
    return Product(
        asin=said.text("asin"),
        title=said.text("name"),
        query=said.text("query").lower().strip(),
        path=tuple(part.strip() for part in said.text("product_category").split("›")),
        low=low,
        high=high,
        description=said.text("full_description", needed=False),
        bullets=said.texts("small_description"),
        choices=_choices(said),
        attributes=attributes,
    )


def _prices(said: Fields) -> tuple[float, float]:
    """`$12.99` or `$12.99$15.99`; a product without a price costs the usual one."""
    parts = said.text("pricing", needed=False).split("$")[1:]
    try:
        numbers = [float(re.sub(r"[^\d.]", "", p)) for p in parts][:2]
    except ValueError:
        raise said.wrong("pricing", "dollars such as '$12.99'") from None
    low, *rest = numbers or [USUAL_PRICE]
    return low, (rest or [low])[0]


def _choices(said: Fields) -> tuple[Choice, ...]:
    """Names and values in lower case; a slash becomes a bar between blanks."""
    given = said.given.get("customization_options") or {}
    if not isinstance(given, dict):
        raise said.wrong("customization_options", "an object")
    choices: dict[str, Choice] = {}
    for name, contents in given.items():
        if contents is None:
            continue
        try:
            values = tuple(c["value"].strip().replace("/", " | ").lower() for c in contents)
        except (TypeError, KeyError, AttributeError):
            raise said.wrong("customization_options", f"lists of objects with a 'value' ({name!r})") from None
        choices[name.lower()] = Choice(name.lower(), values)
    return tuple(choices.values())


def options_of(said: Fields) -> tuple[str, ...]:
    """The wanted option values of an instruction: a list, or an object of names and values."""
    given = said.given.get("instruction_options")
    if isinstance(given, dict):
        return Fields({"instruction_options": list(given.values())}, said.where).texts("instruction_options")
    return said.texts("instruction_options")
