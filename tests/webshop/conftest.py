"""A shop of a thousand products made once for all tests, and WebShop's files in miniature."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tantivy", reason="webshop needs tantivy")
pytest.importorskip("rapidfuzz", reason="webshop needs rapidfuzz")

from harness.tasks.web.webshop.catalogue import Catalogue, cached
from harness.tasks.web.webshop.environment import (
    CLICK_ACTION,
    KEYWORDS,
    SEARCH_ACTION,
    VALUE,
    ShopEnvironment,
)
from harness.tasks.web.webshop.make import SMALLEST, bundled, product
from harness.tasks.web.webshop.product import Product
from harness.tasks.web.webshop.samples import ShopSample

from harness import Action, Observation

SAMPLE = bundled("test")[0]


def quiet(what: str, done: int = 0, total: int | None = None) -> None:
    """Progress that nobody watches."""


def click(value: str) -> Action:
    return Action(CLICK_ACTION, {VALUE: value})


def seek(keywords: str) -> Action:
    return Action(SEARCH_ACTION, {KEYWORDS: keywords})


class Visit:
    """A visit to the shop, for tests to walk through."""

    def __init__(self, shop: Catalogue, profile: str, sample: ShopSample = SAMPLE) -> None:
        self.world = ShopEnvironment(sample, shop, profile)
        self.first = self.world.reset()

    def seek(self, keywords: str) -> Observation:
        return self.world.step(seek(keywords))

    def click(self, *values: str) -> Observation:
        for value in values:
            seen = self.world.step(click(value))
        return seen

    def product(self) -> Product:
        assert self.world.session.product is not None
        return self.world.catalogue.product(self.world.session.product)

    def first_result(self) -> str:
        return self.world.catalogue.product(self.world.session.shown[0]).asin


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    folder = cached(tmp_path_factory.mktemp("cache"), "shop", map(product, range(SMALLEST)), "made", quiet)
    catalogue = Catalogue(folder)
    yield catalogue
    catalogue.close()


@pytest.fixture
def visit(shop: Catalogue) -> Callable[..., Visit]:
    """Begins a visit: `visit("v0.2")`."""

    def begin(profile: str = "native", sample: ShopSample = SAMPLE) -> Visit:
        return Visit(shop, profile, sample)

    return begin


def item(asin: str, name: str, **more: Any) -> dict[str, Any]:
    """A product as items_shuffle.json holds it; fields that the shop does not need are there too."""
    return {
        "asin": asin,
        "name": name,
        "query": " Garden Tools ",
        "category": "garden",
        "product_category": "Patio › Gardening › Hand Tools",
        "full_description": "For beds and borders.",
        "small_description": ["Ash handle", "Hangs from a loop"],
        "pricing": "$12.99",
        "customization_options": {},
        "images": ["https://example.org/1.jpg"],
        "brand": "Holm",
        "list_price": "",
    } | more


@pytest.fixture
def webshop_files(tmp_path: Path) -> Path:
    """A folder with the three files, and the list of instructions."""
    colors = [{"value": "Dark Green", "image": None}, {"value": "Red/Black"}]
    items = [
        item("B000000001", "Holm Hand Trowel, Steel", customization_options={"Color": colors, "Size": None}),
        item("B000000002", "Holm Pruning Shears", pricing="$20.00$30.00", small_description="Sharp"),
        item("B000000003", "Holm Watering Can", pricing=None, full_description=None),
        item("B000000001", "The same name again"),
        item("nan", "No name"),
        item("B0000000001", "A name of eleven characters"),
    ]
    attributes = {
        "B000000001": {"attributes": ["rust free", "easy to hold"], "instruction": None},
        "B000000002": {"attributes": ["heavy duty"]},
    }
    trowel = {
        "asin": "B000000001",
        "instruction": "i need a rust free trowel in dark green.",
        "instruction_attributes": ["rust free"],
        "instruction_options": ["dark green"],
    }
    shears = trowel | {"instruction": "sharp shears", "instruction_attributes": ["heavy duty"]}
    human = {
        "B000000001": [trowel, trowel | {"instruction": "none", "instruction_attributes": []}],
        "B000000002": [shears | {"asin": "B000000002", "instruction_options": {}}],
        "B000000009": [trowel],
    }
    folder = tmp_path / "webshop"
    folder.mkdir()
    files = {"items_shuffle": items, "items_ins_v2": attributes, "items_human_ins": human}
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
    return folder
