"""What a purchase earns: WebShop's formula, term by term.

    type factor * (attributes met + options met + price met) / (attributes + options + 1)

Source: WebShop (Yao et al., 2022), section 3, and `web_agent_site/engine/goal.py` in the copy that
AgentBench v0.2 plays. Not the same: spaCy's tagger, which finds the nouns of a title there (see `nouns`).
Under `native`, sizes are compared exactly, as in later versions of WebShop, and colors are whole words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from harness import Score

from .colors import base_color
from .product import Product
from .samples import ShopSample

PARTS = ("bought", "type", "attributes", "options", "price")
CLOSE = 85
"""A token-set ratio above this is a match."""
_SMALL_WORDS = (
    "a an the and or nor but for of in on at by to from with without as is are be it its this that these "
    "those you your our my his her their we i he she they not no any all each more most very can will than "
    "then so if up out off over under into per via plus"
)
_FUNCTION_WORDS = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True, slots=True)
class Terms:
    """How far a product with its chosen options meets an instruction."""

    type: float
    """0, 0.1, 0.5 or 1."""
    attributes: tuple[bool, ...]
    options: tuple[bool, ...]
    price: bool

    @property
    def value(self) -> float:
        met = (*self.attributes, *self.options, self.price)
        return self.type * sum(met) / len(met)


def judged(sample: ShopSample, product: Product, chosen: Mapping[str, str], native: bool) -> Terms:
    return Terms(
        type_factor(sample, product),
        tuple(has_attribute(product, a) for a in sample.attributes),
        tuple(has_option(chosen, o, native) for o in sample.options),
        product.price(chosen) <= sample.price_upper,
    )


def score(terms: Terms | None, bought: bool) -> Score:
    """Only a purchase earns something, also in the parts; `progress` is what buying at once would earn."""
    progress = 0.0 if terms is None else terms.value
    if terms is None or not bought:
        return Score(0.0, dict.fromkeys(PARTS, 0.0), progress)
    met = (terms.attributes, terms.options, (terms.price,))
    shares = (sum(m) / len(m) if m else 1.0 for m in met)
    return Score(progress, dict(zip(PARTS, (1.0, terms.type, *shares), strict=True)), progress)


def type_factor(sample: ShopSample, product: Product) -> float:
    """Whether it is the kind of thing that was asked for.

    A match is the same query, two categories in common, or more than a fifth of the wanted title's nouns;
    without one the factor is a half. Too few nouns in common weigh more than any match.
    """
    share = title_share(sample.title, product.title)
    if share == 0:
        return 0.0
    if share < 0.1:
        return 0.1
    categories = set(sample.path) & set(product.path)
    return 1.0 if sample.query == product.query or len(categories) >= 2 or share > 0.2 else 0.5


def title_share(wanted: str, bought: str) -> float:
    """Different nouns the titles share, per noun of the wanted one; 0.2 where that has none."""
    nouns_wanted = nouns(wanted)
    return len(set(nouns_wanted) & set(nouns(bought))) / len(nouns_wanted) if nouns_wanted else 0.2


@lru_cache(maxsize=4096)
def nouns(title: str) -> tuple[str, ...]:
    """Words that stand in for the nouns of a title, in lower case, repeated as often as they occur.

    WebShop asks spaCy, which takes most words of a product title for nouns or names. Here: words of two
    letters or more and no digits, without function words and without participles in -ed (six letters or
    more, not -eed). Hyphens part words, dots do not.

    >>> nouns("Listed 2-Prong Power Cord for the JBL 4K D.O.N. Bar")
    ('prong', 'power', 'cord', 'jbl', 'd.o.n', 'bar')
    """
    words = (w.strip(".'’") for w in re.findall(r"[^\W_][\w.'’]*", title.lower()))
    return tuple(w for w in words if _is_noun(w))


def _is_noun(word: str) -> bool:
    if len(word) < 2 or word in _FUNCTION_WORDS or any(c.isdigit() for c in word):
        return False
    return not (len(word) >= 6 and word.endswith("ed") and not word.endswith("eed"))


def has_attribute(product: Product, wanted: str) -> bool:
    """Listed among the product's attributes, or written in its title, bullet points or description."""
    if any(close(a, wanted) for a in product.attributes):
        return True
    places = (product.title, " ".join(product.bullets), product.description)
    return any(wanted in text.lower() for text in places)


def has_option(chosen: Mapping[str, str], wanted: str, native: bool = False) -> bool:
    for name, value in chosen.items():
        if native and name.lower() == "size":
            if value.strip().casefold() == wanted.strip().casefold():
                return True
        elif close(base_color(value, native), base_color(wanted, native)):
            return True
    return False


@lru_cache(maxsize=65536)
def close(one: str, other: str) -> bool:
    """Whether the token-set ratio, rounded as thefuzz does, is above the threshold.

    >>> close("essential oil", "essential oils"), close("x-large", "large"), close("tea", "oil")
    (True, True, False)
    """
    from rapidfuzz.fuzz import token_set_ratio

    return round(token_set_ratio(_plain(one), _plain(other))) > CLOSE


def _plain(text: str) -> str:
    """ASCII letters and digits in lower case, blanks for everything else: thefuzz's own preparation."""
    kept = "".join(c for c in text if ord(c) < 128)
    return re.sub(r"[^a-z0-9]", " ", kept.lower()).strip()
