"""A visit: searching, turning pages, looking, choosing, buying; in WebShop's wording and in ours."""

from collections.abc import Callable
from typing import Any

import pytest
from harness.tasks.web.webshop.environment import expert
from harness.tasks.web.webshop.make import bundled

from harness import Action, Status

Begin = Callable[..., Any]
PROFILES = ("native", "v0.2", "fc")


def test_the_first_page_as_agentbench_shows_it(visit: Begin) -> None:
    v = visit("v0.2")
    assert v.first.text == (
        f"Observation:\nWebShop [SEP] Instruction: [SEP] {v.world.sample.instruction} [SEP] Search\n\n"
        "Available Actions:\n{'has_search_bar': True, 'clickables': ['search']}"
    )


def test_fc_calls_its_first_page_the_initial_observation(visit: Begin) -> None:
    assert visit("fc").first.text.startswith("The initial observation:\nWebShop [SEP] ")


def test_a_page_of_results_lists_ten_of_fifty(visit: Begin) -> None:
    v = visit("v0.2")
    text = v.seek("black").text
    names = [v.world.catalogue.product(n).asin for n in v.world.session.shown]
    assert len(names) == 10 and all(f"[SEP] {n} [SEP]" in text for n in names)
    assert "[SEP] Back to Search [SEP] Page 1 (Total results: 50) [SEP] Next > [SEP] " in text
    clickables = ["back to search", "next >", *(n.lower() for n in names)]
    assert text.endswith(f"{{'has_search_bar': False, 'clickables': {clickables}}}")


def test_pages_turn_until_the_fifth(visit: Begin) -> None:
    v = visit("v0.2")
    v.seek("black")
    seen = {v.first_result()}
    for _ in range(4):
        text = v.click("Next >").text
        seen.add(v.first_result())
    assert len(seen) == 5 and "Page 5 (Total results: 50) [SEP] < Prev [SEP] B0" in text
    assert v.click("Next >").text == text
    assert "Page 4" in v.click("< prev").text


def test_a_search_without_a_hit_shows_an_empty_page(visit: Begin) -> None:
    assert "Page 1 (Total results: 0)" in visit("v0.2").seek("zzzzqqq").text
    assert "Nothing was found" in visit().seek("zzzzqqq").text


def test_the_page_of_a_product(visit: Begin) -> None:
    v = visit("v0.2")
    v.seek("hiking boots")
    text = v.click(v.first_result()).text
    p = v.product()
    texts = ["Back to Search", "< Prev"]
    for choice in p.choices:
        texts += [choice.name, *choice.values]
    texts += [p.title, f"Price: {p.tag({})}", f"Rating: {p.rating}", "Description", "Features", "Reviews"]
    assert " [SEP] ".join([*texts, "Buy Now"]) in text
    buttons = ["back to search", "< prev", "description", "features", "reviews", "buy now"]
    assert str([*buttons, *(v for c in p.choices for v in c.values)]) in text


@pytest.mark.parametrize("tab", ["Description", "Features", "Reviews"])
def test_a_tab_leads_back_to_the_product_with_its_options(visit: Begin, tab: str) -> None:
    v = visit()
    v.seek("hiking boots")
    v.click(v.first_result(), v.world.catalogue.product(v.world.session.shown[0]).choices[0].values[0])
    before = v.world.session
    assert v.click(tab).text != v.click("< Prev").text
    assert v.world.session == before


def test_features_are_the_bullet_points(visit: Begin) -> None:
    v = visit("v0.2")
    v.seek("hiking boots")
    text = v.click(v.first_result(), "Features").text
    assert " [SEP] Back to Search [SEP] < Prev [SEP] " + " [SEP] ".join(v.product().bullets) in text


def test_a_new_choice_replaces_the_old_one_of_the_same_option(visit: Begin) -> None:
    v = visit()
    v.seek("hiking boots")
    v.click(v.first_result())
    size = v.product().choices[0]
    text = v.click(size.values[0], size.values[1]).text
    assert v.world.session.options == {size.name: size.values[1]}
    assert f"(chosen: {size.values[1]})" in text


def test_options_that_cost_more_raise_the_price(visit: Begin) -> None:
    v = visit()
    v.seek("area rug")
    v.click(v.first_result())
    size = next(c for c in v.product().choices if c.name == "size")
    low = v.product().low
    assert v.product().price({"size": size.values[-1]}) == round(low + size.extra[-1], 2) > low
    assert " to $" in v.product().tag({})


def test_leaving_a_product_forgets_its_options(visit: Begin) -> None:
    v = visit()
    v.seek("hiking boots")
    v.click("Next >", v.world.catalogue.product(v.world.session.results[10]).asin)
    v.click(v.product().choices[0].values[0], "< Prev")
    assert v.world.session.at == 2 and not v.world.session.options and v.world.session.product is None


def test_back_to_search_begins_anew(visit: Begin) -> None:
    v = visit()
    v.seek("hiking boots")
    assert v.click("Back to Search").text == v.first.text


@pytest.mark.parametrize("profile", PROFILES)
def test_what_cannot_be_clicked_changes_nothing(visit: Begin, profile: str) -> None:
    v = visit(profile)
    for value in ("buy now", "b000000000", "", "search", "next >"):
        seen = v.click(value)
        assert not seen.done and v.world.session == visit(profile).world.session
    assert ("Nothing happened: 'next >' cannot be clicked" in seen.text) == (profile == "native")


def test_a_search_without_words_changes_nothing(visit: Begin) -> None:
    v = visit()
    assert "the search had no words" in v.seek("  ").text


def test_a_product_of_another_page_cannot_be_clicked(visit: Begin) -> None:
    v = visit("v0.2")
    v.seek("hiking boots")
    other = v.world.catalogue.product(v.world.session.results[20]).asin
    v.click(other)
    assert v.world.session.product is None


def test_a_search_can_be_made_on_every_page(visit: Begin) -> None:
    v = visit("v0.2")
    v.seek("hiking boots")
    v.click(v.first_result())
    assert "Page 1 (Total results: 50)" in v.seek("green tea").text


def test_what_was_typed_is_never_a_query_language(visit: Begin) -> None:
    v = visit()
    for text in ("text:boots", "boots AND -boots", '"hiking boots"~3', "*", "(", "[a TO z]", "\\", "\x00é"):
        assert not v.seek(text).done
    assert v.seek('title:"hiking" +(boots)').text == v.seek("title hiking boots").text


@pytest.mark.parametrize("profile", PROFILES)
def test_buying_ends_the_visit(visit: Begin, profile: str) -> None:
    v = visit(profile)
    v.seek("hiking boots")
    assert v.click(v.first_result(), "Buy Now").status is Status.COMPLETED
    assert v.click("back to search").status is Status.COMPLETED
    assert v.world.score().parts["bought"] == 1


def test_looking_at_a_product_is_progress_but_no_score(visit: Begin) -> None:
    sample = bundled("test")[0]
    v = visit("native", sample)
    *before, _ = expert(v.world, 10)
    for action in before:
        v.world.step(action)
    assert (v.world.score().value, v.world.score().progress) == (0, 1)
    v.click("Back to Search")
    assert v.world.score().progress == 0


@pytest.mark.parametrize("profile", PROFILES)
def test_a_fork_goes_its_own_way(visit: Begin, profile: str) -> None:
    v = visit(profile)
    v.seek("hiking boots")
    before = v.world.session
    copy = v.world.fork()
    for value in (v.first_result(), "Buy Now"):
        copy.step(Action("click_action", {"value": value}))
    assert v.world.session == before and copy.score().parts["bought"] == 1


def test_native_pages_put_what_can_be_clicked_in_brackets(visit: Begin) -> None:
    v = visit()
    text = v.seek("hiking boots").text
    p = v.world.catalogue.product(v.world.session.shown[0])
    assert f"\n[{p.asin}] {p.title}, {p.tag({})}\n" in text
    assert text.endswith("Buttons: [Back to Search] [Next >]")
    lines = v.click(p.asin).text.splitlines()
    assert f"size: {' '.join(f'[{x}]' for x in p.choices[0].values)}" in lines
    assert lines[-1] == "Buttons: [Back to Search] [< Prev] [Description] [Features] [Reviews] [Buy Now]"


def test_pages_are_short_enough_for_small_models(visit: Begin) -> None:
    v = visit()
    lengths = [len(v.seek(s.instruction).text) for s in bundled("test")[:20]]
    assert max(lengths) < 1800
