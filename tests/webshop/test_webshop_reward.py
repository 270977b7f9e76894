"""The reward, term by term, held to the values that WebShop's own tests give."""

from dataclasses import replace

import pytest
from harness.tasks.web.webshop.colors import COLORS, base_color
from harness.tasks.web.webshop.product import Choice, Product
from harness.tasks.web.webshop.reward import (
    Terms,
    close,
    has_attribute,
    has_option,
    judged,
    score,
    title_share,
    type_factor,
)
from harness.tasks.web.webshop.samples import ShopSample
from hypothesis import given, settings
from hypothesis import strategies as st

PATH = ("Home", "Kitchen", "Mugs")
PRODUCT = Product(
    asin="B000000001",
    title="Holm Stoneware Coffee Mug",
    query="coffee mug",
    path=PATH,
    low=18.0,
    high=18.0,
    description="Holds heat well.",
    bullets=("Microwave safe", "Wide handle"),
    choices=(Choice("color", ("dark blue", "red")), Choice("size", ("large", "x-large"), (0.0, 4.0))),
    attributes=("dishwasher safe",),
)
SAMPLE = ShopSample(
    id="s",
    split="test",
    instruction="",
    asin="B000000001",
    title=PRODUCT.title,
    query="coffee mug",
    path=PATH,
    attributes=("dishwasher safe", "microwave safe"),
    options=("dark blue", "large"),
    price_upper=20.0,
)
CHOSEN = {"color": "dark blue", "size": "large"}
CORD = "Saireed UL Listed 2 Prong Power Cord for JBL Bar 3.1 Bar 2.1 Channel 4K Ultra HD Soundbar"
CABLE = (
    "BRST AC Power Cord Outlet Socket Cable Plug Lead for Panasonic SC-HT830V DVD/VCR Combo "
    "Home Theater System"
)


class TestTheType:
    @pytest.mark.parametrize(
        ("wanted", "bought", "share"),
        [
            ("adidas Unisex-Adult D.o.n. Issue 2 Basketball Shoe",
             "adidas Unisex-Adult D.o.n. Issue 2 Indoor Court Shoe", 0.85),
            (f"{CORD} Home Theater System Subwoofer", CABLE, 0.31),
            (CORD, CABLE, 0.17),
            ("Rusticware 921ORB Kitchen and Bath Cabinet Knob",
             "Minkissy 2pcs Stainless Steel Eyebrow Tweezers Blackhead Acne Remover", 0.0),
        ],
    )  # fmt: skip
    def test_nouns_in_common_as_webshops_own_tests_have_them(
        self, wanted: str, bought: str, share: float
    ) -> None:
        """The titles and values of its `test_goal.py`, which were found with spaCy."""
        assert title_share(wanted, bought) == pytest.approx(share, abs=0.01)

    def test_a_title_without_nouns_shares_a_fifth(self) -> None:
        assert title_share("4K 2-in-1", "anything") == 0.2

    @pytest.mark.parametrize(
        ("title", "query", "path", "factor"),
        [
            (PRODUCT.title, "coffee mug", PATH, 1.0),
            ("Olm Mug", "cups", (), 1.0),  # one of four nouns: more than a fifth
            ("Aster Horn Knife Fork Holm", "cutlery", ("Home", "Table"), 1.0),
            ("Aster Knife", "coffee mug", PATH, 0.0),  # no noun in common weighs more than the query
        ],
    )
    def test_factor(self, title: str, query: str, path: tuple[str, ...], factor: float) -> None:
        assert type_factor(SAMPLE, replace(PRODUCT, title=title, query=query, path=path)) == factor

    @pytest.mark.parametrize(("others", "factor"), [(5, 0.5), (9, 0.5), (10, 0.1)])
    def test_few_nouns_in_common_without_a_match(self, others: int, factor: float) -> None:
        letters = "abcdefghijk"
        sample = replace(SAMPLE, title=" ".join(["mug", *(f"word{'xyz'[0]}{x}" for x in letters[:others])]))
        assert type_factor(sample, replace(PRODUCT, title="Mug", query="cups", path=("Home",))) == factor

    def test_two_categories_in_common_are_a_match(self) -> None:
        sample = replace(SAMPLE, title="mug aa bb cc dd ee")
        bought = replace(PRODUCT, title="Mug", query="cups")
        assert type_factor(sample, replace(bought, path=("Mugs", "Home"))) == 1
        assert type_factor(sample, replace(bought, path=("Home", "Table"))) == 0.5


class TestAttributes:
    @pytest.mark.parametrize("wanted", ["dishwasher safe", "safe dishwasher", "dishwashers safe"])
    def test_listed_ones_are_met_by_token_sets(self, wanted: str) -> None:
        assert has_attribute(PRODUCT, wanted)

    @pytest.mark.parametrize("wanted", ["stoneware", "microwave safe", "wide handle", "holds heat"])
    def test_title_bullets_and_description_count(self, wanted: str) -> None:
        assert has_attribute(PRODUCT, wanted)

    @pytest.mark.parametrize("wanted", ["oven safe", "handmade", "leak proof"])
    def test_others_are_missing(self, wanted: str) -> None:
        assert not has_attribute(PRODUCT, wanted)

    def test_the_threshold_is_rounded_as_thefuzz_rounds(self) -> None:
        assert close("essential oil", "essential oils") and not close("english tea", "tea tree oil")

    def test_empty_texts_are_never_close(self) -> None:
        assert not close("", "") and not close("é", "é")


class TestOptions:
    def test_colors_are_compared_by_their_base(self) -> None:
        assert has_option({"color": "navy blue"}, "dark blue")
        assert not has_option({"color": "dark red"}, "dark blue")

    def test_the_original_takes_large_for_x_large_and_native_does_not(self) -> None:
        assert has_option({"size": "x-large"}, "large")
        assert not has_option({"size": "x-large"}, "large", native=True)
        assert has_option({"size": "Large"}, "large", native=True)

    def test_the_original_finds_a_color_inside_a_word_and_native_does_not(self) -> None:
        assert has_option({"style": "standard"}, "tan") and not has_option({"style": "standard"}, "tan", True)

    def test_nothing_chosen_meets_nothing(self) -> None:
        assert not has_option({}, "red")

    def test_there_are_102_base_colors_in_alphabetical_order(self) -> None:
        assert len(COLORS) == 102 and sorted(COLORS) == list(COLORS)

    @settings(deadline=None)
    @given(st.text())
    def test_any_text_has_a_base_color_or_is_its_own(self, text: str) -> None:
        assert base_color(text) in (*COLORS, text)


class TestTheWhole:
    def test_everything_met_earns_one(self) -> None:
        assert judged(SAMPLE, PRODUCT, CHOSEN, False).value == 1

    @pytest.mark.parametrize(
        ("change", "chosen", "earned"),
        [
            ({"attributes": ("dishwasher safe", "handmade")}, CHOSEN, 4 / 5),
            ({"options": ("green", "large")}, CHOSEN, 4 / 5),
            ({"price_upper": 17.0}, CHOSEN, 4 / 5),
            ({}, {"color": "dark blue"}, 4 / 5),
            ({}, {}, 3 / 5),
            ({"options": ()}, {}, 1.0),
            ({"price_upper": 21.0}, {"color": "dark blue", "size": "x-large"}, 4 / 5),  # costs 22
        ],
    )
    def test_each_term_weighs_the_same(
        self, change: dict[str, object], chosen: dict[str, str], earned: float
    ) -> None:
        assert judged(replace(SAMPLE, **change), PRODUCT, chosen, False).value == pytest.approx(earned)

    def test_the_type_multiplies(self) -> None:
        assert Terms(0.5, (True,), (True, False), True).value == 0.5 * 3 / 4

    def test_only_a_purchase_earns(self) -> None:
        terms = Terms(1.0, (True, False), (True,), True)
        assert score(terms, bought=False).value == 0 and score(terms, bought=False).progress == 0.75
        bought = score(terms, bought=True)
        assert bought.value == 0.75
        assert bought.parts == {"bought": 1, "type": 1, "attributes": 0.5, "options": 1, "price": 1}

    def test_no_product_no_progress(self) -> None:
        assert score(None, bought=False).progress == 0 and not any(score(None, False).parts.values())


class TestPrices:
    def test_a_range_is_shown_as_such_and_costs_one_number_within(self) -> None:
        ranged = replace(PRODUCT, low=10.0, high=20.0, choices=())
        assert ranged.tag({}) == "$10.0 to $20.0"
        assert 10 < ranged.price({}) < 20 and ranged.price({}) == replace(ranged, title="x").price({})

    def test_the_chosen_options_close_the_range(self) -> None:
        assert PRODUCT.tag({}) == "$18.0 to $22.0" and PRODUCT.tag({"size": "x-large"}) == "$22.0"
