"""Instructions for products of the bundled shop, in a shopper's words."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

from ..product import NO_BOUND, bound, english_list, seeded
from ..samples import ShopSample
from .products import SMALLEST, kind_of, product, read

COUNTS = {"test": 60, "train": 600}


@cache
def bundled(split: str) -> tuple[ShopSample, ...]:
    """The instructions of a split. No product is asked for twice, in either split."""
    order = list(range(SMALLEST))
    Random("webshop instructions").shuffle(order)
    first = 0 if split == "test" else COUNTS["test"]
    said = read("phrases")[split]
    chosen = order[first : first + COUNTS[split]]
    return tuple(_goal(split, place, number, said) for place, number in enumerate(chosen))


def _goal(split: str, place: int, number: int, said: dict[str, Any]) -> ShopSample:
    wanted, random = product(number), seeded("webshop", split, str(number))
    attributes = random.sample(wanted.attributes, random.choice((1, 2, 2, 2, 3, 3)))
    groups = list(wanted.choices)
    if len(groups) > 1 and random.random() < 0.3:
        groups.remove(random.choice(groups))
    options = {c.name: random.choice(c.values) for c in groups}
    upper = bound(wanted.price(options), random) or NO_BOUND
    sentence = said["sentences"][place % len(said["sentences"])]
    return ShopSample(
        id=f"{split}-{place:03}",
        split=split,
        instruction=_told(sentence, said, number, attributes, options, upper, random),
        asin=wanted.asin,
        title=wanted.title,
        query=wanted.query,
        path=wanted.path,
        attributes=tuple(attributes),
        options=tuple(options.values()),
        price_upper=upper,
    )


def _told(
    sentence: str,
    said: dict[str, Any],
    number: int,
    attributes: Sequence[str],
    options: dict[str, str],
    upper: float,
    random: Random,
) -> str:
    kind = kind_of(number)
    parts = [random.choice(said["options"][name]).format(value=v) for name, v in options.items()]
    text = sentence.format(
        want=_with_article(kind.one, f"{', '.join(attributes)} {kind.name}"),
        thing=_with_article(kind.one, kind.name),
        attributes=english_list(attributes),
        options=said["joint"].join(parts),
        price=random.choice(said["prices"]).format(bound=f"{upper:.2f}"),
    )
    return _capitals(text) if sentence[0] != "i" else text


def _with_article(one: str, noun: str) -> str:
    """
    >>> _with_article("a", "easy to clean lamp"), _with_article("a pair of", "oil free socks")
    ('an easy to clean lamp', 'a pair of oil free socks')
    """
    if one in ("a", "an"):
        one = "an" if noun[0] in "aeiou" and not noun.startswith(("usb", "eu")) else "a"
    return f"{one} {noun}"


def _capitals(text: str) -> str:
    """Sentences begin with a capital.

    >>> _capitals("need a mug. in red. 5 ounce")
    'Need a mug. In red. 5 ounce'
    """
    return ". ".join(s[:1].upper() + s[1:] for s in text.split(". "))
