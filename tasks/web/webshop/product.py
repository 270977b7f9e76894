"""A product as the shop shows and grades it, and its line in the catalogue's file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a product, such as its size."""

    name: str
    values: tuple[str, ...]
    extra: tuple[float, ...] = ()
    """Dollars that each value adds; empty where none does."""

    def added(self, value: str | None) -> float:
        """Dollars that a value adds; an option left open adds nothing."""
        return self.extra[self.values.index(value)] if self.extra and value in self.values else 0.0


@dataclass(frozen=True, slots=True)
class Review:
    title: str
    stars: str
    text: str


@dataclass(frozen=True, slots=True)
class Product:
    """Everything about one product. `asin` is its name in the shop, ten characters at most."""

    asin: str
    title: str
    query: str
    path: tuple[str, ...]
    low: float
    """Dollars, before options; `high` differs where the shop only tells a range."""
    high: float
    description: str = ""
    bullets: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    attributes: tuple[str, ...] = ()
    rating: str = "N.A."
    reviews: tuple[Review, ...] = field(default=())

    def price(self, chosen: Mapping[str, str]) -> float:
        """What it costs with these options. Within a range, a number drawn from the product's own seed."""
        base = self.low
        if self.high != self.low:
            base = seeded("price", self.asin).uniform(self.low, self.high)
        added = sum(c.added(chosen.get(c.name)) for c in self.choices)
        return round(base + added, 2) if added else base

    def tag(self, chosen: Mapping[str, str]) -> str:
        """The price as shown: a range as long as it is open."""
        low, high = self.low, self.high
        for choice in self.choices:
            extra = [choice.added(chosen[choice.name])] if choice.name in chosen else choice.extra
            low, high = low + min(extra, default=0.0), high + max(extra, default=0.0)
        low, high = round(low, 2), round(high, 2)
        return f"${low}" if low == high else f"${low} to ${high}"

    @property
    def document(self) -> str:
        """What search looks at: title, description, first bullet point and options, as in WebShop."""
        options = ", and ".join(f"{c.name}: {', '.join(c.values)}" for c in self.choices)
        return " ".join((self.title, self.description, *self.bullets[:1], options))


def seeded(*words: str) -> Random:
    """A generator that depends on these words alone, whatever process asks."""
    return Random(int.from_bytes(sha256(" ".join(words).encode()).digest()[:8]))


def pack(product: Product) -> bytes:
    """One line of the catalogue's file, without its line end."""
    said: dict[str, Any] = {
        "asin": product.asin,
        "title": product.title,
        "query": product.query,
        "path": product.path,
        "price": (product.low, product.high),
        "description": product.description,
        "bullets": product.bullets,
        "options": [(c.name, c.values, c.extra) for c in product.choices],
        "attributes": product.attributes,
        "rating": product.rating,
        "reviews": [(r.title, r.stars, r.text) for r in product.reviews],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def unpack(line: bytes) -> Product:
    """The inverse of `pack`."""
    said = json.loads(line)
    low, high = said["price"]
    return Product(
        asin=said["asin"],
        title=said["title"],
        query=said["query"],
        path=tuple(said["path"]),
        low=low,
        high=high,
        description=said["description"],
        bullets=tuple(said["bullets"]),
        choices=tuple(Choice(name, tuple(v), tuple(e)) for name, v, e in said["options"]),
        attributes=tuple(said["attributes"]),
        rating=said["rating"],
        reviews=tuple(Review(*r) for r in said["reviews"]),
    )


def bound(price: float, random: Random) -> float | None:
    """A price bound in dollars: of the next four multiples of ten above the price, up to 990, two are
    drawn and the larger is taken; None where fewer than two are left. Source: WebShop's `goal.py`."""
    above = [10.0 * n for n in range(1, 100) if 10.0 * n > price][:4]
    return max(random.sample(above, 2)) if len(above) >= 2 else None


NO_BOUND = 1_000_000.0
"""Dollars; WebShop's bound where there is none."""


def english_list(words: Sequence[str]) -> str:
    """
    >>> english_list(("thin", "light", "cheap"))
    'thin, light and cheap'
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
